import { BINDINGS } from './bindings/bindings.resource.js';
import { CLAIM_MAPPINGS } from './claim-mappings/claim-mappings.resource.js';
import { CLIENTS } from './clients/clients.resource.js';
import { FEATURES } from './features/features.resource.js';
import { GRANTS } from './grants/grants.resource.js';
import { ISSUERS } from './issuers/issuers.resource.js';
import { MEMBERSHIPS } from './memberships/memberships.resource.js';
import { ORGS } from './orgs/orgs.resource.js';
import { PLANS } from './plans/plans.resource.js';
import type { Resource } from './records/resource.js';
import { SUBSCRIPTIONS } from './subscriptions/subscriptions.resource.js';
import { TENANTS } from './tenants/tenants.resource.js';
import { USERS } from './users/users.resource.js';

/** Every noun of the directory, what others refer to first. */
export const RESOURCES: readonly Resource[] = [
  ORGS,
  ISSUERS,
  FEATURES,
  PLANS,
  TENANTS,
  USERS,
  CLIENTS,
  MEMBERSHIPS,
  BINDINGS,
  SUBSCRIPTIONS,
  GRANTS,
  CLAIM_MAPPINGS,
];
