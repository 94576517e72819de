import { readFileSync, readdirSync } from 'node:fs';
import type { TokenHookRequest } from '../../src/okta/token-hook-request.js';
import { compileMappings, type ClaimMapping } from '../../src/claims/claim-mapping.js';
import { DROPPED_CLAIM } from '../../src/claims/claim-names.js';
import type {
  ClientBinding,
  ClientFacts,
  Facts,
  FeatureGrant,
  FeatureSetting,
  FeatureValue,
  Membership,
  Subscription,
  TenantFacts,
  TimeWindow,
  UserFacts,
  UserGrant,
} from '../../src/claims/facts.js';
import type { Draft, HookCall } from '../../src/claims/hook-call.js';
import type { IssuerRules } from '../../src/claims/issuer-rules.js';
import type { TenantHint } from '../../src/claims/tenant-hint.js';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The instant of every decision in the specs: the `eventTime` of the example payloads. */
export const NOW = Date.parse('2026-03-11T09:41:07.000Z');

export const USER_ID = '00u4t9y2JkLmWq7Rz1d7';
export const CLIENT_ID = '0oa8h3n5LpCfGs6Zk1d7';
export const ISSUER_ID = 'acme';
export const ISSUER_URI = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7';
export const REFRESH_JTI = 'oar2z8x6Qw4ErTy1Uo1d7';

export const ALWAYS: TimeWindow = { from: null, until: null };

/** A window that closes so many milliseconds after `NOW`. */
export function endingIn(milliseconds: number): TimeWindow {
  return { from: null, until: NOW + milliseconds };
}

/** A window that opens so many milliseconds after `NOW`. */
export function beginningIn(milliseconds: number): TimeWindow {
  return { from: NOW + milliseconds, until: null };
}

export function membership(tenantId: string, overrides: Partial<Membership> = {}): Membership {
  return { tenantId, roles: [`${tenantId}-member`], isDefault: false, window: ALWAYS, ...overrides };
}

export function binding(tenantId: string, overrides: Partial<ClientBinding> = {}): ClientBinding {
  return { tenantId, roles: [`${tenantId}-service`], window: ALWAYS, ...overrides };
}

export function tenant(id: string, overrides: Partial<TenantFacts> = {}): TenantFacts {
  return { id, name: `Tenant ${id}`, status: 'active', subscriptions: [], grants: [], ...overrides };
}

export function user(memberships: readonly Membership[], overrides: Partial<UserFacts> = {}): UserFacts {
  return {
    id: USER_ID,
    login: 'dana.rivers@acme.example',
    status: 'active',
    memberships,
    grants: [],
    ...overrides,
  };
}

export function client(overrides: Partial<ClientFacts> = {}): ClientFacts {
  return { id: CLIENT_ID, name: 'Acme Orders Web', tenantMode: 'any', bindings: [], ...overrides };
}

/** Facts in which the tenants `blue`, `green` and `red` are active, unless others are given. */
export function facts(
  overrides: Partial<Omit<Facts, 'tenants'>> & { readonly tenants?: readonly TenantFacts[] } = {},
): Facts {
  const { tenants = [tenant('blue'), tenant('green'), tenant('red')], ...others } = overrides;
  return {
    user: null,
    client: null,
    remembered: null,
    ...others,
    tenants: new Map(tenants.map((document) => [document.id, document])),
  };
}

/** Feature settings from a plain object, in its order. */
export function settings(values: Readonly<Record<string, FeatureValue>>): readonly FeatureSetting[] {
  return Object.entries(values).map(([featureId, value]) => ({ featureId, value }));
}

export function subscription(
  id: string,
  features: Readonly<Record<string, FeatureValue>>,
  overrides: Partial<Subscription> = {},
): Subscription {
  return { id, planId: `plan-${id}`, rank: 1, features: settings(features), window: ALWAYS, ...overrides };
}

export function tenantGrant(
  featureId: string,
  value: FeatureValue,
  overrides: Partial<FeatureGrant> = {},
): FeatureGrant {
  return { id: `tenant-grant-${featureId}`, featureId, value, window: ALWAYS, ...overrides };
}

export function userGrant(
  tenantId: string,
  featureId: string,
  value: FeatureValue,
  overrides: Partial<UserGrant> = {},
): UserGrant {
  return { id: `user-grant-${featureId}`, tenantId, featureId, value, window: ALWAYS, ...overrides };
}

export const NO_HINT: TenantHint = { kind: 'none' };

export function queryHint(tenantId: string): TenantHint {
  return { kind: 'tenant', tenantId, fromQuery: true };
}

export function scopeHint(tenantId: string): TenantHint {
  return { kind: 'tenant', tenantId, fromQuery: false };
}

export function draft(
  claims: Readonly<Record<string, unknown>> = {},
  lifetimeSeconds: number | undefined = 3600,
): Draft {
  return { claims, lifetimeSeconds };
}

/** A user's call at `/token` that mints both tokens, each for one hour. */
export function userCall(overrides: Partial<HookCall> = {}): HookCall {
  return {
    subject: { kind: 'user', userId: USER_ID },
    clientId: CLIENT_ID,
    grantType: 'password',
    scopes: ['openid', 'orders:read'],
    hint: NO_HINT,
    atAuthorize: false,
    refresh: { presentedJti: null, issuedJti: null },
    drafts: { access: draft({ uid: USER_ID }), identity: draft({ sub: USER_ID }) },
    ...overrides,
  };
}

/** A refresh call that presents one refresh token, and is given the same again unless it is rotated. */
export function refreshCall(overrides: Partial<HookCall> = {}, issuedJti: string = REFRESH_JTI): HookCall {
  return userCall({
    grantType: 'refresh_token',
    refresh: { presentedJti: REFRESH_JTI, issuedJti },
    ...overrides,
  });
}

export function machineCall(overrides: Partial<HookCall> = {}): HookCall {
  return userCall({
    subject: { kind: 'machine' },
    grantType: 'client_credentials',
    scopes: ['orders:read'],
    drafts: { access: draft({ cid: CLIENT_ID, sub: CLIENT_ID }) },
    ...overrides,
  });
}

export function mapping(
  claim: string,
  expression: string,
  overrides: Partial<Omit<ClaimMapping, 'conditions'>> & {
    readonly conditions?: Partial<ClaimMapping['conditions']>;
  } = {},
): ClaimMapping {
  const { conditions, ...others } = overrides;
  return {
    id: `map-${claim}`,
    claim,
    expression,
    tokens: ['access'],
    required: false,
    priority: 100,
    overridesProfileClaim: false,
    ...others,
    conditions: { scopes: [], clientIds: [], grantTypes: [], issuerIds: [], ...conditions },
  };
}

/** What a new directory starts with (design, "Claim mappings"; prisma/migrations holds the same). */
export const DEFAULT_MAPPINGS: readonly ClaimMapping[] = [
  mapping('mintmark', '{"v": 1}', { tokens: ['access', 'identity'], priority: 1000 }),
  mapping('tenant_selection', 'selection', { tokens: ['access', 'identity'], priority: 1000 }),
  mapping('tenant_id', 'tenant.id', { tokens: ['access', 'identity'], priority: 900 }),
  mapping('tenant_roles', 'has(membership.roles) ? membership.roles : binding.roles', { priority: 800 }),
  mapping('tenant_entitlements', 'entitlements', { priority: 700 }),
];

/** An issuer's rules with mappings that must all compile; it owns what they write. */
export function rules(
  mappings: readonly ClaimMapping[] = DEFAULT_MAPPINGS,
  overrides: Partial<IssuerRules> = {},
): IssuerRules {
  const { compiled, refused } = compileMappings(mappings);
  if (refused.length > 0)
    throw new Error(`refused: ${refused.map(({ problems }) => problems.join()).join()}`);
  return {
    issuerId: ISSUER_ID,
    issuerUri: ISSUER_URI,
    denyRefused: false,
    denyAmbiguous: false,
    claimsBudgetBytes: 4096,
    rememberChoiceMs: 365 * DAY,
    mappings: compiled,
    ownedClaims: new Set([...compiled.map(({ claim }) => claim), DROPPED_CLAIM]),
    ...overrides,
  };
}

const PAYLOADS = new URL('../../examples/payloads/', import.meta.url);

/** The parsed body of a file in examples/payloads. */
export function readPayload(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, PAYLOADS), 'utf8'));
}

/** An example request, with changes to its `data`, to its `data.context` and at the top. */
export function readRequest(name: string): TokenHookRequest {
  return readPayload(name) as TokenHookRequest;
}

export function listPayloads(prefix: string): readonly string[] {
  return readdirSync(PAYLOADS).filter((name) => name.startsWith(prefix));
}
