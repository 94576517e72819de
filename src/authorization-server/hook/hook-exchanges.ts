import type { HookFault } from './hook-faults.js';

/** What became of a hook call: `patched` and `unchanged` are as the hook wanted it. */
export interface HookResult {
  readonly kind:
    | 'patched'
    /** The hook asked for no change. */
    | 'unchanged'
    /** The hook stopped the minting. */
    | 'denied'
    /** The hook was not called, not reached, or did not answer as it must: minted without its claims. */
    | 'skipped'
    /** Its response breaks a rule, or is no response at all: minted without its claims. */
    | 'invalid';
  /** In words. */
  readonly reason: string;
}

export interface RecordedRequest {
  readonly method: 'POST';
  readonly url: string;
  /** Secrets are replaced. */
  readonly headers: Readonly<Record<string, string>>;
  /** The payload, as it was sent. */
  readonly body: unknown;
}

export interface RecordedResponse {
  readonly status: number;
  readonly contentType: string | null;
  /** Null where it was too large to be read. */
  readonly body: string | null;
}

/** One hook call, from end to end. */
export interface HookExchange {
  readonly eventId: string;
  readonly hookId: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly request: RecordedRequest;
  /** Null where none came. */
  readonly response: RecordedResponse | null;
  readonly durationMs: number;
  /** The fault that was put in its way. */
  readonly fault: HookFault | null;
  readonly result: HookResult;
}

/** Each may have a response of nearly 256 KB. */
const DEFAULT_LIMIT = 100;

/** The last hook calls, newest last. */
export class HookExchanges {
  #exchanges: HookExchange[] = [];
  readonly #limit: number;

  constructor(limit = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  record(exchange: HookExchange): void {
    this.#exchanges.push(exchange);
    if (this.#exchanges.length > this.#limit) this.#exchanges.shift();
  }

  /** A copy: what is recorded later does not change it. */
  list(): readonly HookExchange[] {
    return [...this.#exchanges];
  }

  clear(): void {
    this.#exchanges = [];
  }
}
