import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../operations/logger.js';
import type { Metrics } from '../operations/metrics.js';
import type { Tracing } from '../operations/tracing.js';
import type { TokenHookResponse } from '../okta/token-hook-response.js';
import { answerTokenHook, refuse, type AnsweringDependencies, type HookAnswer } from './answer-token-hook.js';
import type { CallRecord, RefusalReason } from './call-record.js';
import type { Caller } from './caller-authentication.js';

/** What the service is given by the root. */
export interface TokenHookOptions extends AnsweringDependencies {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent where nothing is traced. */
  readonly tracing: Tracing | undefined;
  readonly pseudonym: (id: string) => string;
}

export const TOKEN_HOOK_OPTIONS = Symbol('TokenHookOptions');

/** Answers calls, in JSON; counts each of them, and logs one line for it. */
@Injectable()
export class TokenHookService {
  readonly #options: TokenHookOptions;

  constructor(@Inject(TOKEN_HOOK_OPTIONS) options: TokenHookOptions) {
    this.#options = options;
  }

  async answer(body: unknown, caller: Caller): Promise<string> {
    const { credential, clock } = caller;
    clock.end('receive');
    return this.#finish(caller, await answerTokenHook(body, credential, clock, this.#options));
  }

  /** Answers a call whose body never became a request. */
  refuse(reason: RefusalReason, caller: Caller, detail: string | null): string {
    caller.clock.end('receive');
    return this.#finish(caller, refuse(reason, caller.credential, detail));
  }

  #finish({ clock }: Caller, { response, text, record }: HookAnswer): string {
    const { logger, metrics, tracing, pseudonym } = this.#options;
    clock.end('respond');
    const { durationMs, steps } = clock;
    metrics.countCall({
      outcome: record.outcome,
      reason: record.reason ?? '',
      issuer: record.issuerId ?? '',
      mode: record.mode ?? '',
      isUnstamped: isUnstamped(record, response),
      facts: record.facts,
      durationMs,
      steps,
    });
    const isFailed = record.outcome === 'failed';
    const traceId = tracing?.record({ steps, attributes: attributesOf(record), isFailed });
    const { userId, ...logged } = record;
    const line = {
      ...logged,
      ...(traceId === undefined ? {} : { traceId }),
      user: userId === null ? null : pseudonym(userId),
      durationMs: Math.round(durationMs * 100) / 100,
    };
    if (isFailed) logger.warn(line, 'hook call');
    else logger.info(line, 'hook call');
    if (traceId !== undefined) return JSON.stringify({ ...response, debugContext: { traceId } });
    return text ?? JSON.stringify(response);
  }
}

/** What a span says of its call: words and ids of the configuration, and nothing of a person. */
function attributesOf(record: CallRecord): Readonly<Record<string, string>> {
  const { outcome, reason, issuerId, clientId, mode, grantType, selection, facts } = record;
  const named = {
    'mintmark.outcome': outcome,
    'mintmark.reason': reason,
    'mintmark.issuer': issuerId,
    'mintmark.client': clientId,
    'mintmark.mode': mode,
    'mintmark.grant_type': grantType,
    'mintmark.selection': selection,
    'mintmark.facts': facts,
  };
  return Object.fromEntries(
    Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** Whether Okta mints without our claims although it was to have them: nobody else would notice. */
function isUnstamped({ outcome, mode, reason }: CallRecord, response: TokenHookResponse): boolean {
  const isEligible = mode === 'enforce' || mode === null;
  // A denial that nobody has received denies nothing.
  const isDenied = 'error' in response && reason !== 'caller_gone';
  return outcome === 'failed' && isEligible && !isDenied;
}
