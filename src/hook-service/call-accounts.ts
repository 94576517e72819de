import type { LineWriter } from '../operations/logger.js';
import type { Metrics } from '../operations/metrics.js';
import type { CallClock } from '../stamping/call-clock.js';
import type { Answer } from '../stamping/stamp.js';
import { callLine } from './call-line.js';
import type { CallRecord } from './call-record.js';

/** What a call is counted and logged by. */
export interface AccountingOptions {
  readonly metrics: Metrics;
  readonly logCall: LineWriter;
  readonly pseudonym: (id: string) => string;
}

/** An answered call. */
export interface AnsweredCall {
  readonly record: CallRecord;
  readonly answer: Answer;
  readonly clock: CallClock;
  readonly traceId: string | undefined;
}

/** Counts each call, and logs one line for it. */
export class CallAccounts {
  readonly #options: AccountingOptions;

  constructor(options: AccountingOptions) {
    this.#options = options;
  }

  enter(call: AnsweredCall): void {
    this.#count(call);
    this.#log(call);
  }

  #count({ record, answer, clock }: AnsweredCall): void {
    this.#options.metrics.countCall({
      outcome: record.outcome,
      reason: record.reason ?? '',
      issuer: record.issuerId ?? '',
      mode: record.mode ?? '',
      isUnstamped: isUnstamped(record, answer),
      facts: record.facts,
      durationMs: clock.durationMs,
      steps: clock,
    });
  }

  #log({ record, clock, traceId }: AnsweredCall): void {
    const { userId, outcome } = record;
    const user = userId === null ? null : this.#options.pseudonym(userId);
    const members = callLine(record, { user, traceId, durationMs: clock.durationMs });
    this.#options.logCall(outcome === 'failed' ? 'warn' : 'info', members);
  }
}

/** Whether Okta mints without our claims although it was to have them: nobody else would notice. */
function isUnstamped({ outcome, mode, reason }: CallRecord, { isDenial }: Answer): boolean {
  const isEligible = mode === 'enforce' || mode === null;
  // A denial that nobody has received denies nothing.
  const isDenied = isDenial && reason !== 'caller_gone';
  return outcome === 'failed' && isEligible && !isDenied;
}
