import { describe, expect, it } from '@jest/globals';
import { Flights, type Flight } from './flights.js';

function flight(id: string): Flight {
  return {
    id,
    presentedJti: null,
    changes: [],
    reading: new Promise(() => undefined),
    isJoinable: true,
  };
}

/** More than there are places, so that many share one. */
const IDS = Array.from({ length: 2_000 }, (_, index) => `user-${String(index)}`);

function idsOf(flights: Flights): readonly string[] {
  const ids: string[] = [];
  flights.forEach(({ id }) => ids.push(id));
  return ids.sort();
}

describe('reads under way', () => {
  it('are found by their id as long as they are joinable', () => {
    const flights = new Flights();
    const all = IDS.map(flight);
    for (const one of all) flights.add(one);
    for (const one of all) expect(flights.joinable(one.id)).toBe(one);
    for (const one of all) one.isJoinable = false;
    for (const { id } of all) expect(flights.joinable(id)).toBeUndefined();
    expect(idsOf(flights)).toEqual([...IDS].sort());
  });

  it('of one id are told apart: a new one can be joined while an old one is still under way', () => {
    const flights = new Flights();
    const [old, young] = [flight('ann'), flight('ann')];
    flights.add(old);
    old.isJoinable = false;
    flights.add(young);
    expect(flights.joinable('ann')).toBe(young);
    flights.remove(old);
    expect(flights.joinable('ann')).toBe(young);
    flights.remove(young);
    expect(flights.joinable('ann')).toBeUndefined();
    expect(idsOf(flights)).toEqual([]);
  });

  it('go one by one, in any order, and leave the others', () => {
    const flights = new Flights();
    const all = IDS.map(flight);
    for (const one of all) flights.add(one);
    for (const [index, one] of all.entries()) if (index % 3 !== 0) flights.remove(one);
    expect(idsOf(flights)).toEqual(IDS.filter((_, index) => index % 3 === 0).sort());
    flights.remove(flight('user-0'));
    expect(flights.joinable('user-0')).toBe(all[0]);
  });
});
