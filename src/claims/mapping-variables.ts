import { Environment } from '@marcbachmann/cel-js';
import { FACT_LIST_LIMIT } from './expression-cost.js';
import type { Facts, FeatureValue, TenantFacts } from './facts.js';
import type { HookCall } from './hook-call.js';
import type { Entitlements } from './resolve-entitlements.js';
import type { TenantSelection } from './select-tenant.js';

const LIMITS = {
  maxAstNodes: 300,
  maxDepth: 30,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

/**
 * What a mapping's expression can read, with its types. A fact that is not there (no tenant, no membership in a
 * machine call, no binding in a user call) has no members: `has(membership.roles)` is false, reading one counts as absent.
 */
export const MAPPING_ENVIRONMENT = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS })
  .registerVariable({ name: 'tenant', schema: { id: 'string', name: 'string' } })
  .registerVariable({ name: 'membership', schema: { roles: 'list<string>', default: 'bool' } })
  .registerVariable({ name: 'binding', schema: { roles: 'list<string>' } })
  .registerVariable('entitlements', 'map<string, dyn>')
  .registerVariable({ name: 'user', schema: { id: 'string', login: 'string' } })
  .registerVariable({ name: 'client', schema: { id: 'string', name: 'string', mode: 'string' } })
  .registerVariable({
    name: 'request',
    schema: { scopes: 'list<string>', grantType: 'string', issuer: 'string' },
  })
  .registerVariable('selection', 'string');

/** Values for the variables above; a member that is left out reads as absent. */
export interface MappingVariables {
  readonly tenant: { readonly id?: string; readonly name?: string };
  readonly membership: { readonly roles?: readonly string[]; readonly default?: boolean };
  readonly binding: { readonly roles?: readonly string[] };
  readonly entitlements?: ReadonlyMap<string, boolean | bigint | string | readonly string[]>;
  readonly user: { readonly id?: string; readonly login?: string };
  readonly client: { readonly id: string; readonly name?: string; readonly mode?: string };
  readonly request: {
    readonly scopes: readonly string[];
    readonly grantType: string;
    readonly issuer: string;
  };
  readonly selection: string;
}

/** What is stamped: the selection, and where it is a tenant, that tenant's facts and entitlements. */
export interface Stampable {
  readonly selection: TenantSelection;
  readonly tenant: TenantFacts | null;
  readonly entitlements: Entitlements;
}

/** Builds the variables of one evaluation. User calls get the membership's roles, never the binding's. */
export function mappingVariables(
  call: HookCall,
  facts: Facts,
  issuerUri: string,
  stampable: Stampable,
): MappingVariables {
  const { selection, tenant, entitlements } = stampable;
  const coverage = tenant !== null && 'coverage' in selection ? selection.coverage : null;
  const isUserCall = call.subject.kind === 'user';
  return {
    tenant: tenant === null ? {} : { id: tenant.id, name: tenant.name },
    membership: coverage?.membership
      ? { roles: coverage.membership.roles, default: coverage.membership.isDefault }
      : {},
    binding: coverage?.binding && !isUserCall ? { roles: coverage.binding.roles } : {},
    ...(tenant === null ? {} : { entitlements: celEntitlements(entitlements) }),
    user: call.subject.kind === 'user' ? userVariables(call.subject.userId, facts) : {},
    client: { id: call.clientId, ...clientVariables(facts) },
    request: {
      scopes: call.scopes.slice(0, FACT_LIST_LIMIT),
      grantType: call.grantType,
      issuer: issuerUri,
    },
    selection: selection.outcome,
  };
}

function userVariables(id: string, { user }: Facts): MappingVariables['user'] {
  return user?.status !== 'active' || user.login === null ? { id } : { id, login: user.login };
}

function clientVariables({ client }: Facts): { readonly name?: string; readonly mode?: string } {
  return client === null ? {} : { name: client.name, mode: client.tenantMode };
}

/** Lists that plans merged to more than the limit are left out, and so count as absent: no expression was checked for them. */
function celEntitlements(
  entitlements: Entitlements,
): ReadonlyMap<string, boolean | bigint | string | readonly string[]> {
  const readable = [...entitlements].filter(
    ([, { value }]) => !Array.isArray(value) || value.length <= FACT_LIST_LIMIT,
  );
  return new Map(readable.map(([featureId, { value }]) => [featureId, celValue(value)]));
}

/** CEL's integers are 64 bits wide: JavaScript numbers would read as doubles. */
function celValue(value: FeatureValue): boolean | bigint | string | readonly string[] {
  return typeof value === 'number' ? BigInt(value) : value;
}
