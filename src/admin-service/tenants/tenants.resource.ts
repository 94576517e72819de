import { TENANT_RECORDS } from '../../directory/records/tenant-records.js';
import { resource } from '../records/resource.js';
import { TenantDto, TenantQuery } from './tenant.dto.js';

export const TENANTS = resource({
  store: TENANT_RECORDS,
  ...{ plural: 'tenants', name: 'Tenant', key: ['id'], document: TenantDto, filter: TenantQuery },
  about: 'A customer organization of the product that uses Mintmark.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own', tenantMember: 'id' },
  removal:
    'suspend it instead, which ends everything at once and can be undone; a tenant goes when it has no memberships, ' +
    'bindings, subscriptions and grants any more',
});
