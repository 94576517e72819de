import { describe, expect, it } from '@jest/globals';
import { createPeerCheck } from './trusted-peers.js';

const isTrusted = createPeerCheck([
  { family: 'ipv4', address: '10.1.0.0', prefix: 16 },
  { family: 'ipv4', address: '192.0.2.7', prefix: 32 },
  { family: 'ipv6', address: 'fd00:12::', prefix: 64 },
]);

describe('a connection is trusted', () => {
  it.each(['10.1.0.0', '10.1.255.255', '192.0.2.7', '::ffff:10.1.2.3', 'fd00:12::1'])(
    'from %s, which is in a range',
    (address) => {
      expect(isTrusted(address)).toBe(true);
    },
  );

  it.each(['10.2.0.0', '10.0.255.255', '192.0.2.6', '::ffff:10.2.0.1', 'fd00:12:0:1::1', '::1', '127.0.0.1'])(
    'but not from %s, which is in none',
    (address) => {
      expect(isTrusted(address)).toBe(false);
    },
  );

  it('but not over IPv4 because of a range that begins with zeros', () => {
    const isInZeros = createPeerCheck([{ family: 'ipv6', address: '::', prefix: 64 }]);
    expect(['::1', '127.0.0.1', '::ffff:127.0.0.1'].map(isInZeros)).toEqual([true, false, false]);
  });

  it('never without an address, or where nobody is', () => {
    expect([undefined, '', 'localhost', '10.1.0.0, 1.2.3.4'].map(isTrusted)).toEqual([
      ...[false, false, false, false],
    ]);
    expect(createPeerCheck([])('127.0.0.1')).toBe(false);
  });
});
