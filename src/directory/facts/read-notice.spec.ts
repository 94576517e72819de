import { describe, expect, it } from '@jest/globals';
import { readNotice } from './read-notice.js';

const EVERYTHING = { facts: [{ kind: 'everything' }], hasControl: true };

describe('a notice', () => {
  it('names users and clients by org and id, and tenants by id', () => {
    expect(readNotice('[["user","acme","00u1"],["client","acme","0oa1"],["tenant","t,1"]]')).toEqual({
      facts: [
        { kind: 'user', orgId: 'acme', id: '00u1' },
        { kind: 'client', orgId: 'acme', id: '0oa1' },
        { kind: 'tenant', id: 't,1' },
      ],
      hasControl: false,
    });
  });

  it('of all facts says nothing of the control snapshot, and the other way round', () => {
    expect(readNotice('[["facts"]]')).toEqual({ facts: [{ kind: 'everything' }], hasControl: false });
    expect(readNotice('[["control"]]')).toEqual({ facts: [], hasControl: true });
  });

  it.each([
    ...['', 'nonsense', 'null', '{}', '"facts"', '[[]]', '[null]', '[["user","acme"]]', '[["tenant"]]'],
    ...['[["tenant",1]]', '[["plan","p"]]', '[["tenant","t1"],["later","x"]]'],
  ])('that is not understood (%s) means that everything may have changed', (payload) => {
    expect(readNotice(payload)).toEqual(EVERYTHING);
  });
});
