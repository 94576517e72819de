import type { HookOccasion, Session } from '../hook/hook-occasion.js';

/** An authorization request that waits for a person. */
export interface WaitingRequest {
  /** Null at the org's own server. */
  readonly serverId: string | null;
  /** The parameters of the request, as they came. */
  readonly parameters: string;
  readonly request: HookOccasion['request'];
}

/** A page that was shown, and what it is about: its form brings back the secret that the interaction is kept under, once. */
export type Interaction = {
  /** The secret of the browser that the page was shown in, which has it in a cookie: no other one may send the form. */
  readonly browser: string;
} & (SignInInteraction | ConsentInteraction);

export interface SignInInteraction {
  readonly kind: 'sign-in';
  /** Null where somebody signs in to the org itself. */
  readonly waiting: WaitingRequest | null;
  /** How often somebody could not sign in on this page. */
  readonly failures: number;
}

export interface ConsentInteraction {
  readonly kind: 'consent';
  readonly waiting: WaitingRequest;
  readonly session: Session;
  /** Names of the scopes that are asked for. */
  readonly scopes: readonly string[];
}

/** How many pages wait at once: anybody can open one, with parameters of up to 64 KB. */
export const INTERACTION_LIMIT = 1_000;

/** How long a page waits for somebody, in milliseconds. */
export const INTERACTION_LIFETIME_MS = 10 * 60_000;

/** How often somebody may try on one page. */
export const FAILURE_LIMIT = 10;
