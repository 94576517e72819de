import { describe, expect, it } from '@jest/globals';
import { ControllableClock } from './controllable-clock.js';

describe('a controllable clock', () => {
  it('goes with the system until it is moved, and then as far from it', () => {
    let system = 1_000;
    const clock = new ControllableClock(() => system);
    expect(clock.now()).toBe(1_000);
    clock.advance(500);
    system = 2_000;
    expect(clock.now()).toBe(2_500);
    clock.reset();
    expect(clock.now()).toBe(2_000);
  });

  it('stands still at an instant, and moves only when it is told to', () => {
    let system = 1_000;
    const clock = new ControllableClock(() => system);
    clock.freeze(5_000);
    system = 9_000;
    expect(clock.now()).toBe(5_000);
    clock.advance(10);
    expect(clock.now()).toBe(5_010);
  });
});
