import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeyRing } from './key-ring.js';
import { publishedKeys, ROTATION_PERIOD_MS, type RingKeys } from './ring-keys.js';
import { givenKeys } from './signing-key.js';

const DAY_MS = 24 * 3_600_000;
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

function ringAt(clock: { now: number }, rotationMode: 'AUTO' | 'MANUAL' = 'AUTO') {
  let made = 0;
  const source = givenKeys([PEM], randomBytes);
  const ring = new KeyRing({
    rotationMode,
    now: () => clock.now,
    makeKey: () => {
      made += 1;
      return source();
    },
  });
  return { ring, made: () => made };
}

function statuses({ active, next, expired }: RingKeys): readonly (string | undefined)[] {
  return [active.kid, next?.kid, expired?.kid];
}

describe('a key ring', () => {
  it('begins with one key, however many ask for it at once', async () => {
    const { ring, made } = ringAt({ now: 0 });
    const [one, two] = await Promise.all([ring.current(), ring.current()]);
    expect(one).toEqual(two);
    expect([made(), publishedKeys(one).length]).toEqual([1, 1]);
  });

  it('makes its next key four weeks before it signs', async () => {
    const clock = { now: 0 };
    const { ring } = ringAt(clock);
    await ring.current();
    clock.now = 62 * DAY_MS - 1;
    expect((await ring.current()).next).toBeNull();
    clock.now = 62 * DAY_MS;
    expect((await ring.current()).next).not.toBeNull();
  });

  it('rotates after 90 days: next becomes active, active becomes expired', async () => {
    const clock = { now: 0 };
    const { ring } = ringAt(clock);
    await ring.current();
    clock.now = 62 * DAY_MS;
    const before = await ring.current();
    clock.now = ROTATION_PERIOD_MS;
    expect(statuses(await ring.current())).toEqual([before.next?.kid, undefined, before.active.kid]);
  });

  it('that nobody asked for years has new keys, and has made few of them', async () => {
    const clock = { now: 0 };
    const { ring, made } = ringAt(clock);
    const { active } = await ring.current();
    clock.now = 40 * ROTATION_PERIOD_MS + DAY_MS;
    const later = await ring.current();
    expect(publishedKeys(later).map(({ kid }) => kid)).not.toContain(active.kid);
    expect(later.lastRotated).toBe(40 * ROTATION_PERIOD_MS);
    expect(made()).toBe(3);
  });

  it('in manual mode rotates when it is told to, and only then', async () => {
    const clock = { now: 0 };
    const { ring } = ringAt(clock, 'MANUAL');
    const { active } = await ring.current();
    clock.now = 10 * ROTATION_PERIOD_MS;
    expect((await ring.current()).active.kid).toBe(active.kid);
    const rotated = await ring.rotate();
    expect(statuses(rotated)).toEqual([expect.any(String), undefined, active.kid]);
    expect(rotated.active.kid).not.toBe(active.kid);
  });

  it('rotates once more after a key could not be made', async () => {
    let fails = true;
    const source = givenKeys([PEM], randomBytes);
    const ring = new KeyRing({
      rotationMode: 'AUTO',
      now: () => 0,
      makeKey: () => (fails ? Promise.reject(new Error('no entropy')) : source()),
    });
    await expect(ring.current()).rejects.toThrow('no entropy');
    fails = false;
    expect((await ring.current()).active.kid).toMatch(/^[\w-]{43}$/);
  });
});
