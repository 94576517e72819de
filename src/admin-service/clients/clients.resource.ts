import { CLIENT_RECORDS } from '../../directory/records/client-records.js';
import { resource } from '../records/resource.js';
import { ClientDto, ClientQuery } from './client.dto.js';

export const CLIENTS = resource({
  store: CLIENT_RECORDS,
  ...{ plural: 'clients', name: 'Client', key: ['org', 'id'], document: ClientDto, filter: ClientQuery },
  about: 'An OAuth client of an org.',
  ...{ writeScope: 'directory:write', shownToTenants: 'own' },
  removal: 'end the client instead, which keeps what there was; removing a client removes its bindings too',
});
