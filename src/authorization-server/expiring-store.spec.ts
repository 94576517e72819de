import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ExpiringStore } from './expiring-store.js';

describe('an expiring store', () => {
  it('finds a value by its secret until it expires, and not from then on', () => {
    const store = new ExpiringStore<string>(randomBytes);
    const secret = store.put('value', 100);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(store.find(secret, 99)).toBe('value');
    expect(store.find(secret, 100)).toBeUndefined();
  });

  it('gives a value away once', () => {
    const store = new ExpiringStore<string>(randomBytes);
    const secret = store.put('value', 100);
    expect(store.take(secret, 0)).toBe('value');
    expect(store.take(secret, 0)).toBeUndefined();
  });

  it('keeps ten thousand values, and forgets the oldest first', () => {
    const store = new ExpiringStore<number>(randomBytes);
    const first = store.put(0, 1);
    const others = Array.from({ length: 10_000 }, (_, index) => store.put(index, 1));
    expect(store.find(first, 0)).toBeUndefined();
    expect(store.find(others.at(-1) ?? '', 0)).toBe(9_999);
  });

  it('keeps fewer where it is told so', () => {
    const store = new ExpiringStore<string>(randomBytes, 1);
    const [first, second] = [store.put('one', 1), store.put('two', 1)];
    expect([store.find(first, 0), store.find(second, 0)]).toEqual([undefined, 'two']);
  });
});
