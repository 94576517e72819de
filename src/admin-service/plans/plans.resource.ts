import { PlanDto } from '../../directory/files/directory-file.dto.js';
import { PLAN_RECORDS } from '../../directory/records/plan-records.js';
import { resource } from '../records/resource.js';
import { PlanQuery } from './plan.dto.js';

export const PLANS = resource({
  store: PLAN_RECORDS,
  ...{ plural: 'plans', name: 'Plan', key: ['id'], document: PlanDto, filter: PlanQuery },
  about: 'A bundle of feature values. Of two plans, texts come from the one of higher rank.',
  ...{ writeScope: 'directory:write', shownToTenants: 'all' },
  removal: 'a plan goes when nobody subscribes to it any more',
});
