import { describe, expect, it } from '@jest/globals';
import {
  beginningIn,
  endingIn,
  MINUTE,
  NOW,
  SECOND,
  subscription,
  tenant,
  tenantGrant,
  user,
  userGrant,
} from '../../test/support/claims-fixtures.js';
import type { FeatureGrant, FeatureValue, Subscription, UserGrant } from './facts.js';
import {
  entitlementFacts,
  entitlementsAt,
  entitlementsThrough,
  type EntitlementFacts,
} from './resolve-entitlements.js';

interface Levels {
  readonly plans?: readonly Subscription[];
  readonly tenantGrants?: readonly FeatureGrant[];
  readonly userGrants?: readonly UserGrant[];
}

function inBlue({ plans = [], tenantGrants = [], userGrants = [] }: Levels): EntitlementFacts {
  const blue = tenant('blue', { subscriptions: plans, grants: tenantGrants });
  return entitlementFacts(blue, user([], { grants: userGrants }));
}

/** The values that hold from now on for five minutes, the shortest life of a token. */
function values(levels: Levels): Readonly<Record<string, FeatureValue>> {
  const life = { from: NOW, to: NOW + 5 * MINUTE };
  return Object.fromEntries(
    [...entitlementsThrough(inBlue(levels), life)].map(([featureId, { value }]) => [featureId, value]),
  );
}

const ranked = (rank: number, features: Readonly<Record<string, FeatureValue>>) =>
  subscription(`rank-${String(rank)}`, features, { rank });

describe('plans', () => {
  it('grant nothing without a subscription', () => {
    expect(values({})).toEqual({});
  });

  it.each<[string, FeatureValue, FeatureValue, FeatureValue]>([
    ['booleans by or', false, true, true],
    ['booleans by or, whichever plan ranks higher', true, false, true],
    ['integers by the maximum', 5, 50, 50],
    ['integers by the maximum, whichever plan ranks higher', 50, 5, 50],
    ['negative integers by the maximum', -5, -1, -1],
    ['lists by union', ['eu', 'us'], ['us', 'ap'], ['eu', 'us', 'ap']],
    ['an empty list by union', [], ['us'], ['us']],
    ['strings by the plan of highest rank', 'gold', 'silver', 'gold'],
  ])('merge %s', (_, ofHigherRank, ofLowerRank, merged) => {
    const plans = [ranked(1, { it: ofLowerRank }), ranked(2, { it: ofHigherRank })];
    expect(values({ plans })).toEqual({ it: merged });
    expect(values({ plans: [...plans].reverse() })).toEqual({ it: merged });
  });

  it('that only some subscriptions have are merged all the same', () => {
    expect(values({ plans: [ranked(1, { sso: true }), ranked(2, { seats: 5 })] })).toEqual({
      sso: true,
      seats: 5,
    });
  });
});

describe('a tenant grant', () => {
  const plans = [ranked(1, { sso: true, seats: 50, tier: 'gold', regions: ['eu', 'us'] })];

  it.each<[string, FeatureValue]>([
    ['sso', false],
    ['seats', 5],
    ['seats', 500],
    ['tier', 'trial'],
    ['regions', ['ap']],
    ['extra', true],
  ])('replaces the plan’s value of %s by %j', (featureId, value) => {
    expect(values({ plans, tenantGrants: [tenantGrant(featureId, value)] })).toMatchObject({
      [featureId]: value,
    });
  });
});

describe('a user grant', () => {
  const plans = [ranked(1, { sso: false, seats: 5, tier: 'silver', regions: ['eu'] })];

  it.each<[string, FeatureValue]>([
    ['sso', true],
    ['seats', 1],
    ['seats', 0],
    ['tier', 'gold'],
    ['regions', []],
    ['extra', true],
  ])('replaces the plan’s value of %s by %j', (featureId, value) => {
    expect(values({ plans, userGrants: [userGrant('blue', featureId, value)] })).toMatchObject({
      [featureId]: value,
    });
  });

  it('replaces the tenant grant’s value, up or down', () => {
    const tenantGrants = [tenantGrant('seats', 10), tenantGrant('sso', true)];
    const userGrants = [userGrant('blue', 'seats', 99), userGrant('blue', 'sso', false)];
    expect(values({ plans, tenantGrants, userGrants })).toMatchObject({ seats: 99, sso: false });
  });

  it.each<[FeatureValue, FeatureValue]>([
    [false, true],
    [0, 99],
    [[], ['eu']],
  ])('never lifts a tenant grant of %j, which is a ceiling', (ceiling, lifted) => {
    const grants = {
      tenantGrants: [tenantGrant('it', ceiling)],
      userGrants: [userGrant('blue', 'it', lifted)],
    };
    expect(values(grants)).toEqual({ it: ceiling });
  });

  it('lifts a tenant grant that is an empty string, which is no ceiling', () => {
    const grants = { tenantGrants: [tenantGrant('it', '')], userGrants: [userGrant('blue', 'it', 'gold')] };
    expect(values(grants)).toEqual({ it: 'gold' });
  });

  it('lifts a plan’s false, which is no ceiling', () => {
    expect(values({ plans, userGrants: [userGrant('blue', 'sso', true)] })).toMatchObject({ sso: true });
  });

  it('counts in its own tenant only', () => {
    expect(values({ plans, userGrants: [userGrant('green', 'sso', true)] })).toMatchObject({ sso: false });
  });
});

describe('a window', () => {
  const windows: readonly (readonly [string, Subscription['window'], boolean])[] = [
    ['begins now', beginningIn(0), true],
    ['begins in a millisecond', beginningIn(1), false],
    ['has just ended', endingIn(0), false],
    ['ends within 300 s', endingIn(299 * SECOND), false],
    ['ends at 300 s', endingIn(300 * SECOND), false],
    ['ends a millisecond after 300 s', endingIn(300 * SECOND + 1), true],
  ];

  it.each(windows)('of a subscription that %s is judged now', (_, window, counts) => {
    const plans = [subscription('only', { sso: true }, { window })];
    expect(values({ plans })).toEqual(counts ? { sso: true } : {});
  });

  it.each(windows)('of a tenant grant that %s is judged now', (_, window, counts) => {
    const tenantGrants = [tenantGrant('sso', true, { window })];
    expect(values({ tenantGrants })).toEqual(counts ? { sso: true } : {});
  });

  it.each(windows)('of a user grant that %s is judged now', (_, window, counts) => {
    const userGrants = [userGrant('blue', 'sso', true, { window })];
    expect(values({ userGrants })).toEqual(counts ? { sso: true } : {});
  });

  it.each<[string, FeatureValue, FeatureValue]>([
    ['a boolean', true, false],
    ['an integer', 50, 5],
    ['an integer, to nothing', 50, 0],
    ['a list', ['eu', 'us'], ['us']],
  ])('that opens within 300 s and lowers %s lowers it at once', (_, planned, lower) => {
    const plans = [ranked(1, { it: planned })];
    const tenantGrants = [tenantGrant('it', lower, { window: beginningIn(MINUTE) })];
    expect(values({ plans, tenantGrants })).toEqual({ it: lower });
  });

  it('that opens at 300 s and lowers a value lowers it at once, since no lifetime could end before', () => {
    const plans = [ranked(1, { seats: 50 })];
    const tenantGrants = [tenantGrant('seats', 5, { window: beginningIn(300 * SECOND) })];
    expect(values({ plans, tenantGrants })).toEqual({ seats: 5 });
  });

  it('that closes within 300 s still lowers what it lowers', () => {
    const plans = [ranked(1, { seats: 50, sso: true })];
    const tenantGrants = [
      tenantGrant('seats', 5, { window: endingIn(MINUTE) }),
      tenantGrant('sso', false, { window: endingIn(MINUTE) }),
    ];
    const userGrants = [userGrant('blue', 'sso', true)];
    expect(values({ plans, tenantGrants, userGrants })).toEqual({ seats: 5, sso: false });
  });

  it('that opens and closes within 300 s still lowers what it lowers', () => {
    const plans = [ranked(1, { seats: 50 })];
    const window = { from: NOW + MINUTE, until: NOW + 2 * MINUTE };
    expect(values({ plans, tenantGrants: [tenantGrant('seats', 5, { window })] })).toEqual({ seats: 5 });
  });

  it('that opens within 300 s and raises a value waits', () => {
    const plans = [
      ranked(1, { seats: 5 }),
      subscription('more', { seats: 50, sso: true }, { window: beginningIn(1) }),
    ];
    expect(values({ plans })).toEqual({ seats: 5 });
  });

  // Design: "windows not yet open or already closed, count for nothing".
  it('that is not open yet contributes no string', () => {
    const plans = [ranked(1, { tier: 'silver' })];
    const tenantGrants = [tenantGrant('tier', 'gold', { window: beginningIn(MINUTE) })];
    expect(values({ plans, tenantGrants })['tier']).not.toBe('gold');
  });

  // The lower plan goes on: an upgrade that is about to begin must not take its string away in the meantime.
  it('of a plan of higher rank that opens within 300 s leaves the string of the lower one, which lasts', () => {
    const plans = [
      subscription('silver', { tier: 'silver' }, { rank: 1 }),
      subscription('gold', { tier: 'gold' }, { rank: 2, window: beginningIn(MINUTE) }),
    ];
    expect(values({ plans })['tier']).toBe('silver');
  });

  describe('that follows another without a gap, within 300 s', () => {
    const first = endingIn(MINUTE);
    const second = beginningIn(MINUTE);

    // Design: "what would end within 300 s counts as ended": none of these values ends.
    it('renews a subscription, which keeps its features', () => {
      const features = { sso: true, seats: 50, regions: ['eu'], tier: 'gold' };
      const plans = [
        subscription('2025', features, { window: first }),
        subscription('2026', features, { window: second }),
      ];
      expect(values({ plans })).toEqual(features);
    });

    it('renews a grant, which keeps its value', () => {
      const plans = [ranked(1, { seats: 5 })];
      const tenantGrants = [
        tenantGrant('seats', 50, { id: '2025', window: first }),
        tenantGrant('seats', 50, { id: '2026', window: second }),
      ];
      expect(values({ plans, tenantGrants })).toEqual({ seats: 50 });
    });
  });
});

describe('the entitlements of a machine call', () => {
  it('have no user grants', () => {
    const blue = tenant('blue', { subscriptions: [ranked(1, { seats: 5 })] });
    const entitlements = entitlementsAt(entitlementFacts(blue, null), NOW);
    expect(entitlements.get('seats')?.value).toBe(5);
  });
});

describe('the source of a value', () => {
  it.each<[string, Levels, unknown]>([
    ['plan', { plans: [ranked(1, { it: 5 }), ranked(2, { it: 1 })] }, { level: 'plan', ids: ['rank-1'] }],
    [
      'plans',
      { plans: [ranked(1, { it: ['us'] }), ranked(2, { it: ['eu'] })] },
      { level: 'plan', ids: ['rank-2', 'rank-1'] },
    ],
    [
      'tenant grant',
      { plans: [ranked(1, { it: 5 })], tenantGrants: [tenantGrant('it', 9)] },
      { level: 'tenant grant', ids: ['tenant-grant-it'] },
    ],
    [
      'user grant',
      { tenantGrants: [tenantGrant('it', 9)], userGrants: [userGrant('blue', 'it', 8)] },
      { level: 'user grant', ids: ['user-grant-it'] },
    ],
    [
      'ceiling',
      { tenantGrants: [tenantGrant('it', 0)], userGrants: [userGrant('blue', 'it', 8)] },
      { level: 'tenant grant', ids: ['tenant-grant-it'] },
    ],
  ])('names the %s', (_, levels, source) => {
    expect(entitlementsAt(inBlue(levels), NOW).get('it')?.source).toEqual(source);
  });
});
