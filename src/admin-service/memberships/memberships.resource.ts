import { MEMBERSHIP_RECORDS } from '../../directory/records/membership-records.js';
import { resource } from '../records/resource.js';
import { MembershipDto, MembershipQuery } from './membership.dto.js';

export const MEMBERSHIPS = resource({
  store: MEMBERSHIP_RECORDS,
  ...{ plural: 'memberships', name: 'Membership', key: ['org', 'user', 'tenant'] },
  ...{ document: MembershipDto, filter: MembershipQuery },
  about: 'A user in a tenant, with roles, from and until when.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own', tenantMember: 'tenant' },
  removal: 'set "until" instead, which ends it and keeps what there was',
});
