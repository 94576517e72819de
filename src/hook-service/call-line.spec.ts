import { describe, expect, it } from '@jest/globals';
import { callLine } from './call-line.js';
import type { CallRecord } from './call-record.js';

const RECORD: CallRecord = {
  outcome: 'stamped',
  reason: null,
  detail: null,
  credentialId: 'production',
  issuerId: 'acme-orders',
  mode: 'enforce',
  clientId: '0oa3w6e8DvKyPu2Na1d7',
  userId: '00u1',
  grantType: 'authorization_code',
  selection: 'default',
  tenantId: 'green',
  dropped: [],
  facts: 'cache',
  factsAgeMs: 12,
};

const PARTS = { user: '0123456789abcdef', traceId: undefined, durationMs: 1.23456 };

function membersOf(record: CallRecord, parts: Parameters<typeof callLine>[1]): unknown {
  return JSON.parse(`{${callLine(record, parts)}}`);
}

describe('the line of a call', () => {
  it('holds its members in their order', () => {
    expect(callLine(RECORD, PARTS)).toBe(
      '"outcome":"stamped","reason":null,"detail":null,"credentialId":"production","issuerId":"acme-orders",' +
        '"mode":"enforce","clientId":"0oa3w6e8DvKyPu2Na1d7","grantType":"authorization_code",' +
        '"selection":"default","tenantId":"green","dropped":[],"facts":"cache","factsAgeMs":12,' +
        '"user":"0123456789abcdef","durationMs":1.23,"msg":"hook call"',
    );
  });

  it('has the trace id where there is one, and no user id', () => {
    const line = callLine(RECORD, { ...PARTS, user: null, traceId: 'f'.repeat(32) });
    expect(line).toContain(`"traceId":"${'f'.repeat(32)}","user":null,`);
    expect(line).not.toContain('00u1');
  });

  it.each(['"', '\\', '\n', '\u0000', '\u2028', 'ü', '😀', '\ud800', '","msg":"forged', '{', '\u007f', ''])(
    'is JSON, and one line, whatever is in it: %j',
    (odd) => {
      const text = `a${odd}b`;
      const record = {
        ...RECORD,
        ...{ detail: text, credentialId: text, issuerId: text, tenantId: text, clientId: text },
        dropped: [text, odd],
      };
      const expected = { detail: text, credentialId: text, issuerId: text, tenantId: text, clientId: text };
      expect(membersOf(record, PARTS)).toMatchObject({ ...expected, dropped: [text, odd] });
      expect(callLine(record, PARTS)).not.toMatch(/[\n\r]/);
    },
  );

  it.each([
    0, 0.004, 0.005, 0.1, 0.126, 0.999, 1, 9.5, 99.99, 999.994, 999.996, 1000, 1050.07, 65_432.1, 1_002_003,
  ])('has the duration %d and the age of facts as JSON writes numbers', (number) => {
    const line = callLine({ ...RECORD, factsAgeMs: Math.round(number) }, { ...PARTS, durationMs: number });
    expect(line).toContain(`"factsAgeMs":${JSON.stringify(Math.round(number))},`);
    expect(line).toContain(`"durationMs":${JSON.stringify(Math.round(number * 100) / 100)},`);
  });

  it('has every duration of up to a hundred seconds as JSON writes it', () => {
    const wrong = Array.from({ length: 10_001 }, (_, hundredths) => hundredths / 100).filter(
      (durationMs) =>
        !callLine(RECORD, { ...PARTS, durationMs }).includes(`"durationMs":${String(durationMs)},`),
    );
    expect(wrong).toEqual([]);
  });
});
