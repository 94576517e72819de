import { describe, expect, it } from '@jest/globals';
import { compareClaims, sideBySide } from './compare-claims.js';

const BEFORE = { sub: 'gus@acme.example', tenant_id: 'stale', department: 'Fulfilment' };
const AFTER = { sub: 'gus@acme.example', tenant_id: 'blue', mintmark: { v: 1 } };

describe('two versions of a token', () => {
  it('are compared claim by claim', () => {
    expect(compareClaims(BEFORE, AFTER)).toEqual([
      { name: 'sub', change: 'same', before: '"gus@acme.example"', after: '"gus@acme.example"' },
      { name: 'tenant_id', change: 'changed', before: '"stale"', after: '"blue"' },
      { name: 'department', change: 'removed', before: '"Fulfilment"', after: '' },
      { name: 'mintmark', change: 'added', before: '', after: '{"v":1}' },
    ]);
  });

  it('are compared by their own claims alone', () => {
    expect(compareClaims({}, { toString: 1 })).toEqual([
      { name: 'toString', change: 'added', before: '', after: '1' },
    ]);
  });

  it('stand side by side, with the changes marked', () => {
    expect(sideBySide('Access token', compareClaims(BEFORE, AFTER), 58)).toBe(
      [
        'Access token  before the hook        after the hook',
        '  sub         "gus@acme.example"     "gus@acme.example"',
        '~ tenant_id   "stale"                "blue"',
        '- department  "Fulfilment"',
        '+ mintmark                           {"v":1}',
      ].join('\n'),
    );
  });

  it('break what is too long for its column', () => {
    const claims = compareClaims({}, { list: ['a'.repeat(20)] });
    expect(sideBySide('ID token', claims, 50)).toBe(
      [
        'ID token  before the hook       after the hook',
        '+ list                          ["aaaaaaaaaaaaaaaaaa',
        '                                aa"]',
      ].join('\n'),
    );
  });

  it('are shown without what a terminal would obey', () => {
    const claims = compareClaims({}, { 'a\u001b[2J': 'b\u009b0m' });
    expect(sideBySide('ID token', claims, 90)).toMatch(/\n\+ a\\u001b\[2J +"b\\u009b0m"$/);
  });
});
