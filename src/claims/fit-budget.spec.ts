import { describe, expect, it } from '@jest/globals';
import type { Json } from '../okta/token-hook-response.js';
import type { ProducedClaim } from './evaluate-mappings.js';
import { claimBytes, fitBudget } from './fit-budget.js';

function produced(claim: string, value: Json, required = false): ProducedClaim {
  return { claim, value, required };
}

/** A claim that adds exactly so many bytes: `"a":"xxx",` has six beside the name and the text. */
function sized(claim: string, bytes: number, required = false): ProducedClaim {
  return produced(claim, 'x'.repeat(bytes - claim.length - 6), required);
}

function bytesOf(claims: readonly ProducedClaim[]): number {
  return claims.reduce((sum, { claim, value }) => sum + claimBytes(claim, value), 0);
}

const MARKER = produced('mintmark', { v: 1 });
const SELECTION = produced('tenant_selection', 'only');

describe('claimBytes', () => {
  it.each<[string, Json]>([
    ['tenant_id', 'blue'],
    ['über', 'größe €'],
    ['quo"te', 'line\nfeed'],
    ['https://acme.example/tenant', ['a', 1, true]],
    ['deep', { a: { b: [] } }],
  ])('is what the claim %j adds to an object of JSON', (claim, value) => {
    const before = Buffer.byteLength(JSON.stringify({ ver: 1 }));
    const after = Buffer.byteLength(JSON.stringify({ ver: 1, [claim]: value }));
    // The exact figure is one byte less than name, value, colon and comma where the object was empty, never more.
    expect(claimBytes(claim, value)).toBe(after - before);
  });
});

describe('fitBudget', () => {
  it('keeps everything that fits, to the last byte', () => {
    const claims = [MARKER, SELECTION, sized('a', 100), sized('b', 100)];
    const fitted = fitBudget(claims, bytesOf(claims));
    expect([...fitted.kept.keys()]).toEqual(['mintmark', 'tenant_selection', 'a', 'b']);
    expect(fitted).toMatchObject({ dropped: [], bytes: bytesOf(claims), overflow: undefined });
  });

  it('drops the claim of lowest priority first, and names it', () => {
    const claims = [sized('a', 100), sized('b', 100), sized('c', 100)];
    const { kept, dropped } = fitBudget(claims, 299);
    expect(dropped).toEqual(['c']);
    expect([...kept.keys()]).toEqual(['a', 'b', 'claims_dropped']);
    expect(kept.get('claims_dropped')).toEqual(['c']);
  });

  it('never keeps half of a claim', () => {
    const regions = produced('regions', ['eu', 'us', 'ap', 'sa', 'af']);
    const { kept } = fitBudget([regions], bytesOf([regions]) - 1);
    expect(kept.has('regions')).toBe(false);
  });

  it('makes room for claims_dropped itself', () => {
    // Without claims_dropped, a and b would fit beside each other.
    const { kept, bytes } = fitBudget([sized('a', 100), sized('b', 100), sized('c', 100)], 201);
    expect([...kept.keys()]).toEqual(['a', 'claims_dropped']);
    expect(kept.get('claims_dropped')).toEqual(['b', 'c']);
    expect(bytes).toBeLessThanOrEqual(201);
  });

  it('names what it drops in the order of priority', () => {
    const claims = [sized('small', 30), sized('huge', 5000), sized('large', 1000), sized('big', 2000)];
    expect(fitBudget(claims, 1100).dropped).toEqual(['huge', 'big']);
  });

  it.each([
    ['the marker', MARKER],
    ['the selection', SELECTION],
    ['a required claim', sized('required', 100, true)],
  ])('reserves %s, though its priority is the lowest', (_, reserved) => {
    const { kept } = fitBudget([sized('a', 300), reserved], 300);
    expect([...kept.keys()]).toEqual([reserved.claim, 'claims_dropped']);
  });

  it('keeps all reserved claims that fit exactly', () => {
    const claims = [sized('required', 100, true), MARKER, SELECTION];
    expect(fitBudget(claims, bytesOf(claims)).overflow).toBeUndefined();
  });

  it('reports the required claim that does not fit', () => {
    const claims = [MARKER, sized('first', 100, true), sized('second', 100, true)];
    expect(fitBudget(claims, bytesOf(claims) - 1).overflow?.claim).toBe('second');
  });

  it('reports no optional claim, however large', () => {
    expect(fitBudget([MARKER, sized('optional', 10_000)], 256).overflow).toBeUndefined();
  });

  // Design: "a budget per token […], the marker's, the selection's and the required ones reserved first".
  it('stays within the budget where only the reserved claims fit', () => {
    const reserved = [MARKER, sized('required', 240, true)];
    const budget = bytesOf(reserved);
    expect(fitBudget([...reserved, sized('optional', 100)], budget).bytes).toBeLessThanOrEqual(budget);
  });

  it('fits nothing into nothing', () => {
    expect(fitBudget([], 0)).toEqual({ kept: new Map(), dropped: [], bytes: 0, overflow: undefined });
  });
});
