import { USER_RECORDS } from '../../directory/records/user-records.js';
import { resource } from '../records/resource.js';
import { UserDto, UserQuery } from './user.dto.js';

export const USERS = resource({
  store: USER_RECORDS,
  ...{ plural: 'users', name: 'User', key: ['org', 'id'], document: UserDto, filter: UserQuery },
  about: 'A person, known in an org by the user id.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own' },
  removal:
    'end the user instead, which keeps what there was; removing a user removes memberships, grants and remembered choices too',
});
