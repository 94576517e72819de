import type { LineWriter, LogLine } from '../operations/logger.js';
import type { Metrics } from '../operations/metrics.js';
import type { CallClock } from '../stamping/call-clock.js';
import type { Answer } from '../stamping/stamp.js';
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
    const line = lineOf(record, { user, traceId, durationMs: clock.durationMs });
    this.#options.logCall(outcome === 'failed' ? 'warn' : 'info', line);
  }
}

interface LineParts {
  readonly user: string | null;
  readonly traceId: string | undefined;
  readonly durationMs: number;
}

/** Member by member: a copy of the record, and then another with what is added, cost as much as all else. */
function lineOf(record: CallRecord, { user, traceId, durationMs }: LineParts): LogLine {
  return {
    outcome: record.outcome,
    reason: record.reason,
    detail: record.detail,
    credentialId: record.credentialId,
    issuerId: record.issuerId,
    mode: record.mode,
    clientId: record.clientId,
    grantType: record.grantType,
    selection: record.selection,
    tenantId: record.tenantId,
    dropped: record.dropped,
    facts: record.facts,
    factsAgeMs: record.factsAgeMs,
    traceId,
    user,
    durationMs: Math.round(durationMs * 100) / 100,
    msg: 'hook call',
  };
}

/** Whether Okta mints without our claims although it was to have them: nobody else would notice. */
function isUnstamped({ outcome, mode, reason }: CallRecord, { isDenial }: Answer): boolean {
  const isEligible = mode === 'enforce' || mode === null;
  // A denial that nobody has received denies nothing.
  const isDenied = isDenial && reason !== 'caller_gone';
  return outcome === 'failed' && isEligible && !isDenied;
}
