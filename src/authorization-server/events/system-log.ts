import { AsyncLocalStorage } from 'node:async_hooks';
import { EVENT_TYPES, type EventType } from './event-types.js';

/** Somebody or something that an event names: a user, a client, a hook, a policy rule. */
export interface EventParty {
  readonly id: string;
  /** Okta's word for the kind: `User`, `PublicClientApp`, `InlineHook`, `PolicyRule`, `access_token` and others. */
  readonly type: string;
  /** A login, or another name that people know. */
  readonly alternateId: string | null;
  readonly displayName: string | null;
}

export interface EventOutcome {
  readonly result: 'SUCCESS' | 'FAILURE' | 'SKIPPED';
  /** In words; free of tokens, codes and secrets. */
  readonly reason: string | null;
}

/** What happened, as whoever records it says it. */
export interface NewEvent {
  readonly eventType: EventType;
  readonly outcome: EventOutcome;
  readonly actor: EventParty | null;
  readonly target: readonly EventParty[];
  /** Details for whoever looks for a fault; free of tokens, codes and secrets. */
  readonly debugData?: Readonly<Record<string, string>>;
}

/** One event, shaped as Okta's System Log API shapes it. */
export interface SystemLogEvent {
  readonly uuid: string;
  /** ISO 8601. */
  readonly published: string;
  readonly eventType: EventType;
  readonly severity: 'INFO' | 'WARN';
  readonly displayMessage: string;
  readonly outcome: EventOutcome;
  readonly actor: EventParty | null;
  readonly target: readonly EventParty[];
  readonly debugContext: { readonly debugData: Readonly<Record<string, string>> };
}

export interface SystemLogOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Makes an event's `uuid`. */
  readonly newId: () => string;
  /** How many events are kept; the oldest go first. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 2_000;

/** What the emulator did and why, newest last, bounded: what Okta shows to administrators alone. */
export class SystemLog {
  #events: SystemLogEvent[] = [];
  readonly #collected = new AsyncLocalStorage<SystemLogEvent[]>();
  readonly #options: SystemLogOptions;

  constructor(options: SystemLogOptions) {
    this.#options = options;
  }

  record({ debugData = {}, ...event }: NewEvent): SystemLogEvent {
    const { now, newId, limit = DEFAULT_LIMIT } = this.#options;
    const recorded: SystemLogEvent = {
      uuid: newId(),
      published: new Date(now()).toISOString(),
      severity: event.outcome.result === 'FAILURE' ? 'WARN' : 'INFO',
      displayMessage: EVENT_TYPES[event.eventType],
      ...event,
      debugContext: { debugData },
    };
    this.#events.push(recorded);
    this.#collected.getStore()?.push(recorded);
    if (this.#events.length > limit) this.#events.shift();
    return recorded;
  }

  /** Does some work, and gives what it recorded: nothing of what else happens at the same time. @throws what the work throws */
  async collect<Result>(work: () => Promise<Result>): Promise<{
    readonly result: Result;
    readonly events: readonly SystemLogEvent[];
  }> {
    const events: SystemLogEvent[] = [];
    return { result: await this.#collected.run(events, work), events };
  }

  /** A copy: what is recorded later does not change it. */
  list(): readonly SystemLogEvent[] {
    return [...this.#events];
  }

  clear(): void {
    this.#events = [];
  }
}
