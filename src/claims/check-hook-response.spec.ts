import { describe, expect, it } from '@jest/globals';
import { draft, listPayloads, readPayload, readRequest } from '../../test/support/claims-fixtures.js';
import { RESERVED_CLAIMS } from '../okta/reserved-claims.js';
import { checkHookResponse } from './check-hook-response.js';
import type { Drafts } from './hook-call.js';
import { readHookCall } from './read-hook-call.js';

function draftsOf(request: string): Drafts {
  const reading = readHookCall(readRequest(request));
  if (reading.kind === 'unusable') throw new Error(reading.why);
  return reading.call.drafts;
}

const RICH = draftsOf('request_13_rich_claims.json');
const examples = listPayloads('response_');

function operation(op: string, path: string, ...value: readonly [unknown?]): unknown {
  return {
    commands: [
      {
        type: 'com.okta.access.patch',
        value: [{ op, path, ...(value.length > 0 ? { value: value[0] } : {}) }],
      },
    ],
  };
}

function operations(...value: readonly unknown[]): unknown {
  return { commands: [{ type: 'com.okta.access.patch', value }] };
}

/** The places and sections of what is found. */
function found(response: unknown, drafts: Drafts = RICH): readonly string[] {
  return checkHookResponse(response, drafts).map(({ at, section }) => `${section} ${at}`);
}

describe('checkHookResponse', () => {
  it.each(examples.filter((name) => !name.includes('INVALID')))('finds nothing in %s', (name) => {
    expect(checkHookResponse(readPayload(name), RICH)).toEqual([]);
  });

  it.each([
    ['response_INVALID_flat_value_object.json', '2.3 /commands/0/value'],
    ['response_INVALID_lifetime_below_300.json', '2.8 /commands/0/value/0/value'],
    ['response_INVALID_missing_parent.json', '2.5 /commands/0/value/0/path'],
    ['response_INVALID_remove_with_value.json', '2.4 /commands/0/value/0/value'],
    ['response_INVALID_reserved_claim.json', '2.6 /commands/0/value/1/path'],
  ])('finds what is wrong in %s, and nothing else', (name, violation) => {
    expect(found(readPayload(name))).toEqual([violation]);
  });

  it('knows every invalid example', () => {
    expect(examples.filter((name) => name.includes('INVALID'))).toHaveLength(5);
  });

  describe('of the response', () => {
    it.each([null, undefined, 'text', 42, true, []])('refuses %j, which is no object', (response) => {
      expect(found(response)).toEqual(['2.1 ']);
    });

    it.each([{}, { commands: [] }, { debugContext: { note: 'x' } }])('takes %j for no change', (response) => {
      expect(found(response)).toEqual([]);
    });

    it.each([{}, 'x', null, 42])('refuses commands that are %j', (commands) => {
      expect(found({ commands })).toEqual(['2.2 /commands']);
    });

    it('refuses an unknown member', () => {
      expect(found({ commands: [], command: [] })).toEqual(['2.2 /command']);
    });

    it('refuses a body of 256 KB, and takes one that is a byte smaller', () => {
      const empty = Buffer.byteLength(JSON.stringify({ commands: [], debugContext: { fill: '' } }));
      const filled = (bytes: number) => ({ commands: [], debugContext: { fill: 'x'.repeat(bytes - empty) } });
      expect(found(filled(256 * 1024 - 1))).toEqual([]);
      expect(found(filled(256 * 1024))).toEqual(['2.1 ']);
    });

    it.each([null, 'denied', {}, { errorSummary: '' }, { errorSummary: 42 }])(
      'refuses the error %j',
      (error) => {
        expect(found({ error })).toEqual(['3 /error']);
      },
    );

    it('does not apply commands beside an error, which wins', () => {
      const error = { errorSummary: 'no' };
      expect(found({ error, ...(operation('add', '/claims/iss', 1) as object) })).toEqual([]);
    });

    it.each([
      [42, '2.2 /commands'],
      [[null], '2.3 /commands/0'],
      [[{ type: 'com.okta.access.patch', value: {} }], '2.3 /commands/0'],
      [[{ type: 'com.okta.access.patch', value: [{ op: 'add' }] }], '2.3 /commands/0'],
    ])('refuses commands beside an error that cannot be read: %j', (commands, violation) => {
      expect(found({ error: { errorSummary: 'no' }, commands })).toEqual([violation]);
    });

    it.each([null, 'text', []])('refuses the debugContext %j', (debugContext) => {
      expect(found({ debugContext })).toEqual(['2.2 /debugContext']);
    });
  });

  describe('of a command', () => {
    it.each([null, 42, 'x', []])('refuses %j, which is no object', (command) => {
      expect(found({ commands: [command] })).toEqual(['2.3 /commands/0']);
    });

    it.each([undefined, 'com.okta.assertion.patch', 'com.okta.access.Patch', 42])(
      'refuses the type %j',
      (type) => {
        expect(found({ commands: [{ type, value: [] }] })).toEqual(['2.3 /commands/0/type']);
      },
    );

    it('refuses a patch for a token that is not being minted', () => {
      const value = [{ op: 'add', path: '/claims/a', value: 1 }];
      const command = { type: 'com.okta.identity.patch', value };
      expect(found({ commands: [command] }, { access: draft() })).toEqual(['2.10 /commands/0']);
    });

    it('takes several commands of one type', () => {
      const command = (claim: string) => ({
        type: 'com.okta.access.patch',
        value: [{ op: 'add', path: `/claims/${claim}`, value: 1 }],
      });
      expect(found({ commands: [command('a'), command('b')] })).toEqual([]);
    });
  });

  describe('of an operation', () => {
    it.each(['move', 'copy', 'test', 'ADD', '', undefined, 42])('refuses the op %j', (op) => {
      expect(found(operations({ op, path: '/claims/a', value: 1 }))).toEqual(['2.4 /commands/0/value/0/op']);
    });

    it.each([
      '',
      '/',
      '/claims',
      '/claims/',
      'claims/a',
      '/scopes/openid',
      '/token',
      '/token/lifetime',
      '/token/lifetime/expiration/',
      '/Claims/a',
      '/claims/a~',
      '/claims/a~2b',
      42,
      undefined,
      null,
    ])('refuses the path %j', (path) => {
      expect(found(operations({ op: 'add', path, value: 1 }))).toEqual(['2.5 /commands/0/value/0/path']);
    });

    it.each([...RESERVED_CLAIMS.access])('refuses to touch %s in the access token', (claim) => {
      for (const op of ['add', 'replace', 'remove']) {
        expect(found(operation(op, `/claims/${claim}`))).toEqual(['2.6 /commands/0/value/0/path']);
      }
      expect(found(operation('add', `/claims/${claim}/deep`, 1))).toEqual(['2.6 /commands/0/value/0/path']);
    });

    it.each([...RESERVED_CLAIMS.identity])('refuses to touch %s in the ID token', (claim) => {
      const value = [{ op: 'add', path: `/claims/${claim}`, value: 1 }];
      expect(found({ commands: [{ type: 'com.okta.identity.patch', value }] })).toEqual([
        '2.6 /commands/0/value/0/path',
      ]);
    });

    it.each(['sub', 'aud'])('takes a replaced %s of the access token, and no removed one', (claim) => {
      expect(found(operation('replace', `/claims/${claim}`, 'x'))).toEqual([]);
      expect(found(operation('remove', `/claims/${claim}`))).toEqual(['2.6 /commands/0/value/0/path']);
    });

    it.each(['replace', 'remove'])('refuses to %s a claim that is not there', (op) => {
      expect(found(operation(op, '/claims/nope', ...(op === 'replace' ? [1] : [])) as object)).toHaveLength(
        1,
      );
      expect(
        found(operation(op, '/claims/toString', ...(op === 'replace' ? [1] : [])) as object),
      ).toHaveLength(1);
    });

    it.each([
      ['add', '/claims/department', 'x', []],
      ['add', '/claims/a~0b', 'x', []],
      ['replace', '/claims/https:~1~1acme.example~1claims~1tenant', 'x', []],
      ['replace', '/claims/https:~01~01acme.example~01claims~01tenant', 'x', ['2.5']],
      ['replace', '/claims/https%3A%2F%2Facme.example', 'x', ['2.5']],
      ['remove', '/claims/department', null, []],
      ['remove', '/claims/department', false, ['2.4']],
      ['remove', '/claims/department', '', ['2.4']],
      ['add', '/claims/a', null, ['2.7']],
      ['replace', '/claims/department', null, ['2.7']],
      ['add', '/claims/a', false, []],
      ['add', '/claims/a', 0, []],
      ['add', '/claims/a', '', []],
      ['add', '/claims/a', [], []],
      ['add', '/claims/profile', { sub: 'nested reserved names are no reserved claims' }, []],
      ['add', '/claims/employee_profile/sub', 'x', []],
      ['add', '/claims/employee_profile/a/b', 'x', ['2.5']],
      ['replace', '/claims/employee_profile/nope', 'x', ['2.5']],
      ['remove', '/claims/employee_profile/name', null, []],
      ['add', '/claims/department/child', 'x', ['2.5']],
      ['add', '/claims/preferred_airports/-', 'x', []],
      ['add', '/claims/preferred_airports/0', 'x', []],
      ['add', '/claims/preferred_airports/4', 'x', []],
      ['add', '/claims/preferred_airports/5', 'x', ['2.5']],
      ['add', '/claims/preferred_airports/01', 'x', ['2.5']],
      ['add', '/claims/preferred_airports/-1', 'x', ['2.5']],
      ['add', '/claims/preferred_airports/1e0', 'x', ['2.5']],
      ['replace', '/claims/preferred_airports/3', 'x', []],
      ['replace', '/claims/preferred_airports/4', 'x', ['2.5']],
      ['replace', '/claims/preferred_airports/-', 'x', ['2.5']],
      ['remove', '/claims/preferred_airports/3', null, []],
      ['remove', '/claims/preferred_airports/-', null, ['2.5']],
      ['remove', '/claims/preferred_airports/length', null, ['2.5']],
      ['replace', '/claims/mixed/0', 'x', []],
      ['add', '/claims/mixed/0/a', 'x', ['2.5']],
    ])('judges %s %s with %j', (op, path, value, sections) => {
      expect(checkHookResponse(operation(op, path, value), RICH).map(({ section }) => section)).toEqual(
        sections,
      );
    });

    it.each([
      [300, true],
      [86_400, true],
      [299, false],
      [86_401, false],
      [900.5, false],
      ['900', false],
      [null, false],
      [Number.NaN, false],
    ])('judges the lifetime %j', (value, isValid) => {
      expect(found(operation('replace', '/token/lifetime/expiration', value))).toHaveLength(isValid ? 0 : 1);
    });

    it.each(['add', 'remove'])('refuses to %s a lifetime, which is replaced', (op) => {
      expect(found(operation(op, '/token/lifetime/expiration', 900))).toEqual(['2.8 /commands/0/value/0/op']);
    });

    it('takes a claim that was removed for one that is not there', () => {
      const remove = { op: 'remove', path: '/claims/department' };
      expect(found(operations(remove, remove))).toEqual(['2.5 /commands/0/value/1/path']);
      expect(found(operations(remove, { op: 'add', path: '/claims/department', value: 1 }))).toEqual([]);
    });

    // Contract 2.10: "Exists" is defined against the token in the request payload. Service: never rely on it.
    it.each([
      ['replaces', { op: 'replace', path: '/claims/new', value: 2 }],
      ['removes', { op: 'remove', path: '/claims/new' }],
      ['goes into', { op: 'add', path: '/claims/new/deep', value: 2 }],
    ])('refuses an operation that %s what the same response adds', (_, second) => {
      const first = { op: 'add', path: '/claims/new', value: {} };
      expect(found(operations(first, second))).toEqual(['2.5 /commands/0/value/1/path']);
    });

    it('names every violation', () => {
      const first = { op: 'add', path: '/claims/iss', value: 1 };
      const second = { op: 'move', path: '/claims/a' };
      expect(found(operations(first, second))).toHaveLength(2);
    });
  });

  it('leaves the drafts as they are', () => {
    const before = structuredClone(RICH);
    checkHookResponse(readPayload('response_nested_and_array_ops.json'), RICH);
    checkHookResponse(readPayload('response_remove_claims.json'), RICH);
    expect(RICH).toEqual(before);
  });
});
