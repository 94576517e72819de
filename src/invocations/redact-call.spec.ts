import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { examplePayload, withMembers, type Payload } from '../../test/support/payloads.js';
import { CLIENT, ISSUER, USER, userCall } from '../../test/support/calls.js';
import { isId } from '../claims/identifiers.js';
import { readHookCall } from '../claims/read-hook-call.js';
import type { TokenHookRequest } from '../okta/token-hook-request.js';
import { compileRequestCheck } from '../stamping/compile-request-check.js';
import { Pseudonyms } from './pseudonyms.js';
import type { RecordableCall, RecordableTrace } from './recordable-call.js';
import { redactCall, type RecordedRow } from './redact-call.js';

const isRequest = compileRequestCheck();
const pseudonyms = new Pseudonyms('a key of the test’s own, of 32 characters or more');
const OPTIONS = { pseudonyms, isId, keptMs: 1_000, maxBytes: 64 * 1024 };
const NO_COMMANDS = '{"commands":[]}';

function requestOf(payload: unknown): TokenHookRequest {
  if (!isRequest(payload)) throw new TypeError('it is no request');
  return payload;
}

function callOf(payload: Payload, members: Partial<RecordableCall> = {}): RecordableCall {
  const request = requestOf(payload);
  return {
    ...{ at: 5_000, request, issuerId: 'acme-orders', credentialId: 'hc_all', mode: 'enforce' },
    ...{ outcome: 'stamped', reason: null, detail: null, grantType: 'password', selection: 'only' },
    ...{
      clientId: request.data.context.protocol.client.id,
      userId: null,
      tenantId: 'blue',
      decision: 'patch',
    },
    ...{ dropped: [], facts: 'cache', factsAgeMs: 3, answer: NO_COMMANDS, wouldAnswer: NO_COMMANDS },
    ...{ trace: null, traceId: undefined },
    timing: {
      durationMs: 1.5,
      eachStep: (visit) => {
        visit('facts', 1.25);
      },
    },
    ...members,
  };
}

function record(payload: Payload, members: Partial<RecordableCall> = {}, options = OPTIONS): RecordedRow {
  return JSON.parse(redactCall(callOf(payload, members), options)) as RecordedRow;
}

/** What a decision takes from a request besides its ids. */
function essenceOf(request: unknown) {
  const reading = readHookCall(requestOf(request));
  if (reading.kind === 'unusable') return reading;
  const { subject, hint, drafts, refresh, scopes, ...call } = reading.call;
  return {
    ...call,
    scopes: scopes.map((scope) => (scope.startsWith('tenant:') ? 'tenant:' : scope)),
    subject: subject.kind === 'conflict' ? subject : subject.kind,
    hint: hint.kind === 'tenant' ? { kind: hint.kind, fromQuery: hint.fromQuery } : hint,
    refresh: Object.entries(refresh).map(([name, jti]) => [name, jti !== null]),
    drafts: Object.entries(drafts).map(([name, { claims, lifetimeSeconds }]) => [
      ...[name, Object.keys(claims), lifetimeSeconds],
    ]),
  };
}

const EXAMPLES = readdirSync('examples/payloads')
  .filter((file) => /^request_(?!90)/.test(file))
  .map((file) => file.replace('.json', ''));

const DANA = userCall({ user: USER.dana, scopes: ['openid', 'tenant:amber'] });

describe('a recorded request', () => {
  it.each(EXAMPLES)('is read as the original was: %s', (name) => {
    const payload = examplePayload(name);
    const { document } = record(payload);
    expect(essenceOf(document.request)).toEqual(essenceOf(payload));
  });

  it.each<[string, Payload]>([
    ['two users', { 'data.context.user.id': USER.eli }],
    ['no user', { 'data.access.claims.uid': null, 'data.context.user': null }],
    ['a user that is no text', { 'data.access.claims.uid': 42 }],
    ['a user with NUL', { 'data.access.claims.uid': 'a\u0000b' }],
    ['another client in the draft', { 'data.access.claims.cid': CLIENT.batch }],
    ['no drafts', { 'data.access': null, 'data.identity': null }],
    ['a URL that is none', { 'data.context.request.url.value': 'no url' }],
    ['a URL with control characters', { 'data.context.request.url.value': 'https://x.example/\u0001' }],
    ['a URL that is no text', { 'data.context.request.url': { value: 1 } }],
    ['a request that is no object', { 'data.context.request': 'x' }],
    ['two hints', { 'data.context.request.url.value': 'https://x.example/?tenant=a&tenant=a' }],
    ['an empty hint', { 'data.context.request.url.value': 'https://x.example/?tenant=' }],
    ['an encoded hint', { 'data.context.request.url.value': 'https://x.example/?%74enant=amber' }],
    [
      'a hint that its scope contradicts',
      { 'data.context.request.url.value': 'https://x.example/?tenant=b' },
    ],
    ['a source at /authorize', { source: `${ISSUER.orders}/v1/authorize` }],
    ['no source', { source: undefined }],
    ['an odd response type', { 'data.context.protocol.request': { response_type: 'x id_token' } }],
    ['a code among odd response types', { 'data.context.protocol.request': { response_type: 'x code' } }],
    ['a scope that was not granted', { 'data.access.scopes.orders:read': { action: 'DENY' } }],
    ['a prototype among its claims', { 'data.access.claims': JSON.parse('{"uid":"00u","__proto__":{}}') }],
  ])('is read as the original was: %s', (_, members) => {
    const payload = withMembers(DANA, members);
    expect(essenceOf(record(payload).document.request)).toEqual(essenceOf(payload));
  });

  it('keeps equal people equal, wherever they stand, and others apart', () => {
    const payload = withMembers(examplePayload('request_01_authorization_code_user'), {
      'data.access.claims.approver': USER.dana,
    });
    const { request } = record(payload).document;
    const dana = pseudonyms.of('user', USER.dana);
    expect(dana).toMatch(/^user-[0-9a-f]{20}$/);
    expect(dana).not.toBe(pseudonyms.of('user', USER.eli));
    expect(request).toMatchObject({
      data: {
        context: { session: { userId: dana }, user: { id: dana } },
        identity: { claims: { sub: dana } },
        access: { claims: { uid: dana, approver: dana } },
      },
    });
    const { sub } = (request as { data: { access: { claims: { sub: string } } } }).data.access.claims;
    expect(sub).toMatch(/^[0-9a-f]{20}@pseudonym\.invalid$/);
    expect(request).toMatchObject({
      data: { context: { session: { login: sub }, user: { profile: { login: sub } } } },
    });
  });

  it('has other pseudonyms by another key', () => {
    const other = new Pseudonyms('another key of the test’s own, of 32 characters or more');
    expect(other.of('user', USER.dana)).not.toBe(pseudonyms.of('user', USER.dana));
  });

  it('keeps what the directory and the contract name, and the hint only where it is the tenant', () => {
    const payload = withMembers(DANA, {
      'data.context.request.url.value': `${ISSUER.orders}/v1/token?tenant=amber&state=s`,
      'data.access.claims.tenant_id': 'amber',
      'data.access.claims.level': 3,
      'data.access.claims.phone': 5550132987,
    });
    const granted = record(payload, { tenantId: 'amber' }).document.request;
    expect(granted).toMatchObject({
      source: `${ISSUER.orders}/v1/token`,
      data: {
        context: {
          request: { url: { value: `${ISSUER.orders}/v1/token?tenant=amber` } },
          protocol: { issuer: { uri: ISSUER.orders }, client: { id: CLIENT.web } },
        },
        access: {
          claims: { tenant_id: 'amber', level: 3, cid: CLIENT.web },
          scopes: { openid: { action: 'GRANT' }, 'tenant:amber': { action: 'GRANT' } },
        },
      },
    });
    expect(JSON.stringify(granted)).not.toContain('5550132987');
    expect(JSON.stringify(record(payload, { tenantId: null }).document.request)).not.toContain('amber');
  });

  it('is left out, with the answer, where the call is too large or holds too much', () => {
    const many = withMembers(DANA, {
      'data.access.claims.groups': Array.from({ length: 3_000 }, (_, i) => `g${String(i)}`),
    });
    const deep = withMembers(DANA, {
      'data.access.claims.deep': JSON.parse('['.repeat(900) + ']'.repeat(900)) as unknown,
    });
    for (const row of [record(many), record(DANA, {}, { ...OPTIONS, maxBytes: 700 })]) {
      expect(row).toMatchObject({ outcome: 'stamped', durationUs: 1_500, clientId: CLIENT.web });
      expect(row.document).toMatchObject({ request: null, answer: null, credentialId: 'hc_all' });
    }
    expect(record(deep).document.request).not.toBeNull();
  });
});

const TRACE: RecordableTrace = {
  subject: 'user',
  selection: {
    ...{ outcome: 'only', why: 'the only membership left', tenantId: 'blue' },
    ...{ membership: { roles: ['buyer'], isDefault: true }, binding: null },
  },
  entitlements: [
    { featureId: 'seats', value: 2_500, source: { level: 'plan', ids: ['s1'] } },
    { featureId: 'regions', value: ['eu', 'us'], source: { level: 'tenant grant', ids: ['g1'] } },
  ],
  mappings: [
    { mappingId: 'm1', claim: 'tenant_id', kind: 'produced' },
    { mappingId: 'm2', claim: 'odd', kind: 'absent', why: 'no such number: dana.rivers@acme.example' },
    { mappingId: 'm3', claim: 'other', kind: 'skipped', why: 'not for this client' },
  ],
  tokens: { access: { bytes: 30 } },
};

describe('a recorded answer', () => {
  const value = {
    ...{ tenant: 'blue', roles: ['buyer'], seats: 2_500, regions: ['eu', 'us'], v: 1 },
    ...{ user: USER.dana, login: 'dana.rivers@acme.example', about: 'of Dana Rivers', phone: 5550132987 },
  };
  const answer = JSON.stringify({
    commands: [
      {
        type: 'com.okta.access.patch',
        value: [
          { op: 'remove', path: '/claims/old' },
          { op: 'add', path: '/claims/all', value },
          { op: 'replace', path: '/token/lifetime/expiration', value: 3600 },
        ],
      },
    ],
  });

  it('keeps what the directory gave for the call, and replaces what is made of people', () => {
    const { document } = record(DANA, {
      answer: NO_COMMANDS,
      wouldAnswer: answer,
      trace: TRACE,
      userId: USER.dana,
    });
    expect(document.answer).toEqual({ commands: [] });
    expect(document.wouldAnswer).toEqual({
      commands: [
        {
          type: 'com.okta.access.patch',
          value: [
            { op: 'remove', path: '/claims/old' },
            { op: 'add', path: '/claims/all', value: expect.any(Object) },
            { op: 'replace', path: '/token/lifetime/expiration', value: 3600 },
          ],
        },
      ],
    });
    const text = JSON.stringify(document);
    for (const kept of ['"blue"', '["buyer"]', '2500', '["eu","us"]', pseudonyms.of('user', USER.dana)])
      expect(text).toContain(kept);
    for (const gone of [USER.dana, 'dana', 'Dana', 'Rivers', '5550132987']) expect(text).not.toContain(gone);
  });

  it('is there once where it was what would have been answered', () => {
    expect(record(DANA, { answer, wouldAnswer: answer }).document).not.toHaveProperty('wouldAnswer');
  });

  it('has the trace, without what errors quote', () => {
    const { trace, steps, facts } = record(DANA, { trace: TRACE }).document;
    expect(trace).toEqual({
      ...TRACE,
      mappings: [
        TRACE.mappings[0],
        { mappingId: 'm2', claim: 'odd', kind: 'absent', why: 'its expression has no value' },
        TRACE.mappings[2],
      ],
    });
    expect([steps, facts]).toEqual([[{ step: 'facts', ms: 1.25 }], { origin: 'cache', ageMs: 3 }]);
  });

  it('keeps a denial in its own words', () => {
    const denial = '{"error":{"errorSummary":"No."}}';
    expect(record(DANA, { answer: denial, wouldAnswer: denial }).document.answer).toEqual(JSON.parse(denial));
  });
});
