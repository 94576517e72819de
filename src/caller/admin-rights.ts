/** What the admin API distinguishes. */
export const ADMIN_SCOPES = [
  'directory:read',
  'directory:write',
  'mappings:write',
  'credentials:write',
] as const;

export type AdminScope = (typeof ADMIN_SCOPES)[number];

/** A scope for everything, or for some tenants and what belongs to them. */
export type Reach = 'all' | ReadonlySet<string>;

/** What somebody may do; a scope that is not there reaches nothing. */
export type AdminRights = ReadonlyMap<AdminScope, Reach>;

/** One scope as it is written: `directory:read` for everything, `directory:read:acme` for the tenant `acme`. */
export interface ScopeEntry {
  readonly scope: AdminScope;
  /** Null for everything. */
  readonly tenantId: string | null;
}

/** The longest text of one scope: the id of a tenant has up to 255 characters, each up to four bytes, percent-encoded. */
const LENGTH_LIMIT = 4 * 1024;

/** Reads one scope; undefined where the text is none. Tenant ids are percent-encoded, as OAuth's scopes have no spaces. */
export function parseScope(text: string): ScopeEntry | undefined {
  if (text.length > LENGTH_LIMIT) return undefined;
  const scope = ADMIN_SCOPES.find((known) => text === known || text.startsWith(`${known}:`));
  if (scope === undefined) return undefined;
  if (text === scope) return { scope, tenantId: null };
  const tenantId = decoded(text.slice(scope.length + 1));
  return tenantId === undefined || tenantId === '' ? undefined : { scope, tenantId };
}

/** Writes one scope, in the one way that it is written in. */
export function formatScope({ scope, tenantId }: ScopeEntry): string {
  return tenantId === null ? scope : `${scope}:${encodeURIComponent(tenantId)}`;
}

/** What several scopes give together; those that are none of ours give nothing. */
export function rightsOf(scopes: readonly string[]): AdminRights {
  const rights = new Map<AdminScope, Reach>();
  for (const entry of scopes.map(parseScope)) {
    if (entry === undefined) continue;
    const { scope, tenantId } = entry;
    const reach = rights.get(scope) ?? new Set<string>();
    rights.set(scope, tenantId === null || reach === 'all' ? 'all' : new Set([...reach, tenantId]));
  }
  return rights;
}

/** Whether everything that is wanted is held: nobody issues more than they hold. */
export function holds(held: AdminRights, wanted: AdminRights): boolean {
  return [...wanted].every(([scope, reach]) => {
    const own = held.get(scope);
    if (own === undefined || own === 'all') return own === 'all';
    return reach !== 'all' && [...reach].every((tenantId) => own.has(tenantId));
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
