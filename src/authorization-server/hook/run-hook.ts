import type { SystemLog } from '../events/system-log.js';
import type { Switches } from '../org/org.js';
import type { DraftTokens } from './draft-tokens.js';
import { recordExecution, recordResult } from './hook-events.js';
import type { CallHook, HookAnswer, HookRequest } from './hook-call.js';
import type { HookExchange, HookExchanges, RecordedResponse } from './hook-exchanges.js';
import type { HookFaults } from './hook-faults.js';
import type { HookOccasion } from './hook-occasion.js';
import { hookHeaders, withoutSecrets } from './hook-headers.js';
import { hookRequestBody } from './hook-request-body.js';
import { judgeAnswer, type Judgement } from './judge-answer.js';

/** What a hook call needs besides its occasion. */
export interface HookDependencies {
  readonly switches: Switches;
  /** Made by `hookCaller`. */
  readonly call: CallHook;
  readonly faults: HookFaults;
  readonly exchanges: HookExchanges;
  readonly log: SystemLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Makes an `eventId`: 16 random bytes as base64url. */
  readonly newEventId: () => string;
}

/** Tokens with or without what the hook wanted, or none at all: then OAuth's `server_error` with the summary (section 3). */
export type HookOutcome =
  | { readonly kind: 'minted'; readonly drafts: DraftTokens }
  | { readonly kind: 'denied'; readonly errorSummary: string };

/**
 * Calls the hook of the matched rule and merges its response, as section 2.11 says: whatever goes wrong, the tokens are
 * minted as they were drafted, and only an `error` object stops the minting. Every step is in the system log. It throws
 * for nothing that a hook does.
 */
export async function runHook(occasion: HookOccasion, deps: HookDependencies): Promise<HookOutcome> {
  const { hook, drafts } = occasion;
  const refusal = refusalToCall(occasion, deps.switches);
  if (refusal !== null) {
    recordExecution(deps.log, occasion, { result: 'SKIPPED', reason: refusal });
    return { kind: 'minted', drafts };
  }
  const eventId = deps.newEventId();
  const body = hookRequestBody(occasion, { eventId, eventTime: deps.now(), switches: deps.switches });
  const request = {
    uri: hook.channel.uri,
    headers: hookHeaders(hook.channel),
    body: JSON.stringify(body),
  };
  const fault = deps.faults.take();
  const answer = await deps.call(request, fault);
  const judgement = judgeAnswer(answer, drafts, deps.switches);
  recordAll(occasion, deps, { eventId, request, answer, fault, judgement });
  return outcomeOf(judgement, drafts);
}

/** Section 5: an inactive hook is not called; section 1.1: HTTPS only. */
function refusalToCall({ hook }: HookOccasion, { allowHttpHooks }: Switches): string | null {
  if (hook.status === 'INACTIVE') return 'The inline hook is inactive.';
  if (/^https:/i.test(hook.channel.uri) || allowHttpHooks) return null;
  return 'The URL of the inline hook is not https.';
}

function outcomeOf(judgement: Judgement, drafts: DraftTokens): HookOutcome {
  switch (judgement.kind) {
    case 'denied':
      return { kind: 'denied', errorSummary: judgement.errorSummary };
    case 'patched':
      return { kind: 'minted', drafts: judgement.drafts };
    default:
      return { kind: 'minted', drafts };
  }
}

interface Call {
  readonly eventId: string;
  readonly request: HookRequest;
  readonly answer: HookAnswer;
  readonly fault: HookExchange['fault'];
  readonly judgement: Judgement;
}

function recordAll(occasion: HookOccasion, { log, exchanges }: HookDependencies, call: Call): void {
  const { eventId, request, answer, fault, judgement } = call;
  exchanges.record({
    eventId,
    hookId: occasion.hook.id,
    issuer: occasion.issuer,
    clientId: occasion.client.id,
    request: {
      method: 'POST',
      url: request.uri,
      headers: withoutSecrets(request.headers, occasion.hook.channel),
      body: JSON.parse(request.body),
    },
    response: recordedResponse(answer),
    durationMs: answer.durationMs,
    fault,
    result: { kind: judgement.kind, reason: judgement.reason },
  });
  recordResult(log, occasion, { eventId, answer, fault, judgement });
}

function recordedResponse(answer: HookAnswer): RecordedResponse | null {
  switch (answer.kind) {
    case 'answered':
      return {
        status: answer.status,
        contentType: answer.contentType,
        body: Buffer.from(answer.body).toString('utf8'),
      };
    case 'oversize':
      return { status: answer.status, contentType: answer.contentType, body: null };
    default:
      return null;
  }
}
