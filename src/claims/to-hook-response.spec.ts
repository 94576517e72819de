import { describe, expect, it } from '@jest/globals';
import { draft } from '../../test/support/claims-fixtures.js';
import type { Json, TokenName } from '../okta/token-hook-response.js';
import { checkHookResponse } from './check-hook-response.js';
import type { Decision, TokenChange, Trace } from './decision.js';
import type { Drafts } from './hook-call.js';
import { toHookResponse } from './to-hook-response.js';

const TRACE: Trace = {
  subject: 'user',
  selection: {
    outcome: 'none',
    why: 'no active membership',
    tenantId: null,
    membership: null,
    binding: null,
  },
  entitlements: [],
  mappings: [],
  tokens: {},
};

function change(set: Readonly<Record<string, Json>>, more: Partial<TokenChange> = {}): TokenChange {
  return { set: new Map(Object.entries(set)), remove: [], lifetimeSeconds: null, ...more };
}

function patch(changes: Readonly<Partial<Record<TokenName, TokenChange>>>): Decision {
  return { kind: 'patch', changes, remember: null, trace: TRACE };
}

/** The answer to a decision that changes the access token alone. */
function answer(changed: TokenChange, claims: Readonly<Record<string, unknown>> = {}): unknown {
  const drafts: Drafts = { access: draft(claims) };
  const response = toHookResponse(patch({ access: changed }), drafts);
  expect(checkHookResponse(response, drafts)).toEqual([]);
  return response;
}

const access = (...value: readonly unknown[]) => ({ commands: [{ type: 'com.okta.access.patch', value }] });

describe('toHookResponse', () => {
  it('adds a claim that the draft has not', () => {
    expect(answer(change({ tenant_id: 'blue' }))).toEqual(
      access({ op: 'add', path: '/claims/tenant_id', value: 'blue' }),
    );
  });

  it.each([['green'], [null], [['green']], [{ id: 'green' }]])(
    'replaces a claim that the draft has as %j',
    (old) => {
      expect(answer(change({ tenant_id: 'blue' }), { tenant_id: old })).toEqual(
        access({ op: 'replace', path: '/claims/tenant_id', value: 'blue' }),
      );
    },
  );

  it('removes a claim that the draft has, without a value', () => {
    expect(answer(change({}, { remove: ['tenant_id'] }), { tenant_id: null })).toEqual(
      access({ op: 'remove', path: '/claims/tenant_id' }),
    );
  });

  it('removes nothing that the draft has not', () => {
    expect(answer(change({}, { remove: ['tenant_id', 'toString'] }))).toEqual({ commands: [] });
  });

  it('takes an inherited name for one that the draft has not', () => {
    expect(answer(change({ toString: 'blue' }))).toEqual(
      access({ op: 'add', path: '/claims/toString', value: 'blue' }),
    );
  });

  it('escapes names as RFC 6901 says, and encodes nothing else', () => {
    const name = 'https://acme.example/a~b c%2F';
    expect(answer(change({ [name]: 'blue' }))).toEqual(
      access({ op: 'add', path: '/claims/https:~1~1acme.example~1a~0b c%2F', value: 'blue' }),
    );
  });

  it('replaces the lifetime, after the claims', () => {
    expect(answer(change({ tenant_id: 'blue' }, { lifetimeSeconds: 900 }))).toEqual(
      access(
        { op: 'add', path: '/claims/tenant_id', value: 'blue' },
        { op: 'replace', path: '/token/lifetime/expiration', value: 900 },
      ),
    );
  });

  it.each(['iss', 'uid', 'sub', 'nonce', 'groups', 'nbf', 'azp', 'act', 's_hash', 'okta_auth', '__proto__'])(
    'leaves out the reserved name %s, so that it does not void the rest',
    (name) => {
      const set = new Map<string, Json>([
        [name, 'evil'],
        ['tenant_id', 'blue'],
      ]);
      const claims: unknown = JSON.parse(`{"${name}":"draft"}`);
      expect(
        answer({ set, remove: [name], lifetimeSeconds: null }, claims as Record<string, unknown>),
      ).toEqual(access({ op: 'add', path: '/claims/tenant_id', value: 'blue' }));
    },
  );

  it('writes claims_dropped, which no mapping may', () => {
    expect(answer(change({ claims_dropped: ['regions'] }))).toEqual(
      access({ op: 'add', path: '/claims/claims_dropped', value: ['regions'] }),
    );
  });

  it('commands only tokens that are in the draft', () => {
    const changed = change({ tenant_id: 'blue' });
    const decision = patch({ access: changed, identity: changed });
    expect(toHookResponse(decision, { identity: draft() })).toEqual({
      commands: [
        { type: 'com.okta.identity.patch', value: [{ op: 'add', path: '/claims/tenant_id', value: 'blue' }] },
      ],
    });
    expect(toHookResponse(decision, {})).toEqual({ commands: [] });
  });

  it('gives each token its own command, and none to one that stays as it is', () => {
    const drafts: Drafts = { access: draft(), identity: draft({ tenant_id: 'green' }) };
    const decision = patch({
      access: change({ sso: true }),
      identity: change({}, { remove: ['tenant_id'] }),
    });
    expect(toHookResponse(decision, drafts)).toEqual({
      commands: [
        { type: 'com.okta.identity.patch', value: [{ op: 'remove', path: '/claims/tenant_id' }] },
        { type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/sso', value: true }] },
      ],
    });
    expect(toHookResponse(patch({ access: change({}), identity: change({ a: 1 }) }), drafts)).toMatchObject({
      commands: [{ type: 'com.okta.identity.patch' }],
    });
  });

  it('has no commands where nothing changes', () => {
    expect(toHookResponse({ kind: 'unchanged', remember: null, trace: TRACE }, { access: draft() })).toEqual({
      commands: [],
    });
  });

  it('stops the minting with a text that tells nothing', () => {
    const detail = 'the user is not a member of the tenant blue';
    const denial: Decision = { kind: 'deny', reason: 'selection_refused', detail, trace: TRACE };
    const response = toHookResponse(denial, { access: draft() });
    expect(response).toEqual({ error: { errorSummary: expect.any(String) } });
    expect(JSON.stringify(response)).not.toContain('blue');
    expect(checkHookResponse(response, { access: draft() })).toEqual([]);
  });
});
