import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SWITCHES } from '../org/switches.js';
import { occasionOf } from '../../../test/support/hook-occasions.js';
import { examplePayload } from '../../../test/support/payloads.js';
import { RESERVED_CLAIMS } from '../../okta/reserved-claims.js';
import type { Switches } from '../org/org.js';
import { applyHookResponse, type HookMerge } from './apply-hook-response.js';

const { drafts } = occasionOf('request_13_rich_claims');
const { access, identity } = drafts;
if (access === undefined || identity === undefined) throw new Error('the payload has both tokens');

const ACCESS = 'com.okta.access.patch';
const IDENTITY = 'com.okta.identity.patch';

function command(type: string, ...value: readonly unknown[]): unknown {
  return { commands: [{ type, value }] };
}

function merge(body: unknown, switches: Partial<Switches> = {}): HookMerge {
  return applyHookResponse(drafts, body, { ...DEFAULT_SWITCHES, ...switches });
}

/** The claims of the access token after the operations, or why there are none. */
function accessAfter(operations: readonly unknown[], switches: Partial<Switches> = {}): unknown {
  const merged = merge(command(ACCESS, ...operations), switches);
  if (merged.kind === 'invalid') return merged.reason;
  return merged.kind === 'patched' ? merged.drafts.access?.claims : merged;
}

function lifetime(value: unknown, op = 'replace'): unknown {
  return { op, path: '/token/lifetime/expiration', value };
}

describe('applyHookResponse', () => {
  describe('to the example responses', () => {
    it('adds claims to both tokens', () => {
      expect(merge(examplePayload('response_add_claims_both_tokens'))).toEqual({
        kind: 'patched',
        applied: 3,
        drafts: {
          identity: { ...identity, claims: { ...identity.claims, account_tier: 'gold' } },
          access: {
            ...access,
            claims: {
              ...access.claims,
              entitlements: ['orders:approve', 'orders:cancel'],
              limits: { max_order_usd: 5000, manager: true },
            },
          },
        },
        debugContext: { serviceRequestId: 'svc-1f2e3d', elapsedMs: '41' },
      });
    });

    it('changes lifetimes', () => {
      expect(merge(examplePayload('response_lifetimes'))).toMatchObject({
        drafts: {
          identity: { ...identity, lifetimeSeconds: 1800 },
          access: { ...access, lifetimeSeconds: 900 },
        },
      });
    });

    it('patches members of objects and elements of arrays', () => {
      const { employee_profile: profile, preferred_airports: airports } = access.claims as {
        readonly employee_profile: object;
        readonly preferred_airports: readonly string[];
      };
      const [first, , ...rest] = airports;
      expect(merge(examplePayload('response_nested_and_array_ops'))).toMatchObject({
        drafts: {
          access: {
            claims: {
              ...access.claims,
              employee_profile: { ...profile, department_id: '4947', email: 'dana@acme.example' },
              preferred_airports: [first, ...rest, 'jfk'],
            },
          },
        },
      });
    });

    it('removes claims', () => {
      const merged = merge(examplePayload('response_remove_claims'));
      expect(merged).toMatchObject({ kind: 'patched', applied: 2 });
      expect(merged).not.toHaveProperty('drafts.identity.claims.email');
      expect(merged).not.toHaveProperty('drafts.access.claims.department');
    });

    it('replaces the subject and the audience of an access token', () => {
      expect(merge(examplePayload('response_replace_access_sub_aud'))).toMatchObject({
        drafts: { access: { claims: { ...access.claims, aud: 'api://acme-billing', sub: 'employee:1234' } } },
      });
    });

    it('reads names that are URIs', () => {
      const merged = merge(examplePayload('response_uri_claim_name'));
      expect(merged.kind === 'patched' && merged.drafts.access?.claims).toMatchObject({
        'https://acme.example/claims/tenant': 'green',
        'https://acme.example/claims/region': 'eu',
        'a~b': 2,
      });
    });

    it.each(['response_noop_empty_commands', 'response_noop_empty_object'])(
      'changes nothing for %s',
      (name) => {
        expect(merge(examplePayload(name))).toEqual({ kind: 'unchanged', debugContext: null });
      },
    );

    it.each([
      ['response_error', 'Orders entitlements are suspended for this account'],
      ['response_error_with_causes', 'Account is suspended'],
    ])('stops the minting for %s', (name, errorSummary) => {
      expect(merge(examplePayload(name))).toMatchObject({ kind: 'denied', errorSummary });
    });

    it.each([
      [
        'response_INVALID_lifetime_below_300',
        ['commands', 0, 'value', 0],
        'A lifetime is from 300 to 86400 seconds, not 299',
      ],
      [
        'response_INVALID_missing_parent',
        ['commands', 0, 'value', 0],
        'The target cannot be patched: what the path leads through does not exist (op=add, path=/claims/does_not_exist/child)',
      ],
      [
        'response_INVALID_remove_with_value',
        ['commands', 0, 'value', 0],
        'A remove has no value but null (op=remove, path=/claims/department)',
      ],
      [
        'response_INVALID_reserved_claim',
        ['commands', 0, 'value', 1],
        'Unauthorized path was specified(op=replace, path=/claims/iss)',
      ],
    ])('voids %s', (name, at, reason) => {
      expect(merge(examplePayload(name))).toEqual({ kind: 'invalid', at, reason, debugContext: null });
    });

    it('cannot read response_INVALID_flat_value_object', () => {
      expect(merge(examplePayload('response_INVALID_flat_value_object'))).toEqual({
        kind: 'misshapen',
        at: ['commands', 0, 'value'],
        why: 'an array is expected',
      });
    });
  });

  describe('whose shape is wrong', () => {
    it.each([
      [null, []],
      [42, []],
      ['text', []],
      [[], []],
      [{ commands: {} }, ['commands']],
      [{ commands: 'x' }, ['commands']],
      [{ commands: [null] }, ['commands', 0]],
      [{ commands: [{ value: [] }] }, ['commands', 0, 'type']],
      [{ commands: [{ type: ACCESS }] }, ['commands', 0, 'value']],
      [{ commands: [{ type: ACCESS, value: null }] }, ['commands', 0, 'value']],
      [command(ACCESS, 'x'), ['commands', 0, 'value', 0]],
      [command(ACCESS, { path: '/claims/a', value: 1 }), ['commands', 0, 'value', 0, 'op']],
      [command(ACCESS, { op: 'add', path: 1, value: 1 }), ['commands', 0, 'value', 0, 'path']],
      [{ error: 'denied' }, ['error']],
      [{ error: [] }, ['error']],
      [{ debugContext: 'x' }, ['debugContext']],
      // Reading comes before judging: an error that cannot be read does not stop anything.
      [{ error: { errorSummary: 'no' }, commands: 42 }, ['commands']],
    ])('is no response: %j', (body, at) => {
      expect(merge(body)).toMatchObject({ kind: 'misshapen', at });
    });

    it('takes a null for a member that is not there, unless the switch is strict', () => {
      const body = { commands: null, error: null, debugContext: null };
      expect(merge(body)).toEqual({ kind: 'unchanged', debugContext: null });
      expect(merge(body, { unknownResponseMembers: 'invalid' })).toMatchObject({ at: ['commands'] });
    });

    it('passes over unknown members, unless the switch is strict', () => {
      const body = { ...(command(ACCESS, { op: 'add', path: '/claims/a', value: 1 }) as object), extra: 1 };
      expect(merge(body)).toMatchObject({ kind: 'patched' });
      expect(merge(body, { unknownResponseMembers: 'invalid' })).toMatchObject({
        kind: 'misshapen',
        at: ['extra'],
      });
    });
  });

  describe('with an error', () => {
    it.each([{}, { errorSummary: '' }, { errorSummary: null }, { errorSummary: 42 }])(
      'stops with words of its own where it has none: %j',
      (error) => {
        expect(merge({ error })).toMatchObject({
          kind: 'denied',
          errorSummary: 'The callback service returned an error.',
        });
      },
    );

    it('lets the error win over commands, invalid ones too', () => {
      const commands = [{ type: ACCESS, value: [{ op: 'add', path: '/claims/iss', value: 1 }] }];
      expect(merge({ error: { errorSummary: 'no' }, commands })).toMatchObject({ kind: 'denied' });
    });
  });

  describe('with commands', () => {
    it('applies several of one type in order', () => {
      const { commands: first } = command(ACCESS, { op: 'add', path: '/claims/a', value: 1 }) as {
        readonly commands: readonly unknown[];
      };
      const { commands: second } = command(ACCESS, { op: 'add', path: '/claims/a', value: 2 }) as {
        readonly commands: readonly unknown[];
      };
      expect(merge({ commands: [...first, ...second] })).toMatchObject({
        drafts: { access: { claims: { a: 2 } } },
      });
    });

    it.each(['com.okta.assertion.patch', 'com.okta.access.Patch', ''])('voids the type %j', (type) => {
      expect(merge(command(type))).toMatchObject({
        kind: 'invalid',
        reason: `Invalid command type was specified(type=${type})`,
      });
    });

    it('voids a patch for a token that is not being minted, and leaves the other as it is', () => {
      const add = { op: 'add', path: '/claims/a', value: 1 };
      const commands = [
        { type: ACCESS, value: [add] },
        { type: IDENTITY, value: [] },
      ];
      expect(applyHookResponse({ access }, { commands }, DEFAULT_SWITCHES)).toEqual({
        kind: 'invalid',
        at: ['commands', 1],
        reason: `The command ${IDENTITY} is for a token that is not being minted`,
        debugContext: null,
      });
    });

    it('voids the changes of both tokens for a fault in one', () => {
      const commands = [
        { type: IDENTITY, value: [{ op: 'add', path: '/claims/a', value: 1 }] },
        { type: ACCESS, value: [{ op: 'remove', path: '/claims/nope' }] },
      ];
      expect(merge({ commands })).not.toHaveProperty('drafts');
    });

    it('changes neither the drafts nor the body', () => {
      const body = command(
        ACCESS,
        { op: 'add', path: '/claims/list', value: [{}] },
        { op: 'add', path: '/claims/list/0/a', value: 1 },
        { op: 'add', path: '/claims/preferred_airports/-', value: 'x' },
        { op: 'remove', path: '/claims/employee_profile' },
      );
      const before = structuredClone({ drafts, body });
      expect(accessAfter(['none'])).toMatchObject({ kind: 'misshapen' });
      expect(merge(body)).toMatchObject({ drafts: { access: { claims: { list: [{ a: 1 }] } } } });
      expect({ drafts, body }).toEqual(before);
    });
  });

  describe('with an operation', () => {
    it.each(['move', 'copy', 'test', 'ADD', ''])('voids the op %j', (op) => {
      expect(accessAfter([{ op, path: '/claims/a', value: 1 }])).toBe(
        `Invalid operation was specified(op=${op}, path=/claims/a)`,
      );
    });

    it.each([
      ...['', '/', '/claims', '/claims/', '/claims//a', 'claims/a', '/scopes/openid', '/token', '/Claims/a'],
      ...['/token/lifetime', '/token/lifetime/expiration/', '/claims/a~', '/claims/a~2b', '#/claims/a'],
    ])('voids the path %j', (path) => {
      expect(accessAfter([{ op: 'add', path, value: 1 }])).toBe(
        `Invalid path was specified(op=add, path=${path})`,
      );
    });

    it.each(['access', 'identity'] as const)(
      'lets nobody touch a reserved claim of the %s token',
      (token) => {
        for (const claim of RESERVED_CLAIMS[token]) {
          for (const op of ['add', 'replace', 'remove']) {
            for (const path of [`/claims/${claim}`, `/claims/${claim}/0`]) {
              expect(merge(command(token === 'access' ? ACCESS : IDENTITY, { op, path }))).toMatchObject({
                kind: 'invalid',
                reason: `Unauthorized path was specified(op=${op}, path=${path})`,
              });
            }
          }
        }
      },
    );

    it('reserves a name in one token and not in the other', () => {
      expect(accessAfter([{ op: 'add', path: '/claims/role', value: 'x' }])).toMatchObject({ role: 'x' });
    });

    it.each(['sub', 'aud'])('lets %s be removed from an access token only by the switch', (claim) => {
      const remove = [{ op: 'remove', path: `/claims/${claim}` }];
      expect(accessAfter(remove)).toBe(`Unauthorized path was specified(op=remove, path=/claims/${claim})`);
      const allowed = accessAfter(remove, { removeAccessSubjectOrAudience: 'allow' });
      expect(allowed).not.toHaveProperty(claim);
    });

    it.each(['x', 0, false, '', [], {}])('voids a remove with the value %j', (value) => {
      expect(accessAfter([{ op: 'remove', path: '/claims/department', value }])).toMatch('no value but null');
    });

    it.each(['add', 'replace'])('voids %s with null, unless the switch applies it', (op) => {
      const operations = [{ op, path: '/claims/department', value: null }];
      expect(accessAfter(operations)).toMatch('A value is null');
      expect(accessAfter(operations, { nullValues: 'apply' })).toMatchObject({ department: null });
    });

    it.each(['add', 'replace'])('voids %s without a value, whatever the switches', (op) => {
      const operations = [{ op, path: '/claims/department' }];
      expect(accessAfter(operations, { nullValues: 'apply' })).toMatch('A value is missing');
    });

    it.each(['text', 0, 1.5, true, false, '', [], {}, [null], { a: null }])('takes the value %j', (value) => {
      expect(accessAfter([{ op: 'add', path: '/claims/a', value }])).toMatchObject({ a: value });
    });

    it.each([
      ['a replace', { op: 'replace', path: '/claims/new/a', value: 2 }],
      ['an add', { op: 'add', path: '/claims/new/b', value: 2 }],
      ['a remove', { op: 'remove', path: '/claims/new' }],
    ])('lets %s build on an earlier operation, unless the switch refuses', (_, second) => {
      const operations = [{ op: 'add', path: '/claims/new', value: { a: 1 } }, second];
      expect(accessAfter(operations)).toMatchObject({});
      expect(accessAfter(operations, { chainedOperations: 'refuse' })).toMatch('in the draft as it was');
    });

    it('takes what an earlier operation removed for gone', () => {
      const remove = { op: 'remove', path: '/claims/department' };
      expect(accessAfter([remove, remove])).toMatch('it does not exist');
    });

    it('lets no claim be nested deeper, step by step, than can be signed', () => {
      const nested = JSON.parse(`${'{"a":'.repeat(900)}{}${'}'.repeat(900)}`) as unknown;
      const steps = [0, 900, 1800, 2700].map((depth) => ({
        op: 'add',
        path: `/claims/a${'/a'.repeat(depth)}`,
        value: nested,
      }));
      expect(accessAfter(steps.slice(0, 2))).toMatchObject({});
      expect(accessAfter(steps)).toMatch(/^Invalid path was specified/);
    });

    it('quotes no more than the beginning of a path', () => {
      const reason = accessAfter([{ op: 'add', path: `/claims/iss/${'x'.repeat(100_000)}`, value: 1 }]);
      expect(String(reason).length).toBeLessThan(300);
    });
  });

  describe('with a lifetime', () => {
    it.each([300, 301, 86_399, 86_400])('takes %j seconds', (value) => {
      expect(merge(command(ACCESS, lifetime(value)))).toMatchObject({
        drafts: { access: { ...access, lifetimeSeconds: value }, identity },
      });
    });

    it.each([299, 86_401, 0, -300, 900.5, '900', null, true, undefined])('voids %j', (value) => {
      expect(merge(command(ACCESS, lifetime(value)))).toMatchObject({ kind: 'invalid' });
    });

    it.each(['add', 'remove'])('voids %s', (op) => {
      expect(accessAfter([lifetime(900, op)])).toMatch('can only be replaced');
    });

    it.each([
      [1, 300],
      [1e9, 86_400],
    ])('clamps %j where the switch says so, and only integers', (value, clamped) => {
      const switches = { lifetimeOutOfBounds: 'clamp' } as const;
      expect(merge(command(IDENTITY, lifetime(value)), switches)).toMatchObject({
        drafts: { identity: { lifetimeSeconds: clamped } },
      });
      expect(merge(command(IDENTITY, lifetime(String(value))), switches)).toMatchObject({ kind: 'invalid' });
    });
  });
});
