import { dueRotations, needsNext, rotated, ROTATION_PERIOD_MS, type RingKeys } from './ring-keys.js';
import type { KeySource } from './signing-key.js';

export type RotationMode = 'AUTO' | 'MANUAL';

export interface KeyRingNeeds {
  readonly rotationMode: RotationMode;
  readonly makeKey: KeySource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The signing keys of one server. They are made when they are first needed, and rotate by the clock where the mode is AUTO. */
export class KeyRing {
  /** May change while the keys stay. */
  rotationMode: RotationMode;
  readonly #needs: Omit<KeyRingNeeds, 'rotationMode'>;
  #keys: RingKeys | undefined;
  #work: Promise<unknown> = Promise.resolve();
  /** How many changes are under way, or wait for their turn. */
  #waiting = 0;

  constructor({ rotationMode, ...needs }: KeyRingNeeds) {
    this.rotationMode = rotationMode;
    this.#needs = needs;
  }

  /** The keys of this moment. */
  async current(): Promise<RingKeys> {
    const keys = this.#keys;
    const isUpToDate = keys !== undefined && this.#waiting === 0 && !this.#isDue(keys, this.#needs.now());
    return isUpToDate ? keys : this.#inTurn(async (current) => current);
  }

  /** Rotates now, in both modes (okta/authorization-server.md section 2.3). */
  rotate(): Promise<RingKeys> {
    return this.#inTurn(async (keys) => this.#rotateOnce(keys, this.#needs.now()));
  }

  /** How long the published keys may be kept, in seconds: until the next rotation (section 2.2). */
  async maxAgeSeconds(): Promise<number> {
    const { lastRotated } = await this.current();
    const isAutomatic = this.rotationMode === 'AUTO';
    const untilMs = isAutomatic ? lastRotated + ROTATION_PERIOD_MS - this.#needs.now() : ROTATION_PERIOD_MS;
    return Math.floor(untilMs / 1000);
  }

  /** One after the other: two requests that come while a key is being made get the same one. */
  #inTurn(change: (keys: RingKeys) => Promise<RingKeys>): Promise<RingKeys> {
    this.#waiting += 1;
    const turn = this.#work.then(async () => {
      this.#keys = await change(await this.#upToDate());
      return this.#keys;
    });
    this.#work = turn.catch(() => undefined).finally(() => (this.#waiting -= 1));
    return turn;
  }

  async #upToDate(): Promise<RingKeys> {
    const { makeKey, now } = this.#needs;
    const keys = this.#keys ?? {
      active: await makeKey(),
      next: null,
      expired: null,
      lastRotated: now(),
    };
    if (!this.#isDue(keys, now())) return keys;
    const due = await this.#rotateDue(keys, now());
    return needsNext(due, now()) ? { ...due, next: await makeKey() } : due;
  }

  #isDue(keys: RingKeys, now: number): boolean {
    return this.rotationMode === 'AUTO' && (dueRotations(keys, now) > 0 || needsNext(keys, now));
  }

  /** After two rotations nothing is left of the old keys: a clock that leaps by years makes no more of them. */
  async #rotateDue(keys: RingKeys, now: number): Promise<RingKeys> {
    const due = dueRotations(keys, now);
    const lastRotated = keys.lastRotated + due * ROTATION_PERIOD_MS;
    const once = due > 0 ? await this.#rotateOnce(keys, lastRotated) : keys;
    return due > 1 ? this.#rotateOnce(once, lastRotated) : once;
  }

  async #rotateOnce(keys: RingKeys, now: number): Promise<RingKeys> {
    return rotated(keys, keys.next ?? (await this.#needs.makeKey()), now);
  }
}
