import { GRANT_RECORDS } from '../../directory/records/grant-records.js';
import { resource } from '../records/resource.js';
import { GrantDto, GrantQuery } from './grant.dto.js';

export const GRANTS = resource({
  store: GRANT_RECORDS,
  ...{ plural: 'grants', name: 'Grant', key: ['id'], idPrefix: 'gr', document: GrantDto, filter: GrantQuery },
  about: 'A feature value for one tenant, or for one user in it, from and until when, with a reason.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own', tenantMember: 'tenant' },
  removal: 'set "until" instead, which ends it and keeps what there was',
});
