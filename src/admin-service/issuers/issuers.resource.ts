import { ISSUER_RECORDS } from '../../directory/records/issuer-records.js';
import { resource } from '../records/resource.js';
import { IssuerDto, IssuerQuery } from './issuer.dto.js';

export const ISSUERS = resource({
  store: ISSUER_RECORDS,
  ...{ plural: 'issuers', name: 'Issuer', key: ['id'], document: IssuerDto, filter: IssuerQuery },
  about: 'A custom authorization server that calls the hook, known by its URI and that URI’s aliases.',
  ...{ writeScope: 'directory:write', shownToTenants: 'all' },
  removal: 'mode "off" answers calls with no commands; an issuer goes when no credential names it any more',
});
