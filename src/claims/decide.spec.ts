import { describe, expect, it } from '@jest/globals';
import {
  beginningIn,
  binding,
  client,
  DAY,
  DEFAULT_MAPPINGS,
  draft,
  endingIn,
  facts,
  HOUR,
  machineCall,
  mapping,
  membership,
  MINUTE,
  NOW,
  queryHint,
  REFRESH_JTI,
  refreshCall,
  rules,
  scopeHint,
  SECOND,
  subscription,
  tenant,
  tenantGrant,
  user,
  USER_ID,
  userCall,
  userGrant,
} from '../../test/support/claims-fixtures.js';
import type { Json, TokenName } from '../okta/token-hook-response.js';
import { decide } from './decide.js';
import type { ChoiceToRemember, Decision, DenyReason, TokenChange } from './decision.js';
import type { Facts, Subscription, TenantFacts } from './facts.js';
import type { Drafts, HookCall } from './hook-call.js';
import type { IssuerRules } from './issuer-rules.js';

function changeOf(decision: Decision, token: TokenName = 'access'): TokenChange | undefined {
  return decision.kind === 'patch' ? decision.changes[token] : undefined;
}

/** The claims that are set in one token. */
function stamped(decision: Decision, token: TokenName = 'access'): Readonly<Record<string, Json>> {
  return Object.fromEntries(changeOf(decision, token)?.set ?? []);
}

function reasonOf(decision: Decision): DenyReason | null {
  return decision.kind === 'deny' ? decision.reason : null;
}

/** Dana, a member of blue, which has a plan with the subscriptions given. */
function danaInBlue(...subscriptions: readonly Subscription[]): Facts {
  return facts({ user: user([membership('blue')]), tenants: [tenant('blue', { subscriptions })] });
}

function decideAt(now: number, call: HookCall, known: Facts, issuer: IssuerRules = rules()): Decision {
  return decide(call, known, issuer, now);
}

const decideNow = (call: HookCall, known: Facts, issuer?: IssuerRules): Decision =>
  decideAt(NOW, call, known, issuer);

const ACCESS_ONLY: Drafts = { access: draft({ uid: USER_ID }) };
const PLAN = subscription('plan', { sso: true, seats: 50 });

describe('a user with a tenant', () => {
  const decision = decideNow(userCall(), danaInBlue(PLAN));

  it('gets the default claims in the access token', () => {
    expect(stamped(decision)).toEqual({
      mintmark: { v: 1 },
      tenant_selection: 'only',
      tenant_id: 'blue',
      tenant_roles: ['blue-member'],
      tenant_entitlements: { sso: true, seats: 50 },
    });
  });

  it('gets the marker, the tenant and how it was selected in the ID token', () => {
    expect(stamped(decision, 'identity')).toEqual({
      mintmark: { v: 1 },
      tenant_selection: 'only',
      tenant_id: 'blue',
    });
  });

  it('keeps the lifetimes where nothing ever shrinks', () => {
    expect(changeOf(decision)?.lifetimeSeconds).toBeNull();
    expect(changeOf(decision, 'identity')?.lifetimeSeconds).toBeNull();
  });

  it('gets the membership’s roles, never the binding’s', () => {
    const known = facts({
      user: user([membership('blue', { roles: ['buyer'] })]),
      client: client({ tenantMode: 'fixed', bindings: [binding('blue', { roles: ['operator'] })] }),
    });
    expect(stamped(decideNow(userCall(), known))['tenant_roles']).toEqual(['buyer']);
    const ofBinding = rules([mapping('roles', 'binding.roles')]);
    expect(decideNow(userCall(), known, ofBinding).kind).toBe('unchanged');
  });

  it('gets a grant of their own, and nobody else’s', () => {
    const known = (grants: Facts['user']) => ({ ...danaInBlue(PLAN), user: grants });
    const granted = user([membership('blue')], { grants: [userGrant('blue', 'seats', 99)] });
    expect(stamped(decideNow(userCall(), known(granted)))['tenant_entitlements']).toEqual({
      sso: true,
      seats: 99,
    });
  });
});

describe('a token without a tenant', () => {
  const nothing = { mintmark: { v: 1 } };

  it.each<[string, Facts]>([
    ['none', facts()],
    ['ambiguous', facts({ user: user([membership('blue'), membership('green')]) })],
    ['refused', facts({ user: user([membership('blue')]), client: client({ tenantMode: 'fixed' }) })],
  ])('says %s, and nothing of any tenant', (outcome, known) => {
    const decision = decideNow(userCall(), known);
    expect(stamped(decision)).toEqual({ ...nothing, tenant_selection: outcome });
    expect(stamped(decision, 'identity')).toEqual({ ...nothing, tenant_selection: outcome });
  });

  it('says nothing of a suspended tenant', () => {
    const tenants = [tenant('blue', { status: 'suspended', subscriptions: [PLAN] })];
    const known = facts({ user: user([membership('blue')]), tenants });
    expect(stamped(decideNow(userCall(), known))).toEqual({ ...nothing, tenant_selection: 'none' });
  });

  it('says nothing of the tenant of a suspended user', () => {
    const known = { ...danaInBlue(PLAN), user: user([membership('blue')], { status: 'suspended' }) };
    expect(stamped(decideNow(userCall(), known))).toEqual({ ...nothing, tenant_selection: 'none' });
  });

  // Design, "Entitlements": "Suspended tenants and users […] count for nothing".
  it('says nothing that the directory knows of a suspended user', () => {
    const issuer = rules([mapping('login', 'user.login')]);
    const known = facts({ user: user([], { status: 'suspended' }) });
    expect(stamped(decideNow(userCall(), known, issuer))).toEqual({});
  });

  it.each<[string, Partial<IssuerRules>, DenyReason | null]>([
    ['refused', { denyRefused: true }, 'selection_refused'],
    ['refused', { denyAmbiguous: true }, null],
    ['ambiguous', { denyAmbiguous: true }, 'selection_ambiguous'],
    ['ambiguous', { denyRefused: true }, null],
    ['none', { denyRefused: true, denyAmbiguous: true }, null],
  ])('may be denied by the issuer: %s under %j', (outcome, policy, reason) => {
    const of = {
      refused: userCall({ hint: queryHint('red') }),
      ambiguous: userCall(),
      none: userCall(),
    };
    const known = facts(outcome === 'none' ? {} : { user: user([membership('blue'), membership('green')]) });
    const decision = decideNow(of[outcome as keyof typeof of], known, rules(DEFAULT_MAPPINGS, policy));
    expect(decision.trace.selection.outcome).toBe(outcome);
    expect(reasonOf(decision)).toBe(reason);
  });
});

describe('a machine call', () => {
  const bound = facts({
    client: client({ tenantMode: 'fixed', bindings: [binding('blue', { roles: ['operator'] })] }),
    tenants: [tenant('blue', { subscriptions: [PLAN] })],
  });

  it('gets the binding’s roles and the tenant’s entitlements', () => {
    expect(stamped(decideNow(machineCall(), bound))).toEqual({
      mintmark: { v: 1 },
      tenant_selection: 'bound',
      tenant_id: 'blue',
      tenant_roles: ['operator'],
      tenant_entitlements: { sso: true, seats: 50 },
    });
  });

  it('of a client of any tenant has entitlements, but no roles where it is not bound', () => {
    const known = facts({ client: client(), tenants: [tenant('blue', { subscriptions: [PLAN] })] });
    const claims = stamped(decideNow(machineCall({ hint: queryHint('blue') }), known));
    expect(claims).toMatchObject({ tenant_id: 'blue', tenant_entitlements: { sso: true, seats: 50 } });
    expect(claims).not.toHaveProperty('tenant_roles');
  });

  it('is capped where the binding ends', () => {
    const ending = client({
      tenantMode: 'fixed',
      bindings: [binding('blue', { window: endingIn(20 * MINUTE) })],
    });
    expect(changeOf(decideNow(machineCall(), facts({ client: ending })))?.lifetimeSeconds).toBe(20 * 60);
  });
});

describe('a payload that names two parties', () => {
  it('is denied, whatever the policy', () => {
    const call = userCall({ subject: { kind: 'conflict', why: 'the draft tokens name different users' } });
    const decision = decideNow(call, danaInBlue(PLAN));
    expect(decision).toMatchObject({ kind: 'deny', reason: 'identity_conflict' });
    expect(decision.trace.tokens).toEqual({});
  });
});

describe('a mapping', () => {
  const known = danaInBlue(PLAN);
  const only = (...mappings: Parameters<typeof mapping>) => rules([mapping(...mappings)]);

  it('writes the tokens it names, and no other', () => {
    const decision = decideNow(userCall(), known, only('tenant_id', 'tenant.id', { tokens: ['identity'] }));
    expect(changeOf(decision, 'access')).toBeUndefined();
    expect(stamped(decision, 'identity')).toEqual({ tenant_id: 'blue' });
  });

  it('writes only tokens that are being minted', () => {
    const decision = decideNow(userCall({ drafts: ACCESS_ONLY }), known);
    expect(decision.kind === 'patch' ? Object.keys(decision.changes) : []).toEqual(['access']);
  });

  it('writes nothing where its conditions are not met, and says so', () => {
    const decision = decideNow(
      userCall(),
      known,
      only('a', '1', { conditions: { scopes: ['orders:write'] } }),
    );
    expect(decision.kind).toBe('unchanged');
    expect(decision.trace.mappings).toEqual([
      { mappingId: 'map-a', claim: 'a', kind: 'skipped', why: expect.any(String) },
    ]);
  });

  it.each(['entitlements.nope', 'dyn(null)', '1 / 0', 'int(tenant.name)'])(
    'whose expression %s has no value is absent, and says so',
    (expression) => {
      const decision = decideNow(userCall(), known, only('a', expression));
      expect(decision.kind).toBe('unchanged');
      expect(decision.trace.mappings).toEqual([
        { mappingId: 'map-a', claim: 'a', kind: 'absent', why: expect.any(String) },
      ]);
    },
  );

  it('of higher priority wins a claim, and the next one has it where the first has no value', () => {
    const issuer = rules([
      mapping('tier', 'entitlements.tier', { id: 'first', priority: 2 }),
      mapping('tier', '"basic"', { id: 'second', priority: 1 }),
    ]);
    expect(stamped(decideNow(userCall(), known, issuer))).toEqual({ tier: 'basic' });
    const golden = danaInBlue(subscription('golden', { tier: 'gold' }));
    expect(stamped(decideNow(userCall(), golden, issuer))).toEqual({ tier: 'gold' });
  });

  it('reads the issuer’s own URI and the granted scopes', () => {
    const issuer = rules([mapping('from', 'request.issuer + " " + request.scopes.join(" ")')]);
    expect(stamped(decideNow(userCall(), known, issuer))).toEqual({
      from: 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7 openid orders:read',
    });
  });

  it('reads integers as integers, not as doubles', () => {
    const decision = decideNow(userCall(), known, only('share', 'entitlements.seats / 3'));
    expect(stamped(decision)).toEqual({ share: 16 });
  });

  it('reads at most 100 scopes', () => {
    const scopes = Array.from({ length: 150 }, (_, index) => `scope-${String(index)}`);
    const decision = decideNow(userCall({ scopes }), known, only('count', 'size(request.scopes)'));
    expect(stamped(decision)).toEqual({ count: 100 });
  });

  describe('that is required', () => {
    it('denies where it has no value', () => {
      const decision = decideNow(userCall(), facts(), only('tenant_id', 'tenant.id', { required: true }));
      expect(decision).toMatchObject({ kind: 'deny', reason: 'required_claim_absent' });
    });

    it('denies nothing where it has one, be it false', () => {
      const decision = decideNow(
        userCall(),
        known,
        only('export', '"export" in entitlements', { required: true }),
      );
      expect(stamped(decision)).toEqual({ export: false });
    });

    it('denies nothing where its conditions are not met', () => {
      const conditions = { grantTypes: ['client_credentials'] };
      const issuer = only('tenant_id', 'tenant.id', { required: true, conditions });
      expect(decideNow(userCall(), facts(), issuer).kind).toBe('unchanged');
    });

    it('denies nothing where its token is not being minted', () => {
      const issuer = only('tenant_id', 'tenant.id', { required: true, tokens: ['identity'] });
      expect(decideNow(userCall({ drafts: ACCESS_ONLY }), facts(), issuer).kind).toBe('unchanged');
    });

    it('denies where its claim does not fit into the budget', () => {
      const large = danaInBlue(subscription('large', { text: 'x'.repeat(300) }));
      const issuer = rules([mapping('text', 'entitlements.text', { required: true })], {
        claimsBudgetBytes: 256,
      });
      expect(decideNow(userCall(), large, issuer)).toMatchObject({
        kind: 'deny',
        reason: 'required_claim_too_large',
      });
    });

    // Design: "whether it is `required` (absent → deny)", "the required ones reserved first".
    it('reserves its claim also where an optional mapping of higher priority wrote it', () => {
      const large = danaInBlue(subscription('large', { text: 'x'.repeat(300) }));
      const issuer = rules(
        [
          mapping('text', 'entitlements.text', { id: 'optional', priority: 2 }),
          mapping('text', 'entitlements.text', { id: 'required', priority: 1, required: true }),
        ],
        { claimsBudgetBytes: 256 },
      );
      const decision = decideNow(userCall(), large, issuer);
      expect(decision.kind === 'deny' || 'text' in stamped(decision)).toBe(true);
    });

    it('denies with a trace that says which, and without a value of the directory in the reason', () => {
      const decision = decideNow(userCall(), facts(), only('tenant_id', 'tenant.id', { required: true }));
      expect(decision.kind === 'deny' && decision.detail).toContain('map-tenant_id');
    });
  });
});

describe('a claim that a mapping owns', () => {
  const carrying = (claims: Readonly<Record<string, unknown>>, identity = claims) =>
    userCall({ drafts: { access: draft(claims), identity: draft(identity) } });
  const stale = {
    tenant_id: 'green',
    tenant_roles: null,
    tenant_entitlements: { sso: true },
    department: 'x',
  };

  it('is replaced where there is a value', () => {
    const decision = decideNow(carrying({ tenant_id: 'green' }), danaInBlue());
    expect(stamped(decision)).toMatchObject({ tenant_id: 'blue' });
    expect(changeOf(decision)?.remove).toEqual([]);
  });

  it('is removed where there is none, and nothing else is', () => {
    const decision = decideNow(carrying(stale), facts());
    expect([...(changeOf(decision)?.remove ?? [])].sort()).toEqual([
      'tenant_entitlements',
      'tenant_id',
      'tenant_roles',
    ]);
  });

  it('is removed from both tokens, though it is mapped for one', () => {
    const decision = decideNow(carrying(stale), danaInBlue());
    expect([...(changeOf(decision, 'identity')?.remove ?? [])].sort()).toEqual([
      'tenant_entitlements',
      'tenant_roles',
    ]);
  });

  it('is removed where the mapping’s conditions are not met', () => {
    const issuer = rules([mapping('tenant_id', 'tenant.id', { conditions: { scopes: ['nope'] } })]);
    expect(changeOf(decideNow(carrying({ tenant_id: 'green' }), danaInBlue(), issuer))?.remove).toEqual([
      'tenant_id',
    ]);
  });

  it('is removed where the budget drops it', () => {
    const large = danaInBlue(subscription('large', { text: 'x'.repeat(300) }));
    const issuer = rules([mapping('text', 'entitlements.text')], { claimsBudgetBytes: 256 });
    const change = changeOf(decideNow(carrying({ text: 'stale' }), large, issuer));
    expect(change?.remove).toEqual(['text']);
    expect(change?.set).toEqual(new Map([['claims_dropped', ['text']]]));
  });

  it('is claims_dropped too', () => {
    const decision = decideNow(carrying({ claims_dropped: ['x'] }), danaInBlue());
    expect(changeOf(decision)?.remove).toEqual(['claims_dropped']);
  });

  it('is nothing that the draft merely inherits', () => {
    const issuer = rules([mapping('toString', 'entitlements.nope')]);
    expect(decideNow(carrying({}), danaInBlue(), issuer).kind).toBe('unchanged');
  });
});

describe('the budget', () => {
  it('is each token’s own', () => {
    const large = danaInBlue(subscription('large', { text: 'x'.repeat(150) }));
    const issuer = rules(
      [
        mapping('text', 'entitlements.text', { tokens: ['access', 'identity'] }),
        mapping('more', 'entitlements.text', { tokens: ['access'], priority: 1 }),
      ],
      { claimsBudgetBytes: 256 },
    );
    const decision = decideNow(userCall(), large, issuer);
    expect(Object.keys(stamped(decision))).toEqual(['text', 'claims_dropped']);
    expect(Object.keys(stamped(decision, 'identity'))).toEqual(['text']);
    expect(decision.trace.tokens.access?.dropped).toEqual(['more']);
  });
});

describe('the lifetime', () => {
  const lifetimes = (decision: Decision) => [
    changeOf(decision)?.lifetimeSeconds,
    changeOf(decision, 'identity')?.lifetimeSeconds,
  ];
  const ending = (milliseconds: number) =>
    subscription('trial', { export: true }, { window: endingIn(milliseconds) });

  it('of a token ends when an entitlement in it ends, and the other token’s does not', () => {
    expect(lifetimes(decideNow(userCall(), danaInBlue(PLAN, ending(20 * MINUTE))))).toEqual([20 * 60, null]);
  });

  it('of both tokens ends when the membership ends', () => {
    const known = facts({ user: user([membership('blue', { window: endingIn(20 * MINUTE) })]) });
    expect(lifetimes(decideNow(userCall(), known))).toEqual([20 * 60, 20 * 60]);
  });

  it('of a token ends when the client’s binding ends, where the client narrows', () => {
    const bindings = [binding('blue', { window: endingIn(20 * MINUTE) })];
    const narrowing = (tenantMode: 'fixed' | 'choose' | 'any') => {
      const known = facts({ user: user([membership('blue')]), client: client({ tenantMode, bindings }) });
      return lifetimes(decideNow(userCall(), known));
    };
    expect(narrowing('fixed')).toEqual([20 * 60, 20 * 60]);
    expect(narrowing('choose')).toEqual([20 * 60, 20 * 60]);
    expect(narrowing('any')).toEqual([null, null]);
  });

  it('is judged for each token within its own draft', () => {
    const drafts = { access: draft({}, 3600), identity: draft({}, 600) };
    const known = facts({ user: user([membership('blue', { window: endingIn(20 * MINUTE) })]) });
    expect(lifetimes(decideNow(userCall({ drafts }), known))).toEqual([20 * 60, null]);
  });

  it.each([
    [HOUR - 1, 3599],
    [HOUR, null],
    [HOUR + 1, null],
    [2 * HOUR, null],
  ])('is never above the draft’s own: something ends in %i ms', (milliseconds, seconds) => {
    expect(lifetimes(decideNow(userCall(), danaInBlue(ending(milliseconds))))[0]).toBe(seconds);
  });

  it('is rounded down to whole seconds', () => {
    expect(lifetimes(decideNow(userCall(), danaInBlue(ending(900 * SECOND + 999))))[0]).toBe(900);
  });

  it('is 300 s at the least, since what ends within them counts as ended', () => {
    const stampedAt = (milliseconds: number) => {
      const decision = decideNow(userCall(), danaInBlue(ending(milliseconds)));
      return [changeOf(decision)?.lifetimeSeconds, stamped(decision)['tenant_entitlements']];
    };
    expect(stampedAt(300 * SECOND + 1)).toEqual([300, { export: true }]);
    expect(stampedAt(300 * SECOND)).toEqual([null, {}]);
    expect(stampedAt(SECOND)).toEqual([null, {}]);
  });

  it.each([
    [20 * MINUTE, 15 * 60],
    [600 * SECOND + 1, 300],
    [600 * SECOND, null],
  ])(
    'is 300 s shorter at /authorize, where the code may wait: something ends in %i ms',
    (milliseconds, seconds) => {
      const decision = decideNow(userCall({ atAuthorize: true }), danaInBlue(ending(milliseconds)));
      expect(lifetimes(decision)[0]).toBe(seconds);
      expect(stamped(decision)['tenant_entitlements']).toEqual(seconds === null ? {} : { export: true });
    },
  );

  it('is capped at /authorize also by what ends after the draft’s lifetime, but before the code’s', () => {
    const decision = decideNow(userCall({ atAuthorize: true }), danaInBlue(ending(HOUR + MINUTE)));
    expect(lifetimes(decision)[0]).toBe(3600 + 60 - 300);
  });

  it.each<[string, Partial<TenantFacts>]>([
    [
      'a value is lowered by a grant',
      { grants: [tenantGrant('seats', 5, { window: beginningIn(20 * MINUTE) })] },
    ],
    [
      'a grant that raised a value ends',
      { grants: [tenantGrant('seats', 500, { window: endingIn(20 * MINUTE) })] },
    ],
    [
      'a feature is taken away',
      { grants: [tenantGrant('sso', false, { window: beginningIn(20 * MINUTE) })] },
    ],
  ])('ends when %s', (_, document) => {
    const known = facts({
      user: user([membership('blue')]),
      tenants: [tenant('blue', { subscriptions: [PLAN], ...document })],
    });
    expect(lifetimes(decideNow(userCall(), known))).toEqual([20 * 60, null]);
  });

  it('ends when a ceiling comes over a grant of the user', () => {
    const known = facts({
      user: user([membership('blue')], { grants: [userGrant('blue', 'export', true)] }),
      tenants: [
        tenant('blue', { grants: [tenantGrant('export', false, { window: beginningIn(20 * MINUTE) })] }),
      ],
    });
    expect(lifetimes(decideNow(userCall(), known))).toEqual([20 * 60, null]);
  });

  it.each<[string, Partial<TenantFacts>]>([
    ['a value is raised', { grants: [tenantGrant('seats', 500, { window: beginningIn(20 * MINUTE) })] }],
    ['a lowered value is raised', { grants: [tenantGrant('seats', 5, { window: endingIn(20 * MINUTE) })] }],
    ['a feature is added', { grants: [tenantGrant('export', true, { window: beginningIn(20 * MINUTE) })] }],
    [
      'a subscription is renewed without a gap',
      {
        subscriptions: [
          subscription('old', { sso: true, seats: 50 }, { window: endingIn(20 * MINUTE) }),
          subscription('new', { sso: true, seats: 50 }, { window: beginningIn(20 * MINUTE) }),
        ],
      },
    ],
  ])('stays where %s', (_, document) => {
    const known = facts({
      user: user([membership('blue')]),
      tenants: [tenant('blue', { subscriptions: [PLAN], ...document })],
    });
    expect(lifetimes(decideNow(userCall(), known))).toEqual([null, null]);
  });

  it('stays where what ends is not in the token', () => {
    const issuer = rules([mapping('sso', 'entitlements.sso')]);
    expect(lifetimes(decideNow(userCall(), danaInBlue(PLAN, ending(20 * MINUTE)), issuer))[0]).toBeNull();
  });

  it('stays where what ends was dropped by the budget', () => {
    const trial = subscription('trial', { text: 'x'.repeat(300) }, { window: endingIn(20 * MINUTE) });
    const issuer = rules([mapping('text', 'entitlements.text')], { claimsBudgetBytes: 256 });
    expect(lifetimes(decideNow(userCall(), danaInBlue(trial), issuer))[0]).toBeNull();
  });

  it('stays where another membership begins or ends', () => {
    const memberships = [
      membership('blue'),
      membership('green', { window: beginningIn(20 * MINUTE), isDefault: true }),
      membership('red', { window: { from: NOW - DAY, until: NOW + 200 * SECOND } }),
    ];
    expect(lifetimes(decideNow(userCall(), facts({ user: user(memberships) })))).toEqual([null, null]);
  });

  it('ends at the first of several', () => {
    const first = subscription('first', { a: true }, { window: endingIn(10 * MINUTE) });
    expect(lifetimes(decideNow(userCall(), danaInBlue(ending(20 * MINUTE), first)))[0]).toBe(600);
  });

  it('is capped at the 16th change, and no later, where there are more', () => {
    const starts = Array.from({ length: 100 }, (_, index) =>
      subscription(
        `sub-${String(index)}`,
        { [`f${String(index)}`]: true },
        { window: beginningIn(10 * MINUTE + index * SECOND) },
      ),
    );
    const seconds = lifetimes(decideNow(userCall(), danaInBlue(...starts)))[0];
    expect(seconds).toBe(600 + 15);
  });

  describe('of a draft that does not say its own', () => {
    const drafts: Drafts = { access: { claims: {}, lifetimeSeconds: undefined } };

    it('ends when something stamped ends', () => {
      expect(lifetimes(decideNow(userCall({ drafts }), danaInBlue(ending(20 * MINUTE))))[0]).toBe(20 * 60);
    });

    // Design: "never above the draft's own"; contract 1.8: "integer seconds, default 3600".
    it('is never set above Okta’s default, which it may have', () => {
      const seconds = lifetimes(decideNow(userCall({ drafts }), danaInBlue(ending(10 * HOUR))))[0];
      expect(seconds ?? 0).toBeLessThanOrEqual(3600);
    });
  });

  // Contract 2.8: at most 86400; anything else voids the whole response.
  it('is never set above what Okta accepts, though the draft’s own is', () => {
    const drafts: Drafts = { access: draft({}, 30 * 3600) };
    const seconds = lifetimes(decideNow(userCall({ drafts }), danaInBlue(ending(28 * HOUR))))[0];
    expect(seconds ?? 0).toBeLessThanOrEqual(86_400);
  });

  it('is judged with the now that is given', () => {
    const known = danaInBlue(ending(20 * MINUTE));
    expect(lifetimes(decideAt(NOW + 10 * MINUTE, userCall(), known))[0]).toBe(10 * 60);
    expect(stamped(decideAt(NOW + 30 * MINUTE, userCall(), known))['tenant_entitlements']).toEqual({});
  });
});

describe('the choice to remember', () => {
  const both = facts({ user: user([membership('blue', { isDefault: true }), membership('green')]) });
  const first = (overrides: Partial<HookCall>) =>
    userCall({ refresh: { presentedJti: null, issuedJti: REFRESH_JTI }, ...overrides });
  const remembered = { tenantId: 'green', chosenAt: NOW - DAY, keptUntil: NOW + 364 * DAY };

  function remembers(
    call: HookCall,
    known: Facts = both,
    issuer = rules(),
  ): ChoiceToRemember | null | undefined {
    const decision = decideNow(call, known, issuer);
    return decision.kind === 'deny' ? undefined : decision.remember;
  }

  it('is the tenant that a query chose, where a refresh token is issued', () => {
    expect(remembers(first({ hint: queryHint('green') }))).toEqual({
      tenantId: 'green',
      refreshTokenJti: REFRESH_JTI,
    });
  });

  it('is there also where no claim changes', () => {
    const decision = decideNow(first({ hint: queryHint('green') }), both, rules([]));
    expect(decision).toMatchObject({ kind: 'unchanged', remember: { tenantId: 'green' } });
  });

  it.each<[string, HookCall]>([
    ['no refresh token is issued', userCall({ hint: queryHint('green') })],
    ['a scope chose, which a refresh has again', first({ hint: scopeHint('green') })],
    ['the default was taken', first({})],
    ['the hint was refused', first({ hint: queryHint('red') })],
  ])('is none where %s', (_, call) => {
    expect(remembers(call)).toBeNull();
  });

  it('is none where the only membership was taken, without a hint', () => {
    expect(remembers(first({}), facts({ user: user([membership('blue')]) }))).toBeNull();
  });

  it('is none for a client of mode fixed, which ignores hints', () => {
    const fixed = client({ tenantMode: 'fixed', bindings: [binding('green')] });
    expect(remembers(first({ hint: queryHint('green') }), { ...both, client: fixed })).toBeNull();
  });

  it('is none where the call is denied', () => {
    const issuer = rules([mapping('a', 'entitlements.nope', { required: true })]);
    expect(remembers(first({ hint: queryHint('green') }), both, issuer)).toBeUndefined();
  });

  it('is not written again on every refresh', () => {
    expect(remembers(refreshCall(), { ...both, remembered })).toBeNull();
  });

  it('is written again when half of its time is over', () => {
    const old = { tenantId: 'green', chosenAt: NOW - 183 * DAY, keptUntil: NOW + 182 * DAY };
    expect(remembers(refreshCall(), { ...both, remembered: old })).toEqual({
      tenantId: 'green',
      refreshTokenJti: REFRESH_JTI,
    });
  });

  it('moves on to a refresh token that was rotated', () => {
    expect(remembers(refreshCall({}, 'oarRotated'), { ...both, remembered })).toEqual({
      tenantId: 'green',
      refreshTokenJti: 'oarRotated',
    });
  });

  // Design, "Refresh": "revalidated on every refresh: no longer covered → `refused`, never some other tenant".
  it('moves on to a rotated refresh token also where a scope names the same tenant', () => {
    const call = refreshCall({ hint: scopeHint('green') }, 'oarRotated');
    expect(remembers(call, { ...both, remembered })).toEqual({
      tenantId: 'green',
      refreshTokenJti: 'oarRotated',
    });
  });

  it('is none where the remembered tenant is refused', () => {
    expect(
      remembers(refreshCall(), { ...facts({ user: user([membership('blue')]) }), remembered }),
    ).toBeNull();
  });
});

describe('the trace', () => {
  it('says who covers the tenant, where each entitlement comes from and what each mapping did', () => {
    const { trace } = decideNow(userCall(), danaInBlue(PLAN));
    expect(trace).toMatchObject({
      subject: 'user',
      selection: { outcome: 'only', tenantId: 'blue', membership: { roles: ['blue-member'] }, binding: null },
      entitlements: [
        { featureId: 'sso', value: true, source: { level: 'plan', ids: ['plan'] } },
        { featureId: 'seats', value: 50, source: { level: 'plan', ids: ['plan'] } },
      ],
    });
    expect(trace.mappings.map(({ kind }) => kind)).toEqual(DEFAULT_MAPPINGS.map(() => 'produced'));
  });

  it('says when something would shrink, and what was removed', () => {
    const drafts: Drafts = { access: draft({ claims_dropped: [] }) };
    const trial = subscription('trial', { export: true }, { window: endingIn(20 * MINUTE) });
    const { trace } = decideNow(userCall({ drafts }), danaInBlue(trial));
    expect(trace.tokens.access).toMatchObject({
      dropped: [],
      removed: ['claims_dropped'],
      lifetime: { draftSeconds: 3600, cappedSeconds: 1200, shrinksAt: NOW + 20 * MINUTE },
    });
  });
});
