import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SWITCHES } from '../org/switches.js';
import { occasionOf } from '../../../test/support/hook-occasions.js';
import type { Switches } from '../org/org.js';
import { judgeAnswer, type Judgement } from './judge-answer.js';

const { drafts } = occasionOf('request_07_client_credentials');

const STAMP = JSON.stringify({
  commands: [
    { type: 'com.okta.access.patch', value: [{ op: 'add', path: '/claims/tenant_id', value: 'blue' }] },
  ],
});

interface Answer {
  readonly status?: number;
  readonly contentType?: string | null;
  readonly body?: string | Uint8Array;
}

function judged(answer: Answer, switches: Partial<Switches> = {}): Judgement {
  const { status = 200, contentType = 'application/json', body = STAMP } = answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return judgeAnswer({ kind: 'answered', status, contentType, body: bytes, durationMs: 5 }, drafts, {
    ...DEFAULT_SWITCHES,
    ...switches,
  });
}

describe('judgeAnswer', () => {
  it('applies what comes with status 200', () => {
    expect(judged({})).toMatchObject({
      kind: 'patched',
      reason: 'Operations applied: 1.',
      drafts: { access: { claims: { tenant_id: 'blue' } } },
    });
  });

  it.each([301, 302, 307, 400, 401, 403, 404, 429, 500, 503, 504, 100, 600])(
    'skips the hook for status %j, an error object or not',
    (status) => {
      const skipped = { kind: 'skipped', reason: `The inline hook responded with status ${String(status)}.` };
      expect(judged({ status })).toMatchObject(skipped);
      expect(judged({ status, body: '{"error":{"errorSummary":"no"}}' })).toMatchObject(skipped);
    },
  );

  it.each([201, 202, 206, 299])('skips the hook for status %j, unless the switch processes it', (status) => {
    expect(judged({ status })).toMatchObject({
      kind: 'skipped',
      reason: `The inline hook responded with status ${String(status)}, and only 200 is processed.`,
    });
    expect(judged({ status }, { otherSuccessStatus: 'process' })).toMatchObject({ kind: 'patched' });
  });

  it.each([200, 202, 204])('takes status %j without a body for no change', (status) => {
    expect(judged({ status, body: '' })).toMatchObject({
      kind: 'unchanged',
      reason: `The inline hook responded with status ${String(status)} and no body.`,
    });
  });

  it.each(['text/plain', 'text/json', 'application/jsonp', null])(
    'reads the content type %j, unless the switch ignores it',
    (contentType) => {
      expect(judged({ contentType })).toMatchObject({ kind: 'patched' });
      expect(judged({ contentType }, { otherContentType: 'ignore' })).toMatchObject({ kind: 'skipped' });
    },
  );

  it.each(['application/json', 'application/json;charset=UTF-8', 'Application/JSON ; charset=utf-8'])(
    'reads the content type %j whatever the switch',
    (contentType) => {
      expect(judged({ contentType }, { otherContentType: 'ignore' })).toMatchObject({ kind: 'patched' });
    },
  );

  it.each([
    ['{"commands":', 'Line 1 Column 13', 'the end cannot stand there'],
    ['{\n  "commands": [,]\n}', 'Line 2 Column 16', '"," cannot stand there'],
    ['<html>', 'Line 1 Column 1', '"<" cannot stand there'],
    [' ', 'Line 1 Column 2', 'the end cannot stand there'],
    [Buffer.from('7b22c328223a317d', 'hex'), 'Line 1 Column 3', 'it is not UTF-8'],
    ['{"commands":\n {}}', 'Line 2 Column 2', 'an array is expected at /commands'],
    ['[]', 'Line 1 Column 1', 'an object is expected at the top'],
    [
      '{"commands":[{"type":"com.okta.access.patch",\n"value":{"op":"add"}}]}',
      'Line 2 Column 9',
      'an array is expected at /commands/0/value',
    ],
    [
      '{"commands":[{"type":"com.okta.access.patch","value":[\n\n    {"op":"add"}]}]}',
      'Line 3 Column 5',
      'a string is expected at /commands/0/value/0/path',
    ],
  ])('says where %j cannot be deserialized', (body, place, detail) => {
    expect(judged({ body })).toEqual({
      kind: 'invalid',
      reason: `Could not deserialize inline hook response due to error at ${place}`,
      detail,
      debugContext: null,
    });
  });

  it('says which operation breaks a rule', () => {
    const body = STAMP.replace('tenant_id', 'scp');
    expect(judged({ body })).toEqual({
      kind: 'invalid',
      reason: 'Unauthorized path was specified(op=add, path=/claims/scp)',
      detail: 'at /commands/0/value/0',
      debugContext: null,
    });
  });

  it('stops the minting for an error object, and passes its debug context on', () => {
    expect(judged({ body: '{"error":{"errorSummary":"no"},"debugContext":{"traceId":"t"}}' })).toEqual({
      kind: 'denied',
      errorSummary: 'no',
      reason: 'no',
      detail: 'The inline hook returned an error object.',
      debugContext: { traceId: 't' },
    });
  });

  it.each([
    [{ kind: 'timeout', afterMs: 3000 } as const, 'The inline hook did not respond within 3000 ms.'],
    [
      { kind: 'unreachable', code: 'ECONNREFUSED' } as const,
      'The inline hook could not be reached (ECONNREFUSED).',
    ],
    [
      { kind: 'oversize', status: 200, contentType: null } as const,
      'The response of the inline hook is not smaller than 256 KB.',
    ],
  ])('skips the hook for what is no answer: %j', (answer, reason) => {
    expect(judgeAnswer({ ...answer, durationMs: 1 }, drafts, DEFAULT_SWITCHES)).toMatchObject({
      kind: 'skipped',
      reason,
    });
  });
});
