import type { OAuthChannel } from '../org/inline-hook.js';
import { HOOK_DEADLINE_MS } from './call-hook.js';
import type { CallHook } from './hook-call.js';
import { readTokenAnswer, type TokenReading } from './read-token-answer.js';
import { tokenRequest, type TokenRequestNeeds } from './token-request.js';

/** The token that a hook call is to carry, or why there is none. */
export type HookToken =
  | {
      readonly kind: 'token';
      readonly token: string;
      readonly origin: 'fetched' | 'kept';
    }
  | {
      readonly kind: 'failed';
      /** In words; free of secrets. */
      readonly reason: string;
    };

export interface HookTokensNeeds extends Omit<TokenRequestNeeds, 'marker'> {
  readonly call: CallHook;
}

/** Which hook wants a token, and on whose behalf. */
export interface TokenWish {
  readonly hookId: string;
  readonly channel: OAuthChannel;
  /** Of the request that is being answered, where it has one. */
  readonly marker: string | undefined;
}

interface KeptToken {
  readonly token: string;
  /** Milliseconds since the epoch, by the emulator's clock. */
  readonly usableUntil: number;
}

/** A token request under way. */
interface Flight {
  readonly hookId: string;
  /** The flight whose token is being minted while this one is under way. */
  readonly cause: Flight | undefined;
  /** Where its token turned out to need the hook that it is for. */
  trap: string | undefined;
}

/** A token that may end before the hook has looked at it is not sent. */
const MARGIN_MS = HOOK_DEADLINE_MS;

/**
 * The tokens of the OAuth channel (okta/token-inline-hook.md section 6.2): each is fetched by one request at a time, and kept
 * as far as its `expires_in` allows. A token request carries a marker, so that the emulator knows it again where the token URL is
 * its own: a hook is never called for its own token, which would go on without end.
 */
export class HookTokens {
  readonly #needs: HookTokensNeeds;
  readonly #flights = new Map<string, Flight>();
  readonly #pending = new Map<OAuthChannel, Promise<HookToken>>();
  #kept = new WeakMap<OAuthChannel, KeptToken>();

  constructor(needs: HookTokensNeeds) {
    this.#needs = needs;
  }

  get(wish: TokenWish): Promise<HookToken> {
    const { channel } = wish;
    const kept = this.#kept.get(channel);
    if (kept !== undefined && this.#needs.now() < kept.usableUntil) {
      return Promise.resolve({ kind: 'token', token: kept.token, origin: 'kept' });
    }
    const pending = this.#pending.get(channel) ?? this.#fetchAlone(wish);
    this.#pending.set(channel, pending);
    return pending;
  }

  /**
   * Whether the request with this marker fetches a token that this hook is waiting for, at first or second hand. Whoever waits
   * for it learns so.
   *
   * @param place where the hook would be called, in words
   */
  isTrapped(hookId: string, marker: string | undefined, place: string): boolean {
    const chain = this.#chainOf(marker);
    const isTrapped = chain.some((flight) => flight.hookId === hookId);
    if (isTrapped) for (const flight of chain) flight.trap ??= place;
    return isTrapped;
  }

  /** Forgets a token that the hook does not take. */
  drop(channel: OAuthChannel): void {
    this.#kept.delete(channel);
  }

  clear(): void {
    this.#kept = new WeakMap();
  }

  #chainOf(marker: string | undefined): readonly Flight[] {
    const chain: Flight[] = [];
    let flight = marker === undefined ? undefined : this.#flights.get(marker);
    for (; flight !== undefined; flight = flight.cause) chain.push(flight);
    return chain;
  }

  async #fetchAlone(wish: TokenWish): Promise<HookToken> {
    const marker = this.#needs.newId();
    const [cause] = this.#chainOf(wish.marker);
    const flight: Flight = { hookId: wish.hookId, cause, trap: undefined };
    this.#flights.set(marker, flight);
    try {
      return await this.#fetch(wish.channel, { flight, marker });
    } finally {
      this.#flights.delete(marker);
      this.#pending.delete(wish.channel);
    }
  }

  async #fetch(
    channel: OAuthChannel,
    { flight, marker }: { readonly flight: Flight; readonly marker: string },
  ): Promise<HookToken> {
    const kept = this.#kept;
    const [began, askedAt] = [performance.now(), this.#needs.now()];
    const request = await tokenRequest(channel, { ...this.#needs, marker });
    const answer = await this.#needs.call(request, null, performance.now() - began);
    if (flight.trap !== undefined) return { kind: 'failed', reason: trapReason(flight.trap) };
    const reading = readTokenAnswer(answer);
    if (reading.kind === 'failed') return { kind: 'failed', reason: failureReason(reading.problem) };
    const usableUntil = usableUntilOf(reading, askedAt);
    if (usableUntil !== null) kept.set(channel, { token: reading.token, usableUntil });
    return { kind: 'token', token: reading.token, origin: 'fetched' };
  }
}

/** A token of which nobody knows how long it lasts is for one call alone. */
function usableUntilOf(
  { expiresInSeconds }: TokenReading & { readonly kind: 'token' },
  askedAt: number,
): number | null {
  return expiresInSeconds === null ? null : askedAt + expiresInSeconds * 1000 - MARGIN_MS;
}

function failureReason(problem: string): string {
  return `The token for the inline hook could not be fetched: the token URL ${problem}.`;
}

function trapReason(place: string): string {
  return (
    `The token for the inline hook could not be fetched: the same inline hook is called when it is minted, ${place}, which ` +
    'would go on without end, until Okta gives up after 3 s. The token URL must be that of an authorization server without this ' +
    'hook, or there must be a rule of higher priority without it.'
  );
}
