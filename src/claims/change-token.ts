import { DEFAULT_LIFETIME_SECONDS, LIFETIME_SECONDS } from '../okta/limits.js';
import type { Json, TokenName } from '../okta/token-hook-response.js';
import { draftLifetimeMs, type FutureClaims } from './future-claims.js';
import { DROPPED_CLAIM } from './claim-names.js';
import type { TokenChange, TokenTrace } from './decision.js';
import type { ProducedClaim } from './evaluate-mappings.js';
import { fitBudget } from './fit-budget.js';
import type { Draft, HookCall } from './hook-call.js';
import type { IssuerRules } from './issuer-rules.js';
import { shrinks } from './shrinks.js';
import { issueDelay } from './time-window.js';

export interface TokenDraft {
  readonly name: TokenName;
  readonly draft: Draft;
  /** In the order of priority. */
  readonly claims: readonly ProducedClaim[];
  /** In the order of time. */
  readonly futures: readonly FutureClaims[];
  readonly call: HookCall;
  readonly rules: IssuerRules;
  readonly now: number;
}

export interface ChangedToken {
  readonly name: TokenName;
  /** Null where the draft may stay as it is. */
  readonly change: TokenChange | null;
  /** The required claim that does not fit. */
  readonly overflowing: string | undefined;
  readonly trace: TokenTrace;
}

/** Turns the claims of one token into its change: fitted to the budget, owned names removed, lifetime capped. */
export function changeToken(token: TokenDraft): ChangedToken {
  const { name, draft, claims, rules } = token;
  const { kept, dropped, bytes, overflow } = fitBudget(claims, rules.claimsBudgetBytes);
  const remove = [...rules.ownedClaims].filter(
    (claim) => Object.hasOwn(draft.claims, claim) && !kept.has(claim),
  );
  const shrinksAt = firstShrink(token, kept);
  const lifetimeSeconds = shrinksAt === null ? null : cappedLifetime(token, shrinksAt);
  const isChanged = kept.size > 0 || remove.length > 0 || lifetimeSeconds !== null;
  return {
    name,
    change: isChanged ? { set: kept, remove, lifetimeSeconds } : null,
    overflowing: overflow?.claim,
    trace: {
      bytes,
      dropped,
      removed: remove,
      lifetime: { draftSeconds: draft.lifetimeSeconds ?? null, cappedSeconds: lifetimeSeconds, shrinksAt },
    },
  };
}

/** The first instant, within the draft's own lifetime, at which one of the kept claims would shrink. */
function firstShrink(
  { name, draft, futures, call, now }: TokenDraft,
  kept: ReadonlyMap<string, Json>,
): number | null {
  const expiry = now + issueDelay(call.atAuthorize) + draftLifetimeMs(draft);
  const first = futures.find(({ instant, claims }) => {
    if (instant >= expiry) return false;
    return claims === null || anyShrinks(kept, claims[name]);
  });
  return first?.instant ?? null;
}

function anyShrinks(kept: ReadonlyMap<string, Json>, then: readonly ProducedClaim[]): boolean {
  return [...kept].some(
    ([claim, value]) =>
      claim !== DROPPED_CLAIM && shrinks(value, then.find((produced) => produced.claim === claim)?.value),
  );
}

/**
 * Seconds until an instant within the draft's lifetime, counted from the latest moment at which the token may be issued,
 * and within what Okta accepts. A draft that does not say how long it lives is taken to live as long as Okta's default.
 */
function cappedLifetime({ draft, call, now }: TokenDraft, instant: number): number {
  const seconds = Math.floor((instant - now - issueDelay(call.atAuthorize)) / 1000);
  const isUnknown = draft.lifetimeSeconds === undefined;
  return Math.min(seconds, isUnknown ? DEFAULT_LIFETIME_SECONDS : LIFETIME_SECONDS.max);
}
