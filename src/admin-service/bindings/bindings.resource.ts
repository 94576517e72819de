import { BINDING_RECORDS } from '../../directory/records/binding-records.js';
import { resource } from '../records/resource.js';
import { BindingDto, BindingQuery } from './binding.dto.js';

export const BINDINGS = resource({
  store: BINDING_RECORDS,
  ...{ plural: 'bindings', name: 'Binding', key: ['org', 'client', 'tenant'] },
  ...{ document: BindingDto, filter: BindingQuery },
  about: 'A client in a tenant, with roles, from and until when.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own', tenantMember: 'tenant' },
  removal: 'set "until" instead, which ends it and keeps what there was',
});
