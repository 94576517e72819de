/**
 * Something that goes wrong with one hook call. The hook is called as ever, and the fault befalls its answer on the way
 * back: what the hook did is done, and the authorization server does not learn of it.
 */
export type HookFault =
  /** The answer is that much later; the deadline holds all the same. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The connection breaks before the answer. */
  | { readonly kind: 'drop' }
  /** The answer has another status. */
  | { readonly kind: 'status'; readonly status: number }
  /** The answer's body is cut in half, or is the text given. */
  | { readonly kind: 'malformed'; readonly body?: string }
  /** The answer has a body of 256 KB. */
  | { readonly kind: 'oversize' };

/** Longest delay that can be asked for, in milliseconds: any deadline is over by then. */
const DELAY_LIMIT_MS = 60_000;

/** Largest body that can be asked for, in characters. */
const BODY_LIMIT = 64 * 1024;

/** How many faults may wait. */
const WAITING_LIMIT = 1_000;

/** Faults that wait for the next hook calls: one each, in the order in which they came. */
export class HookFaults {
  #waiting: HookFault[] = [];

  /** @throws TypeError where too many wait already */
  add(fault: HookFault): void {
    if (this.#waiting.length >= WAITING_LIMIT) {
      throw new TypeError(`no more than ${String(WAITING_LIMIT)} faults can wait`);
    }
    this.#waiting.push(fault);
  }

  /** The next fault, which is gone with this. */
  take(): HookFault | null {
    return this.#waiting.shift() ?? null;
  }

  list(): readonly HookFault[] {
    return [...this.#waiting];
  }

  clear(): void {
    this.#waiting = [];
  }
}

/**
 * Narrows what a test asks for.
 *
 * @throws TypeError that says what a fault is
 */
export function assertHookFault(input: unknown): asserts input is HookFault {
  if (!isRecord(input) || !isFault(input))
    throw new TypeError(
      'a fault is {"kind": "delay", "milliseconds": 0 to 60000}, {"kind": "drop"}, {"kind": "status", "status": 200 to 599}, ' +
        '{"kind": "malformed", "body": up to 65536 characters or absent} or {"kind": "oversize"}',
    );
}

function isFault({ kind, milliseconds, status, body }: Readonly<Record<string, unknown>>): boolean {
  switch (kind) {
    case 'delay':
      return isBetween(milliseconds, 0, DELAY_LIMIT_MS);
    case 'status':
      return isBetween(status, 200, 599);
    case 'malformed':
      return body === undefined || (typeof body === 'string' && body.length <= BODY_LIMIT);
    default:
      return kind === 'drop' || kind === 'oversize';
  }
}

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
