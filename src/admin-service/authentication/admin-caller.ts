import { formatScope, type AdminRights, type AdminScope, type Reach } from '../../caller/admin-rights.js';
import type { TenantIds } from '../../directory/records/record-store.js';
import { Problem } from '../problems/problem.js';

/** Who called, proven by a token. */
export interface AdminCaller {
  /** As the audit shows it: `token:at_…` or `client:0oa…`. */
  readonly actor: string;
  readonly rights: AdminRights;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication hook, on every route but those that anybody may ask. */
    adminCaller: AdminCaller | null;
  }
}

/** How far a scope of the caller's reaches. @throws Problem where the caller does not hold it at all */
export function reachOf({ rights }: AdminCaller, scope: AdminScope): Reach {
  const reach = rights.get(scope);
  if (reach === undefined) throw insufficient(scope);
  return reach;
}

/** For what belongs to no tenant. @throws Problem where the caller holds the scope for some tenants only, or not at all */
export function requireEverything(caller: AdminCaller, scope: AdminScope): void {
  if (reachOf(caller, scope) !== 'all') throw insufficient(scope);
}

/** @throws Problem where a tenant is out of reach, whether or not there is such a tenant */
export function requireTenant(reach: Reach, scope: AdminScope, tenantId: string): void {
  if (reach !== 'all' && !reach.has(tenantId)) throw insufficient(formatScope({ scope, tenantId }));
}

export function tenantIdsOf(reach: Reach): TenantIds {
  return reach === 'all' ? null : [...reach];
}

/** RFC 6750, section 3.1. */
function insufficient(scope: string): Problem {
  const challenge = `Bearer error="insufficient_scope", scope="${scope.replaceAll(/[^\x21\x23-\x5b\x5d-\x7e]/g, '')}"`;
  return new Problem('forbidden', `the token has not the scope ${scope}`, {
    headers: { 'www-authenticate': challenge },
  });
}
