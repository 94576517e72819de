import { ClaimMappingDto } from '../../directory/files/directory-file.dto.js';
import { CLAIM_MAPPING_RECORDS } from '../../directory/records/claim-mapping-records.js';
import { resource } from '../records/resource.js';
import { ClaimMappingQuery } from './claim-mapping.dto.js';

export const CLAIM_MAPPINGS = resource({
  store: CLAIM_MAPPING_RECORDS,
  ...{ plural: 'claim-mappings', name: 'ClaimMapping', key: ['id'] },
  ...{ document: ClaimMappingDto, filter: ClaimMappingQuery },
  about: 'A rule that turns what the directory knows into one claim.',
  ...{ writeScope: 'mappings:write', shownToTenants: 'none' },
  removal: 'from the next token on the claim is not stamped any more; a draft that carries it keeps it',
});
