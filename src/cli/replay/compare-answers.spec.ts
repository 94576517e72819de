import { describe, expect, it } from '@jest/globals';
import { differencesOf, toExpected, type ExpectedAnswer } from './compare-answers.js';
import { filterOf } from './filter-calls.js';
import { escapeXml } from './junit-file.js';
import { redacting } from './redact.js';
import { toReplayCall } from './replay-call.js';

const LOOSE = { exactLifetimes: false };
const EXACT = { exactLifetimes: true };

function add(claim: string, value: unknown) {
  return { op: 'add', path: `/claims/${claim}`, value };
}

const lifetime = (value: unknown) => ({ op: 'replace', path: '/token/lifetime/expiration', value });

function answer(...value: readonly unknown[]): ExpectedAnswer {
  return { status: 200, response: { commands: [{ type: 'com.okta.access.patch', value }] } };
}

function names(one: ExpectedAnswer, other: ExpectedAnswer, comparing = LOOSE): readonly string[] {
  return differencesOf(one, other, comparing).map(({ name, change }) => `${change} ${name}`);
}

describe('two answers', () => {
  it.each([
    ['in the order of claims', answer(add('a', 1), add('b', 2)), answer(add('b', 2), add('a', 1))],
    ['in the order of members', answer(add('a', { x: 1, y: 2 })), answer(add('a', { y: 2, x: 1 }))],
    [
      'in what is for the log',
      { status: 200, response: {} },
      { status: 200, response: { debugContext: { traceId: 'x' } } },
    ],
    ['in how long a lifetime is', answer(lifetime(900)), answer(lifetime(901))],
    ['in a lifetime that may be any', answer(lifetime('<seconds>')), answer(lifetime(901))],
  ])('do not differ %s alone', (_title, one, other) => {
    expect(names(one, other)).toEqual([]);
    expect(names(other, one)).toEqual([]);
  });

  it.each([
    ['a value', answer(add('a', 1)), answer(add('a', 2)), ['changed access add /claims/a']],
    [
      'the order in a list',
      answer(add('a', [1, 2])),
      answer(add('a', [2, 1])),
      ['changed access add /claims/a'],
    ],
    [
      'an operation',
      answer(add('a', 1)),
      answer({ ...add('a', 1), op: 'replace' }),
      ['removed access add /claims/a', 'added access replace /claims/a'],
    ],
    [
      'the order on one path',
      answer(add('a', 1), add('a', 2)),
      answer(add('a', 2), add('a', 1)),
      ['changed access add /claims/a', 'changed access add /claims/a (2)'],
    ],
    [
      'whether a lifetime is capped',
      answer(),
      answer(lifetime(900)),
      ['added access replace /token/lifetime/expiration'],
    ],
    ['status', { status: 200, response: {} }, { status: 500 }, ['changed status']],
    ['error', { status: 200, response: { error: { errorSummary: 'a' } } }, answer(), ['removed error']],
    ['commands that are none', answer(), { status: 200, response: { commands: 7 } }, ['added commands']],
    ['a body that is no JSON', answer(), { status: 200, unreadable: true as const }, ['added body']],
  ])('differ in %s', (_title, one, other, expected) => {
    expect(names(one, other)).toEqual(expected);
    expect(names(other, one)).toHaveLength(expected.length);
  });

  it('are compared to the second where that is asked for', () => {
    expect(names(answer(lifetime(900)), answer(lifetime(901)), EXACT)).toHaveLength(1);
    expect(names(answer(lifetime('<seconds>')), answer(lifetime(901)), EXACT)).toEqual([]);
  });

  it('are kept without what changes from call to call', () => {
    const response = { commands: [{ type: 'x', value: [lifetime(900)] }], debugContext: { traceId: 'x' } };
    const text = JSON.stringify(response);
    const answered = {
      kind: 'answered',
      status: 200,
      contentType: null,
      text,
      bytes: 1,
      ms: 1,
      decided: null,
    } as const;
    expect(toExpected(answered, response, LOOSE)).toEqual({
      status: 200,
      response: { commands: [{ type: 'x', value: [lifetime('<seconds>')] }] },
    });
    expect(toExpected(answered, response, EXACT)).toEqual({
      status: 200,
      response: { commands: response.commands },
    });
    expect(toExpected({ ...answered, text: '<' }, undefined, LOOSE)).toEqual({
      status: 200,
      unreadable: true,
    });
    expect(toExpected({ ...answered, status: 500 }, undefined, LOOSE)).toEqual({ status: 500 });
    expect(toExpected({ kind: 'timeout', ms: 1 }, undefined, LOOSE)).toBeNull();
  });
});

describe('a filter', () => {
  const payload = {
    eventType: 'x',
    data: {
      context: { protocol: { client: { id: '0oa(1)' }, request: { grant_type: 'urn:x:device_code' } } },
      access: { claims: { uid: '00u1' }, scopes: { 'tenant:blue': {} } },
    },
  };
  const text = JSON.stringify(payload);
  const call = toReplayCall({ kind: 'value', text }, { file: 'a/b.json', index: 0, isOnly: true });

  it.each([
    [['b.json'], true],
    [['a/*.json'], true],
    [['c.json'], false],
    [['client=0oa(1)'], true],
    [['client=0oa'], false],
    [['client=0oa*', 'user=00u1', 'grant=*device*', 'scope=tenant:*'], true],
    [['client=0oa*', 'user=00u2'], false],
    [['issuer=*'], false],
  ])('%j is for a call, or not: %j', (conditions, isFor) => {
    expect(filterOf(conditions)(call)).toBe(isFor);
  });
});

describe('what nobody may see', () => {
  it('is taken out as it is, as JSON has it, and where it looks like a token', () => {
    const redact = redacting(['a "secret" value', 'a "secret" value, and more', 'short']);
    const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln';
    const seen = [`x a "secret" value, and more`, JSON.stringify('a "secret" value'), token, 'short'];
    expect(redact(seen.join('|'))).toBe('x [secret]|"[secret]"|[token]|short');
  });
});

describe('a text for XML', () => {
  it('is escaped, without what XML has no place for', () => {
    const half = String.fromCharCode(0xd800);
    expect(escapeXml(`<a b="&">\n\u0000\u001b${half}\u{1f600}ü`)).toBe(
      '&lt;a b=&quot;&amp;&quot;&gt;&#10;\ufffd\ufffd\ufffd\u{1f600}ü',
    );
  });
});
