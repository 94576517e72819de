import fc from 'fast-check';
import { compileMappings, type ClaimMapping, type CompiledMapping } from '../../src/claims/claim-mapping.js';
import { DROPPED_CLAIM } from '../../src/claims/claim-names.js';
import type {
  ClientBinding,
  ClientFacts,
  Facts,
  FeatureGrant,
  FeatureSetting,
  FeatureValue,
  Membership,
  RememberedTenant,
  Subscription,
  TenantFacts,
  TimeWindow,
  UserFacts,
} from '../../src/claims/facts.js';
import type { Draft, Drafts, HookCall, Subject } from '../../src/claims/hook-call.js';
import type { IssuerRules } from '../../src/claims/issuer-rules.js';
import type { TenantHint } from '../../src/claims/tenant-hint.js';
import {
  ALWAYS,
  CLIENT_ID,
  DAY,
  DEFAULT_MAPPINGS,
  HOUR,
  ISSUER_ID,
  ISSUER_URI,
  mapping,
  MINUTE,
  NOW,
  USER_ID,
} from './claims-fixtures.js';

/** All that one decision is made from. */
export interface Scenario {
  readonly call: HookCall;
  readonly facts: Facts;
  readonly rules: IssuerRules;
  readonly now: number;
}

/**
 * The tenants of every scenario. Names, roles, texts and list elements of a tenant begin with its id and `#`; its
 * integers, unless they are 0, are its place times 1,000 and up: any value tells whose it is.
 */
export const TENANT_IDS = ['blue', 'green', 't/4~5'] as const;

type FeatureKind = 'boolean' | 'integer' | 'string' | 'list';

export const FEATURES: Readonly<Record<string, FeatureKind>> = {
  sso: 'boolean',
  export: 'boolean',
  seats: 'integer',
  quota: 'integer',
  tier: 'string',
  regions: 'list',
  'odd feature~/': 'list',
};

const FEATURE_IDS = Object.keys(FEATURES);

/** Claim names beside the default ones: URIs, pointers' own characters, inherited names, one that fills a budget. */
const CLAIMS = [
  'https://acme.example/claims/tenant',
  'a~b',
  'a/b',
  '~01',
  '-',
  '0',
  'toString',
  'hasOwnProperty',
  'tier',
  'ünï "q"',
  `long-${'x'.repeat(195)}`,
  'email',
];

const EXPRESSIONS = [
  'tenant.name',
  'membership.roles',
  'membership.default',
  'binding.roles',
  'has(membership.roles) ? membership.roles : binding.roles',
  'entitlements.tier',
  'entitlements.seats',
  'entitlements.sso',
  'entitlements.regions',
  'entitlements["odd feature~/"]',
  '"sso" in entitlements',
  'entitlements.seats > 2000 ? "many" : "few"',
  'entitlements.regions.filter(r, r.endsWith("u"))',
  'entitlements.regions.map(r, r + "!")',
  '{"tier": entitlements.tier, "regions": entitlements.regions}',
  '[entitlements.tier, tenant.name]',
  'entitlements.map(f, f)',
  'entitlements',
  'user.login',
  'client.name',
  'request.grantType',
  'selection',
  '"constant"',
  'dyn(null)',
  '1 / 0',
  '9007199254740991 + 1',
  'entitlements.nope',
];

/** Every expression, compiled once: compiling takes longer than deciding. */
const COMPILED = new Map(
  [...DEFAULT_MAPPINGS.map(({ expression }) => expression), ...EXPRESSIONS].map((expression) => {
    const { compiled, refused } = compileMappings([mapping('any', expression)]);
    const [first] = compiled;
    if (first === undefined)
      throw new Error(`"${expression}" is refused: ${refused[0]?.problems.join() ?? ''}`);
    return [expression, first] as const;
  }),
);

function compile(mappings: readonly ClaimMapping[]): readonly CompiledMapping[] {
  return mappings
    .flatMap((one) => {
      const compiled = COMPILED.get(one.expression);
      return compiled === undefined ? [] : [{ ...one, evaluate: compiled.evaluate }];
    })
    .sort((a, b) => b.priority - a.priority);
}

/** Names that a draft may carry: owned ones, reserved ones, and others. */
const DRAFT_CLAIMS = [
  ...DEFAULT_MAPPINGS.map(({ claim }) => claim),
  ...CLAIMS,
  ...['claims_dropped', 'department', 'groups', 'iss', 'uid', 'sub', '__proto__', 'constructor', 'a~0b', ''],
];

/** Milliseconds from now at which a window may open or close: often where a rule has its edge. */
const offset = fc.oneof(
  fc.constantFrom(
    ...[-DAY, -1, 0, 1, MINUTE, 5 * MINUTE - 1, 5 * MINUTE, 5 * MINUTE + 1, 10 * MINUTE - 1, 10 * MINUTE],
    ...[10 * MINUTE + 1, 15 * MINUTE, HOUR - 1, HOUR, HOUR + 1, HOUR + 5 * MINUTE, DAY, DAY + 5 * MINUTE + 1],
  ),
  fc.integer({ min: -2 * HOUR, max: 26 * HOUR }),
);

/** Windows of a scenario are relative to its `now` until `placedAt` puts them where they are. */
const window: fc.Arbitrary<TimeWindow> = fc.oneof(
  { arbitrary: fc.constant(ALWAYS), weight: 1 },
  {
    arbitrary: fc.tuple(fc.option(offset), fc.option(offset)).map(([a, b]): TimeWindow => {
      if (a === null || b === null) return { from: a, until: b };
      return { from: Math.min(a, b), until: Math.max(a, b) + (a === b ? 1 : 0) };
    }),
    weight: 2,
  },
);

/** Memberships and bindings are open more often: without them nothing else can happen. */
const coverWindow = fc.oneof(fc.constant(ALWAYS), window);

/** Windows that do not overlap, in order, as grants on one level have them. */
const disjointWindows: fc.Arbitrary<readonly TimeWindow[]> = fc
  .uniqueArray(offset, { maxLength: 3 })
  .map((offsets) => {
    const cuts = offsets.sort((a, b) => a - b);
    return [null, ...cuts].map((from, index) => ({ from, until: cuts[index] ?? null }));
  });

function featureValues(tenantId: string, kind: FeatureKind): fc.Arbitrary<FeatureValue> {
  const place = TENANT_IDS.findIndex((id) => id === tenantId) + 1;
  switch (kind) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof(
        { arbitrary: fc.constant(0), weight: 1 },
        { arbitrary: fc.integer({ min: 1, max: 9 }).map((n) => place * 1000 + n), weight: 4 },
      );
    case 'string':
      return fc.constantFrom('gold', 'silver').map((text) => `${tenantId}#${text}`);
    case 'list':
      return fc.subarray(['eu', 'us', 'ap']).map((texts) => texts.map((text) => `${tenantId}#${text}`));
  }
}

function featureSettings(tenantId: string): fc.Arbitrary<readonly FeatureSetting[]> {
  const settings = Object.entries(FEATURES).map(([featureId, kind]) =>
    fc.option(featureValues(tenantId, kind).map((value) => ({ featureId, value }))),
  );
  return fc.tuple(...settings).map((all) => all.filter((setting) => setting !== null));
}

/** Grants of one feature, one after the other, with gaps where a window has no value. */
function grantsOfFeature(tenantId: string, featureId: string): fc.Arbitrary<readonly FeatureGrant[]> {
  const value = fc.option(featureValues(tenantId, FEATURES[featureId] ?? 'boolean'), { freq: 3 });
  const values = fc.array(value, { minLength: 4, maxLength: 4 });
  return fc.tuple(disjointWindows, values).map(([disjoint, granted]) =>
    disjoint.flatMap((open, index) => {
      const one = granted[index] ?? null;
      const id = `${tenantId}-${featureId}-${String(index)}`;
      return one === null ? [] : [{ id, featureId, value: one, window: open }];
    }),
  );
}

function grants(tenantId: string): fc.Arbitrary<readonly FeatureGrant[]> {
  const ofFeatures = FEATURE_IDS.map((featureId) => grantsOfFeature(tenantId, featureId));
  return fc
    .uniqueArray(fc.oneof(...ofFeatures), { maxLength: 4, selector: ([first]) => first?.featureId })
    .map((all) => all.flat());
}

function subscriptions(tenantId: string): fc.Arbitrary<readonly Subscription[]> {
  const plans = fc.tuple(featureSettings(tenantId), featureSettings(tenantId), featureSettings(tenantId));
  const uses = fc.array(fc.tuple(fc.nat({ max: 2 }), window), { maxLength: 4 });
  return fc.tuple(plans, uses).map(([features, used]) =>
    used.map(([plan, open], index) => ({
      id: `${tenantId}-sub-${String(index)}`,
      planId: `${tenantId}-plan-${String(plan)}`,
      rank: plan,
      features: features[plan] ?? [],
      window: open,
    })),
  );
}

const status = fc.oneof(
  { arbitrary: fc.constant('active' as const), weight: 12 },
  { arbitrary: fc.constant('suspended' as const), weight: 1 },
);

const tenants: fc.Arbitrary<readonly TenantFacts[]> = fc
  .tuple(
    ...TENANT_IDS.map((id) =>
      fc.option(
        fc.record({
          id: fc.constant(id),
          name: fc.constant(`${id}#name`),
          status,
          subscriptions: subscriptions(id),
          grants: grants(id),
        }),
        { freq: 12 },
      ),
    ),
  )
  .map((all) => all.filter((document) => document !== null));

function roles(tenantId: string): fc.Arbitrary<readonly string[]> {
  return fc.subarray(['admin', 'buyer']).map((names) => names.map((name) => `${tenantId}#${name}`));
}

const memberships: fc.Arbitrary<readonly Membership[]> = fc
  .tuple(
    ...TENANT_IDS.map((tenantId) =>
      fc.option(
        fc.record({
          tenantId: fc.constant(tenantId),
          roles: roles(tenantId),
          isDefault: fc.boolean(),
          window: coverWindow,
        }),
        { freq: 4 },
      ),
    ),
  )
  .map((all) => all.filter((one) => one !== null).reduce(withOneDefault, []));

/** At most one default membership at any instant, as the database holds. */
function withOneDefault(all: readonly Membership[], next: Membership): readonly Membership[] {
  const overlaps = ({ isDefault, window: { from, until } }: Membership) =>
    isDefault &&
    (from === null || next.window.until === null || from < next.window.until) &&
    (until === null || next.window.from === null || next.window.from < until);
  return [...all, { ...next, isDefault: next.isDefault && !all.some(overlaps) }];
}

const users: fc.Arbitrary<UserFacts> = fc.record({
  id: fc.constant(USER_ID),
  login: fc.constantFrom('dana.rivers@acme.example', null),
  status,
  memberships,
  grants: fc
    .tuple(
      ...TENANT_IDS.map((tenantId) =>
        grants(tenantId).map((all) => all.map((grant) => ({ ...grant, id: `user-${grant.id}`, tenantId }))),
      ),
    )
    .map((all) => all.flat()),
});

const bindings = TENANT_IDS.map((tenantId): fc.Arbitrary<ClientBinding> =>
  fc.record({ tenantId: fc.constant(tenantId), roles: roles(tenantId), window: coverWindow }),
);

const clients: fc.Arbitrary<ClientFacts> = fc.record({
  id: fc.constant(CLIENT_ID),
  name: fc.constant('Acme Orders Web'),
  tenantMode: fc.constantFrom('fixed', 'choose', 'any', 'any'),
  bindings: fc.oneof(
    fc.oneof(...bindings).map((one) => [one]),
    fc
      .tuple(...bindings.map((binding) => fc.option(binding, { freq: 2 })))
      .map((all) => all.filter((one) => one !== null)),
  ),
});

const hint: fc.Arbitrary<TenantHint> = fc.oneof(
  { arbitrary: fc.constant({ kind: 'none' } as const), weight: 12 },
  {
    arbitrary: fc.record({
      kind: fc.constant('tenant' as const),
      tenantId: fc.constantFrom(...TENANT_IDS, ...TENANT_IDS, 'unknown'),
      fromQuery: fc.boolean(),
    }),
    weight: 8,
  },
  {
    arbitrary: fc.constant({ kind: 'refused', why: 'the tenant query parameter is repeated' } as const),
    weight: 1,
  },
);

const draft: fc.Arbitrary<Draft> = fc.record({
  claims: fc
    .array(fc.tuple(fc.constantFrom(...DRAFT_CLAIMS), fc.jsonValue({ maxDepth: 2 })), { maxLength: 8 })
    .map((entries) => Object.fromEntries(entries)),
  lifetimeSeconds: fc.oneof(
    fc.constantFrom(undefined, 60, 300, 301, 600, 900, 3600, 86_400, 90_000),
    fc.integer({ min: 300, max: 86_400 }),
  ),
});

const accessAlone: fc.Arbitrary<Drafts> = fc.record({ access: draft });

const someDrafts: fc.Arbitrary<Drafts> = fc.oneof(
  accessAlone,
  fc.record({ identity: draft }),
  fc.record({ access: draft, identity: draft }),
);

const jti = fc.constantFrom('oar1', 'oar2', null);

function callsOf(subject: Subject): fc.Arbitrary<HookCall> {
  const isMachine = subject.kind === 'machine';
  const grantTypes = ['authorization_code', 'refresh_token', 'refresh_token', 'password', 'implicit'];
  return fc
    .record({
      grantType: isMachine ? fc.constant('client_credentials') : fc.constantFrom(...grantTypes),
      scopes: fc.subarray(['openid', 'orders:read', 'offline_access']),
      hint,
      isAtAuthorize: fc.boolean(),
      presentedJti: jti,
      issuedJti: isMachine ? fc.constant(null) : jti,
      drafts: isMachine ? accessAlone : someDrafts,
    })
    .map(({ isAtAuthorize, presentedJti, issuedJti, ...call }) => {
      const isRefresh = call.grantType === 'refresh_token';
      return {
        ...call,
        subject,
        clientId: CLIENT_ID,
        atAuthorize: isAtAuthorize && !isRefresh,
        refresh: { presentedJti: isRefresh ? presentedJti : null, issuedJti },
      };
    });
}

const remembered: fc.Arbitrary<RememberedTenant | null> = fc.option(
  fc.record({
    tenantId: fc.constantFrom(...TENANT_IDS, 'gone'),
    chosenAt: fc.integer({ min: -364 * DAY, max: 0 }),
  }),
  { freq: 3 },
);

interface Known extends Omit<Facts, 'tenants'> {
  readonly tenants: readonly TenantFacts[];
}

/** What the directory knows for one call, around the instant 0. A machine call has no user. */
function knownOf({ kind }: Subject): fc.Arbitrary<Known> {
  const isMachine = kind === 'machine';
  return fc.record({
    user: isMachine ? fc.constant(null) : fc.option(users, { freq: 15 }),
    client: fc.option(clients, { freq: isMachine ? 15 : 3 }),
    tenants,
    remembered: isMachine ? fc.constant(null) : remembered,
  });
}

function placedAt(now: number, { user, client, tenants: documents, remembered: choice }: Known): Facts {
  const placed = <T extends { readonly window: TimeWindow }>(all: readonly T[]): readonly T[] =>
    all.map((one) => {
      const { from, until } = one.window;
      return {
        ...one,
        window: { from: from === null ? null : now + from, until: until === null ? null : now + until },
      };
    });
  return {
    user: user && { ...user, memberships: placed(user.memberships), grants: placed(user.grants) },
    client: client && { ...client, bindings: placed(client.bindings) },
    tenants: new Map(
      documents.map((tenant) => [
        tenant.id,
        { ...tenant, subscriptions: placed(tenant.subscriptions), grants: placed(tenant.grants) },
      ]),
    ),
    remembered: choice && { ...choice, chosenAt: now + choice.chosenAt },
  };
}

const conditions: fc.Arbitrary<ClaimMapping['conditions']> = fc.oneof(
  { arbitrary: fc.constant({ scopes: [], clientIds: [], grantTypes: [], issuerIds: [] }), weight: 3 },
  {
    arbitrary: fc.record({
      scopes: fc.subarray(['openid', 'orders:write']),
      clientIds: fc.subarray([CLIENT_ID, '0oaOther']),
      grantTypes: fc.subarray(['password', 'client_credentials']),
      issuerIds: fc.subarray([ISSUER_ID, 'other']),
    }),
    weight: 1,
  },
);

const rarely = fc.oneof(
  { arbitrary: fc.constant(false), weight: 12 },
  { arbitrary: fc.constant(true), weight: 1 },
);

/** Mappings beside the default ones, of which no name is theirs. */
const extraMappings: fc.Arbitrary<readonly ClaimMapping[]> = fc
  .array(
    fc.record({
      claim: fc.constantFrom(...CLAIMS),
      expression: fc.constantFrom(...EXPRESSIONS),
      tokens: fc.subarray(['access', 'identity'] as const, { minLength: 1 }),
      conditions,
      required: rarely,
      priority: fc.integer({ min: 0, max: 1000 }),
    }),
    { maxLength: 6 },
  )
  .map((all) =>
    all.map(({ claim, expression, ...others }, index) =>
      mapping(claim, expression, { ...others, id: `extra-${String(index)}`, overridesProfileClaim: true }),
    ),
  );

const issuerRules: fc.Arbitrary<IssuerRules> = fc
  .record({
    extra: extraMappings,
    denyRefused: rarely,
    denyAmbiguous: rarely,
    claimsBudgetBytes: fc.oneof(fc.constantFrom(4096, 65_536), fc.integer({ min: 256, max: 450 })),
  })
  .map(({ extra, ...policy }) => {
    const mappings = compile([...DEFAULT_MAPPINGS, ...extra]);
    return {
      ...policy,
      issuerId: ISSUER_ID,
      issuerUri: ISSUER_URI,
      rememberChoiceMs: 365 * DAY,
      mappings,
      ownedClaims: new Set([...mappings.map(({ claim }) => claim), DROPPED_CLAIM]),
    };
  });

function scenariosOf(subject: Subject): fc.Arbitrary<Scenario> {
  return fc
    .record({
      call: callsOf(subject),
      known: knownOf(subject),
      rules: issuerRules,
      now: fc.integer({ min: NOW - 3650 * DAY, max: NOW + 3650 * DAY }),
    })
    .map(({ known, ...scenario }) => ({ ...scenario, facts: placedAt(scenario.now, known) }));
}

/** Calls of every kind, over a directory that the database would hold, under rules that could have been saved. */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { arbitrary: scenariosOf({ kind: 'user', userId: USER_ID }), weight: 6 },
  { arbitrary: scenariosOf({ kind: 'machine' }), weight: 3 },
  { arbitrary: scenariosOf({ kind: 'conflict', why: 'the draft tokens name different users' }), weight: 1 },
);
