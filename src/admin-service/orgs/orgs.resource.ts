import { ORG_RECORDS } from '../../directory/records/org-records.js';
import { resource } from '../records/resource.js';
import { OrgDto, OrgQuery } from './org.dto.js';

export const ORGS = resource({
  store: ORG_RECORDS,
  ...{ plural: 'orgs', name: 'Org', key: ['id'], document: OrgDto, filter: OrgQuery },
  about: 'An org of Okta’s, or the realm of another vendor. It owns issuers, users and clients.',
  ...{ writeScope: 'directory:write', shownToTenants: 'all' },
  removal: 'an org goes when it has no issuers, users and clients any more',
});
