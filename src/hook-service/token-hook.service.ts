import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '../operations/logger.js';
import type { Metrics } from '../operations/metrics.js';
import type { TokenHookResponse } from '../okta/token-hook-response.js';
import type { Deadline } from '../stamping/stamp.js';
import { answerTokenHook, refuse, type AnsweringDependencies, type HookAnswer } from './answer-token-hook.js';
import type { RefusalReason } from './call-record.js';
import type { Caller } from './caller-authentication.js';

/** What the service is given by the root. */
export interface TokenHookOptions extends AnsweringDependencies {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly pseudonym: (id: string) => string;
  /** How long after its arrival a call may wait, in milliseconds. */
  readonly deadlineMs: number;
}

export const TOKEN_HOOK_OPTIONS = Symbol('TokenHookOptions');

/** Answers calls; counts each of them, and logs one line for it. */
@Injectable()
export class TokenHookService {
  readonly #options: TokenHookOptions;

  constructor(@Inject(TOKEN_HOOK_OPTIONS) options: TokenHookOptions) {
    this.#options = options;
  }

  async answer(body: unknown, caller: Caller): Promise<TokenHookResponse> {
    const { deadlineMs } = this.#options;
    const deadline: Deadline = { remainingMs: () => caller.arrivedAt + deadlineMs - performance.now() };
    return this.#finish(caller, await answerTokenHook(body, caller.credential, deadline, this.#options));
  }

  /** Answers a call whose body never became a request. */
  refuse(reason: RefusalReason, caller: Caller, detail: string | null): TokenHookResponse {
    return this.#finish(caller, refuse(reason, caller.credential, detail));
  }

  #finish({ arrivedAt }: Caller, { response, record }: HookAnswer): TokenHookResponse {
    const { logger, metrics, pseudonym } = this.#options;
    metrics.countCall({
      outcome: record.outcome,
      reason: record.reason ?? '',
      issuer: record.issuerId ?? '',
    });
    const { userId, ...logged } = record;
    const line = {
      ...logged,
      user: userId === null ? null : pseudonym(userId),
      durationMs: Number((performance.now() - arrivedAt).toFixed(2)),
    };
    if (record.outcome === 'failed') logger.warn(line, 'hook call');
    else logger.info(line, 'hook call');
    return response;
  }
}
