import { DROPPED_CLAIM, MARKER_CLAIM, SELECTION_CLAIM } from './claim-names.js';
import type { ProducedClaim } from './evaluate-mappings.js';
import { jsonBytes } from './json-bytes.js';
import type { Json } from '../okta/token-hook-response.js';

export interface FittedClaims {
  readonly kept: ReadonlyMap<string, Json>;
  /** Names of the claims that the budget had no room for, in the order of their priority. */
  readonly dropped: readonly string[];
  /** Bytes that the kept claims add to the token's JSON. */
  readonly bytes: number;
  /** A required claim that the budget has no room for. */
  readonly overflow: ProducedClaim | undefined;
}

/** Bytes that one claim adds to a JSON object: its name, its value, the colon and a comma. */
export function claimBytes(claim: string, value: Json): number {
  return jsonBytes(claim) + jsonBytes(value) + 2;
}

/**
 * Fits the claims of one token into its budget. The marker, the selection and the required claims are reserved first;
 * the rest is kept in the order of priority, whole or not at all. What is dropped is named in `claims_dropped`, which
 * needs room itself; where the reserved claims leave too little, it names as many as fit.
 *
 * @param claims in the order of priority
 * @param budget bytes of JSON that may be added to the token
 */
export function fitBudget(claims: readonly ProducedClaim[], budget: number): FittedClaims {
  const all = new Map(claims.map(({ claim, value }) => [claim, value]));
  const bytes = totalBytes(all);
  return bytes <= budget
    ? { kept: all, dropped: [], bytes, overflow: undefined }
    : fitShortBudget(claims, budget);
}

function fitShortBudget(claims: readonly ProducedClaim[], budget: number): FittedClaims {
  const overflow = firstOverflow(claims.filter(isReserved), budget);
  const dropped = new Set<string>();
  for (;;) {
    const next = firstDropped(claims, dropped, budget);
    if (next === undefined) break;
    dropped.add(next.claim);
  }
  const kept = new Map(
    claims.filter(({ claim }) => !dropped.has(claim)).map(({ claim, value }) => [claim, value]),
  );
  const names = claims.map(({ claim }) => claim).filter((claim) => dropped.has(claim));
  const room = budget - totalBytes(kept);
  const named = names.filter((_, index) => claimBytes(DROPPED_CLAIM, names.slice(0, index + 1)) <= room);
  if (named.length > 0) kept.set(DROPPED_CLAIM, named);
  return { kept, dropped: names, bytes: totalBytes(kept), overflow };
}

function isReserved({ claim, required }: ProducedClaim): boolean {
  return claim === MARKER_CLAIM || claim === SELECTION_CLAIM || required;
}

function firstOverflow(reserved: readonly ProducedClaim[], budget: number): ProducedClaim | undefined {
  let left = budget;
  return reserved.find(({ claim, value }) => (left -= claimBytes(claim, value)) < 0);
}

/** The first claim, in the order of priority, that does not fit beside the reserved ones and `claims_dropped`. */
function firstDropped(
  claims: readonly ProducedClaim[],
  dropped: ReadonlySet<string>,
  budget: number,
): ProducedClaim | undefined {
  const reserved = claims
    .filter(isReserved)
    .reduce((sum, { claim, value }) => sum + claimBytes(claim, value), 0);
  let left = budget - reserved - (dropped.size > 0 ? claimBytes(DROPPED_CLAIM, [...dropped]) : 0);
  const optional = claims.filter((produced) => !isReserved(produced) && !dropped.has(produced.claim));
  return optional.find(({ claim, value }) => {
    const bytes = claimBytes(claim, value);
    if (bytes > left) return true;
    left -= bytes;
    return false;
  });
}

function totalBytes(kept: ReadonlyMap<string, Json>): number {
  let bytes = 0;
  for (const [claim, value] of kept) bytes += claimBytes(claim, value);
  return bytes;
}
