import { Inject, Injectable } from '@nestjs/common';
import type { Recorder } from '../invocations/recorder.js';
import type { Tracing } from '../operations/tracing.js';
import { answerTokenHook, refuse, type AnsweringDependencies, type HookAnswer } from './answer-token-hook.js';
import { CallAccounts, type AccountingOptions } from './call-accounts.js';
import type { CallRecord, RefusalReason } from './call-record.js';
import type { Caller } from './caller-authentication.js';
import { recordableCall } from './recordable-call.js';

/** What the service is given by the root. */
export interface TokenHookOptions extends AnsweringDependencies, AccountingOptions {
  /** Absent where nothing is traced. */
  readonly tracing: Tracing | undefined;
  /** Null where no calls are recorded. */
  readonly recorder: Pick<Recorder, 'wants' | 'take'> | null;
}

export const TOKEN_HOOK_OPTIONS = Symbol('TokenHookOptions');

/** Answers calls, in JSON; counts each of them, and logs one line for it. */
@Injectable()
export class TokenHookService {
  readonly #options: TokenHookOptions;
  readonly #accounts: CallAccounts;

  constructor(@Inject(TOKEN_HOOK_OPTIONS) options: TokenHookOptions) {
    this.#options = options;
    this.#accounts = new CallAccounts(options);
  }

  /** At once where an equal call was answered before. */
  answer(body: unknown, caller: Caller): string | Promise<string> {
    const { credential, clock } = caller;
    clock.end('receive');
    const answered = answerTokenHook(body, credential, clock, this.#options);
    if (!(answered instanceof Promise)) return this.#finish(caller, answered);
    return answered.then((answer) => this.#finish(caller, answer));
  }

  /** Answers a call whose body never became a request. */
  refuse(reason: RefusalReason, caller: Caller, detail: string | null): string {
    caller.clock.end('receive');
    return this.#finish(caller, refuse(reason, caller.credential, detail));
  }

  #finish({ clock }: Caller, answered: HookAnswer): string {
    const { answer, record } = answered;
    const { tracing, recorder } = this.#options;
    clock.end('respond');
    const traceId = tracing?.record({
      steps: clock.steps,
      attributes: attributesOf(record),
      isFailed: record.outcome === 'failed',
    });
    this.#accounts.enter({ record, answer, clock, traceId });
    if (recorder !== null && record.issuerId !== null && recorder.wants(record.issuerId)) {
      const call = recordableCall(answered, { clock, traceId, at: this.#options.now() });
      if (call !== undefined) recorder.take(call);
    }
    return traceId === undefined ? answer.text : withTraceId(answer.text, traceId);
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

/** Every answer is an object that has a member already. */
function withTraceId(text: string, traceId: string): string {
  return `${text.slice(0, -1)},"debugContext":${JSON.stringify({ traceId })}}`;
}
