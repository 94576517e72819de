import { FeatureDto } from '../../directory/files/directory-file.dto.js';
import { FEATURE_RECORDS } from '../../directory/records/feature-records.js';
import { resource } from '../records/resource.js';
import { FeatureQuery } from './feature.dto.js';

export const FEATURES = resource({
  store: FEATURE_RECORDS,
  ...{ plural: 'features', name: 'Feature', key: ['id'], document: FeatureDto, filter: FeatureQuery },
  about: 'A named thing that a tenant may be entitled to.',
  ...{ writeScope: 'directory:write', shownToTenants: 'all' },
  removal: 'a feature goes when no plan and no grant has a value for it any more',
});
