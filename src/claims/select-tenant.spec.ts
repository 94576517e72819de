import { describe, expect, it } from '@jest/globals';
import {
  beginningIn,
  binding,
  client,
  DAY,
  endingIn,
  facts,
  machineCall,
  membership,
  MINUTE,
  NOW,
  queryHint,
  refreshCall,
  scopeHint,
  SECOND,
  tenant,
  user,
  userCall,
} from '../../test/support/claims-fixtures.js';
import type { Facts, TenantFacts } from './facts.js';
import type { HookCall } from './hook-call.js';
import { selectTenant } from './select-tenant.js';
import type { Stretch } from './time-window.js';

const FIVE_MINUTES: Stretch = { from: NOW, to: NOW + 5 * MINUTE };
const TEN_MINUTES: Stretch = { from: NOW, to: NOW + 10 * MINUTE };

/** The outcome and the tenant, in one word each. */
function select(call: HookCall, known: Facts, stretch = FIVE_MINUTES): readonly [string, string | null] {
  const selection = selectTenant(call, known, stretch);
  return [selection.outcome, 'coverage' in selection ? selection.coverage.tenantId : null];
}

const BLUE = membership('blue');
const GREEN = membership('green');
const BLUE_BY_DEFAULT = membership('blue', { isDefault: true });
const SUSPENDED_BLUE: readonly TenantFacts[] = [tenant('blue', { status: 'suspended' }), tenant('green')];
const REFUSED_HINT = { kind: 'refused', why: 'the tenant query parameter is repeated' } as const;

describe('selectTenant', () => {
  describe('of a user call', () => {
    it('finds none for a user whom the directory does not know', () => {
      expect(select(userCall(), facts())).toEqual(['none', null]);
    });

    it('finds none for a user without memberships', () => {
      expect(select(userCall(), facts({ user: user([]) }))).toEqual(['none', null]);
    });

    it('takes the only membership', () => {
      expect(select(userCall(), facts({ user: user([BLUE]) }))).toEqual(['only', 'blue']);
    });

    it('takes the default among several memberships', () => {
      expect(select(userCall(), facts({ user: user([GREEN, BLUE_BY_DEFAULT]) }))).toEqual([
        'default',
        'blue',
      ]);
    });

    it('is ambiguous with several memberships and no default', () => {
      expect(select(userCall(), facts({ user: user([BLUE, GREEN]) }))).toEqual(['ambiguous', null]);
    });

    it('finds nothing for a suspended user', () => {
      const suspended = user([BLUE], { status: 'suspended' });
      expect(select(userCall(), facts({ user: suspended }))).toEqual(['none', null]);
      expect(select(userCall({ hint: queryHint('blue') }), facts({ user: suspended }))).toEqual([
        'refused',
        null,
      ]);
    });

    it.each([
      ['suspended', SUSPENDED_BLUE],
      ['unknown', [tenant('green')]],
    ])('counts a membership in a tenant that is %s for nothing', (_, tenants) => {
      expect(select(userCall(), facts({ user: user([BLUE]), tenants }))).toEqual(['none', null]);
      expect(select(userCall(), facts({ user: user([BLUE_BY_DEFAULT, GREEN]), tenants }))).toEqual([
        'only',
        'green',
      ]);
    });

    it('lets no binding stand in for a membership', () => {
      const known = facts({
        client: client({ tenantMode: 'choose', bindings: [binding('blue')] }),
        user: user([]),
      });
      expect(select(userCall(), known)).toEqual(['none', null]);
      expect(select(userCall({ hint: queryHint('blue') }), known)).toEqual(['refused', null]);
    });

    it('narrows nothing for a client whom the directory does not know', () => {
      expect(select(userCall({ hint: queryHint('green') }), facts({ user: user([BLUE, GREEN]) }))).toEqual([
        'hinted',
        'green',
      ]);
    });

    describe('with a hint', () => {
      const both = facts({ user: user([BLUE_BY_DEFAULT, GREEN]) });

      it.each([
        ['scope', scopeHint('green')],
        ['query', queryHint('green')],
      ])('takes the tenant that the %s names', (_, hint) => {
        expect(select(userCall({ hint }), both)).toEqual(['hinted', 'green']);
      });

      it.each([
        ['a tenant of which the user is no member', queryHint('red')],
        ['a tenant that nobody knows', queryHint('purple')],
        ['nothing that can be read', REFUSED_HINT],
      ])('refuses one that names %s, rather than falling back', (_, hint) => {
        expect(select(userCall({ hint }), both)).toEqual(['refused', null]);
      });

      it('refuses a suspended tenant', () => {
        const known = facts({ user: user([BLUE, GREEN]), tenants: SUSPENDED_BLUE });
        expect(select(userCall({ hint: queryHint('blue') }), known)).toEqual(['refused', null]);
      });
    });

    describe('for a client of mode fixed', () => {
      const fixedTo = (...tenantIds: readonly string[]) =>
        client({ tenantMode: 'fixed', bindings: tenantIds.map((tenantId) => binding(tenantId)) });

      it('takes the client’s tenant', () => {
        const known = facts({ user: user([BLUE_BY_DEFAULT, GREEN]), client: fixedTo('green') });
        expect(select(userCall(), known)).toEqual(['bound', 'green']);
      });

      it.each([queryHint('blue'), queryHint('red'), REFUSED_HINT])('ignores the hint %j', (hint) => {
        const known = facts({ user: user([BLUE, GREEN]), client: fixedTo('green') });
        expect(select(userCall({ hint }), known)).toEqual(['bound', 'green']);
      });

      it('refuses a user who is not a member, though a member elsewhere', () => {
        const known = facts({ user: user([BLUE_BY_DEFAULT]), client: fixedTo('green') });
        expect(select(userCall(), known)).toEqual(['refused', null]);
      });

      it('refuses where the client’s tenant is suspended', () => {
        const known = facts({ user: user([BLUE, GREEN]), client: fixedTo('blue'), tenants: SUSPENDED_BLUE });
        expect(select(userCall(), known)).toEqual(['refused', null]);
      });

      it('refuses where the binding has ended, or there is none, or several', () => {
        const known = user([BLUE]);
        const ended = client({
          tenantMode: 'fixed',
          bindings: [binding('blue', { window: endingIn(-SECOND) })],
        });
        for (const narrowing of [ended, fixedTo(), fixedTo('blue', 'green')]) {
          expect(select(userCall(), facts({ user: known, client: narrowing }))).toEqual(['refused', null]);
        }
      });
    });

    describe('for a client of mode choose', () => {
      const choosing = client({ tenantMode: 'choose', bindings: [binding('blue'), binding('green')] });

      it('takes a hint among the bindings', () => {
        const known = facts({ user: user([BLUE, GREEN]), client: choosing });
        expect(select(userCall({ hint: queryHint('green') }), known)).toEqual(['hinted', 'green']);
      });

      it('refuses a hint to which the client is not bound, though the user is a member', () => {
        const known = facts({ user: user([BLUE, membership('red')]), client: choosing });
        expect(select(userCall({ hint: queryHint('red') }), known)).toEqual(['refused', null]);
      });

      it('takes the only membership that is bound', () => {
        const known = facts({ user: user([BLUE, membership('red', { isDefault: true })]), client: choosing });
        expect(select(userCall(), known)).toEqual(['only', 'blue']);
      });

      it('finds none where no membership is bound', () => {
        const known = facts({ user: user([membership('red')]), client: choosing });
        expect(select(userCall(), known)).toEqual(['none', null]);
      });

      it('counts a binding that has ended for nothing', () => {
        const ending = client({
          tenantMode: 'choose',
          bindings: [binding('blue', { window: endingIn(MINUTE) }), binding('green')],
        });
        expect(select(userCall(), facts({ user: user([BLUE, GREEN]), client: ending }))).toEqual([
          'only',
          'green',
        ]);
      });
    });

    describe('in time', () => {
      it.each([
        ['has not begun', beginningIn(SECOND)],
        ['has just ended', endingIn(0)],
        ['ends within 300 s', endingIn(299 * SECOND)],
        ['ends at 300 s', endingIn(300 * SECOND)],
      ])('counts a membership that %s for nothing', (_, window) => {
        const known = facts({ user: user([membership('blue', { window, isDefault: true }), GREEN]) });
        expect(select(userCall(), known)).toEqual(['only', 'green']);
      });

      it.each([
        ['begins now', beginningIn(0)],
        ['ends a millisecond after 300 s', endingIn(300 * SECOND + 1)],
      ])('counts a membership that %s', (_, window) => {
        expect(select(userCall(), facts({ user: user([membership('blue', { window })]) }))).toEqual([
          'only',
          'blue',
        ]);
      });

      it('counts what ends within 600 s as ended at /authorize', () => {
        const known = facts({ user: user([membership('blue', { window: endingIn(600 * SECOND) })]) });
        expect(select(userCall({ atAuthorize: true }), known, TEN_MINUTES)).toEqual(['none', null]);
      });
    });

    describe('that refreshes', () => {
      const remembered = { tenantId: 'green', chosenAt: NOW - DAY, keptUntil: NOW + DAY };
      const both = user([BLUE_BY_DEFAULT, GREEN]);

      it('takes the remembered tenant before the default', () => {
        expect(select(refreshCall(), facts({ user: both, remembered }))).toEqual(['remembered', 'green']);
      });

      it('takes the remembered tenant where it is the only one too', () => {
        expect(select(refreshCall(), facts({ user: user([GREEN]), remembered }))).toEqual([
          'remembered',
          'green',
        ]);
      });

      it.each([
        ['the membership is gone', facts({ user: user([BLUE_BY_DEFAULT]), remembered })],
        [
          'the membership has ended',
          facts({ user: user([BLUE_BY_DEFAULT, membership('green', { window: endingIn(-1) })]), remembered }),
        ],
        ['the user is suspended', facts({ user: { ...both, status: 'suspended' }, remembered })],
        [
          'the tenant is suspended',
          facts({
            user: both,
            remembered,
            tenants: [tenant('blue'), tenant('green', { status: 'suspended' })],
          }),
        ],
        ['the tenant is gone', facts({ user: both, remembered, tenants: [tenant('blue')] })],
        [
          'the client is no longer bound to it',
          facts({
            user: both,
            remembered,
            client: client({ tenantMode: 'choose', bindings: [binding('blue')] }),
          }),
        ],
      ])('refuses, and takes no other tenant, where %s', (_, known) => {
        expect(select(refreshCall(), known)).toEqual(['refused', null]);
      });

      it('is as if new where no choice is remembered', () => {
        expect(select(refreshCall(), facts({ user: both }))).toEqual(['default', 'blue']);
        expect(select(refreshCall(), facts({ user: user([BLUE, GREEN]) }))).toEqual(['ambiguous', null]);
      });

      it('takes a hint that agrees with the remembered tenant', () => {
        const call = refreshCall({ hint: scopeHint('green') });
        expect(select(call, facts({ user: both, remembered }))).toEqual(['hinted', 'green']);
      });

      it('refuses a hint that contradicts the remembered tenant', () => {
        const call = refreshCall({ hint: queryHint('blue') });
        expect(select(call, facts({ user: both, remembered }))).toEqual(['refused', null]);
      });
    });
  });

  describe('of a machine call', () => {
    const of = (tenantMode: 'fixed' | 'choose' | 'any', ...tenantIds: readonly string[]) =>
      facts({ client: client({ tenantMode, bindings: tenantIds.map((tenantId) => binding(tenantId)) }) });

    it.each([
      ['a fixed client', of('fixed', 'blue'), undefined, ['bound', 'blue']],
      [
        'a fixed client with a hint, which it ignores',
        of('fixed', 'blue'),
        queryHint('green'),
        ['bound', 'blue'],
      ],
      ['a fixed client without a binding', of('fixed'), undefined, ['none', null]],
      ['a choosing client with one binding', of('choose', 'blue'), undefined, ['only', 'blue']],
      ['a choosing client with two bindings', of('choose', 'blue', 'green'), undefined, ['ambiguous', null]],
      ['a choosing client without bindings', of('choose'), undefined, ['none', null]],
      [
        'a choosing client with a hint',
        of('choose', 'blue', 'green'),
        scopeHint('green'),
        ['hinted', 'green'],
      ],
      [
        'a choosing client with a hint elsewhere',
        of('choose', 'blue'),
        queryHint('green'),
        ['refused', null],
      ],
      ['a choosing client with a refused hint', of('choose', 'blue'), REFUSED_HINT, ['refused', null]],
      ['a client of any tenant with a hint', of('any'), queryHint('red'), ['hinted', 'red']],
      ['a client of any tenant without a hint', of('any', 'blue'), undefined, ['ambiguous', null]],
      ['a client of any tenant with an unknown tenant', of('any'), queryHint('purple'), ['refused', null]],
      ['a client of any tenant with a refused hint', of('any'), REFUSED_HINT, ['refused', null]],
      ['an unknown client', facts(), undefined, ['none', null]],
      ['an unknown client with a hint', facts(), queryHint('blue'), ['refused', null]],
    ])('answers %s', (_, known, hint, answer) => {
      expect(select(machineCall(hint === undefined ? {} : { hint }), known)).toEqual(answer);
    });

    it.each(['fixed', 'choose'] as const)(
      'counts a suspended tenant of a %s client for nothing',
      (tenantMode) => {
        const known = facts({
          client: client({ tenantMode, bindings: [binding('blue')] }),
          tenants: SUSPENDED_BLUE,
        });
        expect(select(machineCall(), known)).toEqual(['none', null]);
      },
    );

    it('refuses a suspended tenant to a client of any tenant', () => {
      const known = facts({ client: client(), tenants: SUSPENDED_BLUE });
      expect(select(machineCall({ hint: queryHint('blue') }), known)).toEqual(['refused', null]);
    });

    it('counts a binding that ends within 300 s as ended', () => {
      const bindings = [binding('blue', { window: endingIn(300 * SECOND) }), binding('green')];
      const known = facts({ client: client({ tenantMode: 'choose', bindings }) });
      expect(select(machineCall(), known)).toEqual(['only', 'green']);
    });

    it('never uses a membership', () => {
      const known = facts({ user: user([BLUE_BY_DEFAULT]), client: client({ tenantMode: 'choose' }) });
      expect(select(machineCall(), known)).toEqual(['none', null]);
    });
  });

  it('gives a payload that names two parties no tenant', () => {
    const call = userCall({ subject: { kind: 'conflict', why: 'the draft tokens name different users' } });
    expect(select(call, facts({ user: user([BLUE]) }))).toEqual(['none', null]);
  });

  it('says which membership and which binding cover the tenant', () => {
    const known = facts({
      user: user([BLUE]),
      client: client({ tenantMode: 'choose', bindings: [binding('blue')] }),
    });
    expect(selectTenant(userCall(), known, FIVE_MINUTES)).toMatchObject({
      outcome: 'only',
      coverage: { tenantId: 'blue', membership: BLUE, binding: binding('blue') },
    });
  });
});
