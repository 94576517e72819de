import type { ClientFacts, RememberedTenant, TimeWindow, UserFacts } from '../../claims/facts.js';
import { isOpenThrough } from '../../claims/time-window.js';
import type { FactsKey, LookupTime } from './facts-source.js';

/** The tenants that the decision of one call may look at, by why it would. */
export interface CandidateTenants {
  /** By hint, remembered choice or default membership: each of them may be selected. */
  readonly named: readonly string[];
  /** Groups in which only one that is left alone is selected, so that two active ones say as much as all. */
  readonly groups: readonly (readonly string[])[];
}

/** What is known of the call before any tenant is. */
export interface Subjects {
  readonly user: UserFacts | null;
  readonly client: ClientFacts | null;
  readonly remembered: RememberedTenant | null;
}

/** The tenants that the facts query would load for the same call (see there), told from the subjects alone. */
export function candidateTenants(
  { userId, hintedTenantId }: FactsKey,
  { user, client, remembered }: Subjects,
  { now, horizon }: LookupTime,
): CandidateTenants {
  const life = { from: now, to: horizon };
  const isOpen = ({ window }: { readonly window: TimeWindow }): boolean => isOpenThrough(window, life);
  const memberships = user?.memberships.filter(isOpen) ?? [];
  const bound = (client?.bindings.filter(isOpen) ?? []).map(({ tenantId }) => tenantId);
  const covered = memberships.map(({ tenantId }) => tenantId);
  const narrowed = covered.filter((tenantId) => bound.includes(tenantId));
  const defaults = memberships.filter(({ isDefault }) => isDefault).map(({ tenantId }) => tenantId);
  const named = [hintedTenantId, remembered?.tenantId ?? null, ...defaults].filter((id) => id !== null);
  if (userId === null) return { named, groups: [bound] };
  return { named, groups: client?.tenantMode === 'fixed' ? [covered, bound] : [covered, narrowed] };
}
