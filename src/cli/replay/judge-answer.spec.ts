import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSample } from '../samples/build-sample.js';
import { SAMPLE_VARIANTS } from '../samples/sample-variants.js';
import { samlSample } from '../samples/saml-sample.js';
import type { HookAnswer } from './hook-answer.js';
import { judgeAnswer, type JudgedAnswer } from './judge-answer.js';

const BUDGET_MS = 3_000;

function sample(name: string): unknown {
  const variant = SAMPLE_VARIANTS.find((candidate) => candidate.name === name);
  return variant && buildSample(variant);
}

const RICH = sample('rich-claims');

type Answered = Extract<HookAnswer, { kind: 'answered' }>;

function answered(body: unknown, more: Partial<Answered> = {}): HookAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = Buffer.byteLength(text);
  return {
    ...{ kind: 'answered', status: 200, contentType: 'application/json', text, bytes, ms: 12, decided: null },
    ...more,
  };
}

function judge(answer: HookAnswer, payload: unknown = RICH): JudgedAnswer {
  return judgeAnswer(answer, payload, BUDGET_MS);
}

/** An answer of one operation on the access token. */
function patching(...value: readonly unknown[]): HookAnswer {
  return answered({ commands: [{ type: 'com.okta.access.patch', value }] });
}

/** `error 2.6 /commands/0/value/0/path "iss" is reserved …` */
function lines({ findings }: JudgedAnswer): readonly string[] {
  return findings.map(({ level, rule, at, words }) => `${level} ${rule} ${at ?? '-'} ${words}`);
}

const PATH = '/commands/0/value/0/path';

describe('what Okta makes of an answer', () => {
  it.each([
    ['response_add_claims_both_tokens', 'stamped', 3],
    ['response_error', 'denied', 0],
    ['response_error_with_causes', 'denied', 0],
    ['response_lifetimes', 'stamped', 2],
    ['response_nested_and_array_ops', 'stamped', 4],
    ['response_noop_empty_commands', 'unchanged', 0],
    ['response_noop_empty_object', 'unchanged', 0],
    ['response_remove_claims', 'stamped', 2],
    ['response_replace_access_sub_aud', 'stamped', 2],
    ['response_uri_claim_name', 'stamped', 3],
  ] as const)('%s: %s, and nothing to say', (name, outcome, operations) => {
    const judged = judge(answered(readFileSync(`examples/payloads/${name}.json`, 'utf8')));
    expect(lines(judged)).toEqual([]);
    expect(judged).toMatchObject({ outcome, operations: { length: operations } });
  });

  it.each([
    [
      'flat_value_object',
      'error 2.3 /commands/0/value the value is an array of operations: a single operation stands in a list, too',
    ],
    [
      'lifetime_below_300',
      'error 2.8 /commands/0/value/0/value a lifetime is an integer from 300 to 86400: 299 is out of bounds',
    ],
    [
      'missing_parent',
      `error 2.5 ${PATH} the parent of the path does not exist: add the whole object first, or add it as one claim`,
    ],
    ['remove_with_value', 'error 2.4 /commands/0/value/0/value a remove has no value'],
    [
      'reserved_claim',
      'error 2.6 /commands/0/value/1/path "iss" is reserved in this token: give the claim a name of its own',
    ],
  ])('the invalid response %s is dropped, and says why', (name, line) => {
    const text = readFileSync(`examples/payloads/response_INVALID_${name}.json`, 'utf8');
    const judged = judge(answered(text));
    expect(lines(judged)).toEqual([line]);
    expect(judged.outcome).toBe('dropped');
    expect(judged.after).toEqual(judged.before);
  });

  it('is known for every response of the examples', () => {
    const names = readdirSync('examples/payloads').filter((name) => name.startsWith('response_'));
    expect(names).toHaveLength(15);
  });

  it('shows the claims and lifetimes that the tokens come to have', () => {
    const text = readFileSync('examples/payloads/response_nested_and_array_ops.json', 'utf8');
    const { before, after } = judge(answered(text));
    expect(before.access?.claims['preferred_airports']).toEqual(['sjc', 'lax', 'sfo', 'oak']);
    expect(after.access?.claims['preferred_airports']).toEqual(['sjc', 'sfo', 'oak', 'jfk']);
    expect(after.identity).toEqual(before.identity);
    const lifetimes = readFileSync('examples/payloads/response_lifetimes.json', 'utf8');
    expect(judge(answered(lifetimes)).after).toMatchObject({
      access: { lifetimeSeconds: 900 },
      identity: { lifetimeSeconds: 1800 },
    });
  });

  it('says which tenant was selected, by the claims or by our own word', () => {
    const add = (name: string, value: unknown) => ({ op: 'add', path: `/claims/${name}`, value });
    const stamped = patching(add('tenant_selection', 'hinted'), add('tenant_id', 'blue'));
    expect(judge(stamped).selection).toEqual({ outcome: 'hinted', tenant: 'blue' });
    expect(judge(patching(add('tenant_selection', 'none'))).selection).toEqual({
      outcome: 'none',
      tenant: null,
    });
    expect(judge(patching(add('x', 1))).selection).toBeNull();
    const decided = {
      outcome: 'stamped',
      reason: null,
      detail: null,
      mode: 'shadow',
      selection: 'only',
      tenantId: 'green',
    };
    expect(judge(answered({}, { decided })).selection).toEqual({ outcome: 'only', tenant: 'green' });
  });
});

describe('an answer that Okta does not read', () => {
  const unseen = 'Okta mints the tokens as they were, and tells neither the client nor the hook';

  it.each([
    [
      { kind: 'timeout', ms: 3_000 } as const,
      'error 5 - there was no answer within 3 s, and there is no second try',
    ],
    [
      { kind: 'unreachable', code: 'ECONNREFUSED', ms: 1 } as const,
      'error 5 - the hook cannot be reached (ECONNREFUSED)',
    ],
    [
      { kind: 'oversize', status: 200, bytes: 262_144, ms: 9 } as const,
      'error 2.1 - the body is not smaller than 256 KB',
    ],
    [answered('', { status: 500 }), 'error 2.1 - status 500 is not 200'],
    [answered('', { status: 302 }), 'error 2.1 - status 302 is not 200, and redirects are not followed'],
    [answered('{}', { status: 401 }), 'error 2.1 - status 401 is not 200 (are the credentials right?)'],
    [answered('{}', { status: 202 }), 'error 2.1 - status 202 is not 200, and 200 alone is sure to be read'],
    [
      answered({ error: { errorSummary: 'no' } }, { status: 400 }),
      'error 2.1 - status 400 is not 200, so the error object in it stops nothing: send it with 200',
    ],
    [
      answered('{"commands":['),
      'error 2.10  the body is no JSON, of which Okta’s log says "Could not deserialize inline hook response"',
    ],
  ])('is skipped: %j', (answer, line) => {
    const judged = judge(answer);
    expect(lines(judged)).toEqual([`${line}: ${unseen}`]);
    expect(judged.outcome).toBe('skipped');
  });

  it('changes nothing where it is empty', () => {
    expect(judge(answered('', { status: 204 }))).toMatchObject({ outcome: 'unchanged', findings: [] });
    expect(lines(judge(answered('')))).toEqual([
      'warning 2.1 - a 200 without a body changes nothing: say {} or 204',
    ]);
  });

  it('is warned of where it is slow, or said to be something else than JSON', () => {
    expect(lines(judge(answered({}, { ms: 1_234, contentType: 'text/plain' })))).toEqual([
      'warning 8 - it took 1.2 s of 3 s: aim at 1 s at most',
      'warning 2.1 - the content type is text/plain; whether Okta reads other than application/json is not documented',
    ]);
    expect(lines(judge(answered({}, { contentType: null })))[0]).toContain('there is no content type');
  });
});

describe('a rule that is broken', () => {
  const add = { op: 'add', path: '/claims/x', value: 1 };

  it.each([
    [answered([]), 'error 2.1  a response is a JSON object'],
    [answered({ commands: {} }), 'error 2.2 /commands commands are an array'],
    [answered({ error: 'no' }), 'error 3 /error an error has an errorSummary'],
    [
      answered({ commands: [{ type: 'com.okta.acces.patch', value: [] }] }),
      'error 2.3 /commands/0/type the type is one of the two patch commands: "com.okta.acces.patch" is neither com.okta.access.patch nor com.okta.identity.patch; did you mean com.okta.access.patch?',
    ],
    [
      answered({ commands: [{ type: 'com.okta.assertion.patch', value: [] }] }),
      'error 2.3 /commands/0/type the type is one of the two patch commands: com.okta.assertion.patch is for SAML hooks',
    ],
    [
      patching({ ...add, op: 'move' }),
      'error 2.4 /commands/0/value/0/op the operation is add, replace or remove: JSON Patch has move, and Okta does not',
    ],
    [
      patching({ ...add, op: 'ADD' }),
      'error 2.4 /commands/0/value/0/op the operation is add, replace or remove: "ADD" is to be written add',
    ],
    [
      patching({ ...add, path: 'claims.x' }),
      `error 2.5 ${PATH} the path is /claims/<name> or the lifetime: a path begins with /claims/, as in /claims/x`,
    ],
    [
      patching({ ...add, path: '/x' }),
      `error 2.5 ${PATH} the path is /claims/<name> or the lifetime: claims stand below /claims, as in /claims/x`,
    ],
    [
      patching({ ...add, path: '/claims/https://acme.example/t' }),
      `error 2.5 ${PATH} the parent of the path does not exist: a / in a claim’s name is written ~1, as in /claims/https:~1~1acme.example~1t`,
    ],
    [
      patching({ ...add, value: null }),
      'error 2.7 /commands/0/value/0/value an add has a value that is not null: to take a claim away, remove it',
    ],
    [
      patching({ ...add, op: 'replace' }),
      `error 2.5 ${PATH} the target of a replace does not exist: add it, where the draft does not carry it`,
    ],
    [
      patching({ op: 'remove', path: '/claims/x' }),
      `error 2.5 ${PATH} the target of a remove does not exist: remove only what the draft carries`,
    ],
    [
      patching({ op: 'replace', path: '/token/lifetime/expiration', value: '900' }),
      'error 2.8 /commands/0/value/0/value a lifetime is an integer from 300 to 86400: "900" is a text: give a number',
    ],
    [
      patching({ op: 'remove', path: '/claims/sub' }),
      `error 2.6 ${PATH} "sub" may be replaced, and not removed`,
    ],
  ])('drops all that the answer asks for: %j', (answer, line) => {
    const judged = judge(answer);
    expect(lines(judged)).toEqual([line]);
    expect(judged).toMatchObject({ outcome: 'dropped' });
    expect(judged.after).toEqual(judged.before);
  });

  it('takes along what would have been right, in the other token, too', () => {
    const judged = judge(
      answered({
        commands: [
          { type: 'com.okta.access.patch', value: [add] },
          { type: 'com.okta.identity.patch', value: [{ ...add, path: '/claims/nonce' }] },
        ],
      }),
    );
    expect(judged.outcome).toBe('dropped');
    expect(judged.after).toEqual(judged.before);
  });

  it('may be that a token is not minted at all', () => {
    const answer = answered({ commands: [{ type: 'com.okta.identity.patch', value: [add] }] });
    expect(lines(judge(answer, sample('client-credentials')))).toEqual([
      'error 2.10 /commands/0 the token to patch is being minted: look whether the request has data.identity or data.access before patching it',
    ]);
  });
});

describe('what is not documented, or against advice', () => {
  const add = { op: 'add', path: '/claims/x', value: 1 };

  it.each([
    [
      answered({ commands: [], data: {} }),
      'unchanged',
      'warning 2.2 /data no members but commands, error and debugContext; what Okta makes of others is not documented; the request is not to be sent back',
    ],
    [
      answered({ commands: null }),
      'unchanged',
      'warning 2.2 /commands "commands" is null; leave it out where there is none',
    ],
    [
      answered({ error: null, commands: [] }),
      'unchanged',
      'warning 2.2 /error "error" is null; leave it out where there is none',
    ],
    [
      patching({ ...add, value: {} }, { op: 'add', path: '/claims/x/y', value: 1 }),
      'stamped',
      'warning 2.10 /commands/0/value/1/path the parent of the path does not exist in the draft, but for an earlier operation: whether Okta lets one build on another is not documented',
    ],
    [
      patching({ ...add, path: '/claims/department' }),
      'stamped',
      `warning 2.4 ${PATH} "department" is in the draft already: replace says what is meant`,
    ],
    [
      patching({ ...add, path: '/claims/role' }),
      'stamped',
      `warning 2.6 ${PATH} "role" is reserved in the ID token: a name that works in both is safer`,
    ],
    [
      patching({ ...add, path: '/claims/okta_x' }),
      'stamped',
      `warning 2.6 ${PATH} "okta_x" begins with okta_, which is for claims of Okta’s own`,
    ],
    [
      patching({ ...add, value: [{ price: 1.5 }] }),
      'stamped',
      'warning 2.7 /commands/0/value/0/value fractions, and integers beyond 2^53, are not documented as values',
    ],
    [
      patching(add, { ...add, value: 2 }),
      'stamped',
      'warning 2.10 /commands/0/value/1/path there is an earlier operation for /claims/x: the last one wins',
    ],
    [
      answered({ error: {} }),
      'denied',
      'warning 3 /error/errorSummary there is no errorSummary: the client reads "The callback service returned an error"',
    ],
    [
      answered({ error: { errorSummary: 'no', code: 7 } }),
      'denied',
      'warning 3 /error/code an error has errorSummary and errorCauses, and no others',
    ],
    [
      answered({
        error: { errorSummary: 'no', errorCauses: [{ errorSummary: 'x', locationType: 'cookie' }] },
      }),
      'denied',
      'warning 3 /error/errorCauses/0/locationType a locationType is one of body, header, url, query',
    ],
    [
      answered({ error: { errorSummary: 'TypeError: x\n    at y' } }),
      'denied',
      'warning 3 /error/errorSummary it looks like the inside of a program, and end users may get to see it',
    ],
    [
      answered({ error: { errorSummary: 'no' }, commands: [{ type: 'x', value: [] }] }),
      'denied',
      'warning 2.2 /commands an error is there, too, which wins: the commands are not applied',
    ],
  ] as const)('is warned of, and taken: %j', (answer, outcome, line) => {
    const judged = judge(answer);
    expect(lines(judged)).toEqual([line]);
    expect(judged.outcome).toBe(outcome);
  });

  it('is a token too large for a header', () => {
    const [finding] = lines(judge(patching({ ...add, value: 'x'.repeat(6_000) })));
    expect(finding).toMatch(/^warning 2\.1 - the access token has 6\d{3} bytes of claims/);
  });
});

describe('an answer to another event', () => {
  it('is judged by its status, and not by the rules of token hooks', () => {
    expect(judge(answered({ commands: [] }), samlSample())).toMatchObject({
      outcome: 'unchanged',
      findings: [],
    });
    const patch = answered({ commands: [{ type: 'com.okta.assertion.patch', value: [] }] });
    expect(lines(judge(patch, samlSample()))).toEqual([
      'warning 9 /commands the call is of another event: its commands are not checked',
    ]);
    expect(judge(answered('', { status: 500 }), samlSample()).outcome).toBe('skipped');
  });
});
