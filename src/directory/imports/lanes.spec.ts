import { describe, expect, it } from '@jest/globals';
import { GRANTS, MEMBERSHIPS, USERS } from './import-kinds.js';
import { laneOf, lanesOf } from './lanes.js';

const IDS = Array.from({ length: 10_000 }, (_, index) => `00u${String(index).padStart(17, '0')}`);

describe('lanes', () => {
  it('are two of PostgreSQL’s connections, or the one that the embedded engine has', () => {
    expect([MEMBERSHIPS, USERS].map((kind) => lanesOf({ engine: 'postgresql' }, kind))).toEqual([2, 2]);
    expect([MEMBERSHIPS, USERS].map((kind) => lanesOf({ engine: 'embedded' }, kind))).toEqual([1, 1]);
  });

  it('are one where any two rows may be in each other’s way', () => {
    expect(lanesOf({ engine: 'postgresql' }, GRANTS)).toBe(1);
    expect(laneOf(['g1', 'blue', 'acme', 'ann'], GRANTS, 1)).toBe(0);
  });

  it('are the same for all rows of a user, of whatever kind', () => {
    for (const id of IDS.slice(0, 100)) {
      const lane = laneOf(['acme', id, 'blue', '{}'], MEMBERSHIPS, 2);
      expect(laneOf(['acme', id, 'green', '{admin}'], MEMBERSHIPS, 2)).toBe(lane);
      expect(laneOf(['acme', id, 'ann@acme.example', 'active'], USERS, 2)).toBe(lane);
    }
  });

  it('stay what they are from release to release', () => {
    const lanes = ['ann', 'bob', 'cy', 'größe', '漢'].map((id) => laneOf(['acme', id], USERS, 2));
    expect(lanes).toEqual([1, 1, 1, 0, 1]);
  });

  it.each([2, 3])('share the rows evenly among %i', (lanes) => {
    const dealt = IDS.map((id) => laneOf(['acme', id], USERS, lanes));
    for (let lane = 0; lane < lanes; lane += 1) {
      const share = dealt.filter((one) => one === lane).length / IDS.length;
      expect(Math.abs(share - 1 / lanes)).toBeLessThan(0.03);
    }
  });
});
