import { describe, expect, it } from '@jest/globals';
import { stateOf, type RefreshToken } from './refresh-chain.js';

const TOKEN: RefreshToken = {
  chain: {
    ...{ id: 'oar1', issuerId: 'default', clientId: '0oa1', userId: '00u1', scopes: ['openid'] },
    ...{ grantType: 'authorization_code', authorization: {}, authTime: 0, expiresAt: 10_000 },
  },
  idleUntil: 5_000,
  replacedAt: null,
};

describe('a refresh token', () => {
  it.each([
    ['is usable within its window', TOKEN, 4_999, 'usable'],
    ['expires at the end of its window', TOKEN, 5_000, 'expired'],
    ['expires with its chain', { ...TOKEN, idleUntil: 20_000 }, 10_000, 'expired'],
    [
      'lives on where the chain has no end',
      { ...TOKEN, idleUntil: 20_000, chain: { ...TOKEN.chain, expiresAt: null } },
      19_999,
      'usable',
    ],
    ['that was replaced is usable within the leeway', { ...TOKEN, replacedAt: 1_000 }, 2_999, 'usable'],
    ['that was replaced is reused after the leeway', { ...TOKEN, replacedAt: 1_000 }, 3_000, 'reused'],
    [
      'that was replaced is reused though it has expired, too',
      { ...TOKEN, replacedAt: 1_000 },
      6_000,
      'reused',
    ],
  ] as const)('%s', (_what, token, now, state) => {
    expect(stateOf(token, now, 2)).toBe(state);
  });
});
