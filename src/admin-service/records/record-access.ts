import type { Reach } from '../../caller/admin-rights.js';
import { explainConstraint } from '../../database/constraints.js';
import {
  reachOf,
  requireEverything,
  requireTenant,
  type AdminCaller,
} from '../authentication/admin-caller.js';
import { Problem } from '../problems/problem.js';
import { isRace, isReferredTo } from '../problems/to-problem.js';
import type { Resource } from './resource.js';

/** How far a caller may look. @throws Problem */
export function readReach({ shownToTenants }: Resource, caller: AdminCaller): Reach {
  if (shownToTenants === 'none') requireEverything(caller, 'directory:read');
  const reach = reachOf(caller, 'directory:read');
  return shownToTenants === 'own' ? reach : 'all';
}

/** How far a caller may write. @throws Problem */
export function writeReach({ writeScope, tenantMember }: Resource, caller: AdminCaller): Reach {
  if (tenantMember === undefined) requireEverything(caller, writeScope);
  return reachOf(caller, writeScope);
}

export function isLimited({ writeScope }: Resource, caller: AdminCaller): boolean {
  return reachOf(caller, writeScope) !== 'all';
}

/** What contradicts a write may belong to a tenant that the caller must not know of. */
export function withoutOthers(error: unknown): unknown {
  const isOurs = error instanceof Problem && error.code !== 'conflict';
  if (isOurs || isReferredTo(error) || isRace(error)) return error;
  const isConflict = error instanceof Problem || toConflict(error);
  return isConflict
    ? new Problem('conflict', 'it contradicts something that the token may not know of')
    : error;
}

function toConflict(error: unknown): boolean {
  return explainConstraint(error) !== undefined;
}

export function isOwn({ tenantMember }: Resource, reach: Reach, record: object): boolean {
  const tenantId: unknown = tenantMember === undefined ? undefined : Reflect.get(record, tenantMember);
  return reach === 'all' || (typeof tenantId === 'string' && reach.has(tenantId));
}

export function requireOwn({ tenantMember, writeScope }: Resource, reach: Reach, record: object): void {
  const tenantId: unknown = tenantMember === undefined ? undefined : Reflect.get(record, tenantMember);
  if (typeof tenantId === 'string') requireTenant(reach, writeScope, tenantId);
}
