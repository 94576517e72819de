import type { SystemLog } from '../events/system-log.js';
import type { Switches } from '../org/org.js';
import type { DraftTokens } from './draft-tokens.js';
import { recordExecution, recordMissingToken, recordResult } from './hook-events.js';
import type { CallHook, HookAnswer, HookRequest } from './hook-call.js';
import type { HookExchange, HookExchanges, RecordedResponse } from './hook-exchanges.js';
import type { HookFaults } from './hook-faults.js';
import type { HookOccasion } from './hook-occasion.js';
import { hookHeaders, secretRemover, withoutSecrets } from './hook-headers.js';
import { hookRequestBody } from './hook-request-body.js';
import type { HookToken, HookTokens } from './hook-tokens.js';
import { judgeAnswer, type Judgement } from './judge-answer.js';

/** What a hook call needs besides its occasion. */
export interface HookDependencies {
  readonly switches: Switches;
  /** Made by `hookCaller`. */
  readonly call: CallHook;
  readonly tokens: HookTokens;
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
  const { drafts } = occasion;
  const refusal = refusalToCall(occasion, deps);
  if (refusal !== null) {
    recordExecution(deps.log, occasion, { result: 'SKIPPED', reason: refusal });
    return { kind: 'minted', drafts };
  }
  const began = performance.now();
  const proof = await proofOf(occasion, deps.tokens);
  const spentMs = performance.now() - began;
  if (proof.kind === 'failed') {
    recordMissingToken(deps.log, occasion, { reason: proof.reason, durationMs: spentMs });
    return { kind: 'minted', drafts };
  }
  return outcomeOf(await callWith(proof, spentMs, { occasion, deps }), drafts);
}

/** What a call proves itself with besides headers that are always the same. */
type Proof = Exclude<HookToken, { readonly kind: 'failed' }> | { readonly kind: 'headers' };

async function proofOf(
  { hook, request }: HookOccasion,
  tokens: HookTokens,
): Promise<Proof | (HookToken & { readonly kind: 'failed' })> {
  if (hook.channel.type === 'HTTP') return { kind: 'headers' };
  return tokens.get({ hookId: hook.id, channel: hook.channel, marker: request.hookTokenMarker });
}

async function callWith(
  proof: Proof,
  spentMs: number,
  { occasion, deps }: { readonly occasion: HookOccasion; readonly deps: HookDependencies },
): Promise<Judgement> {
  const { channel } = occasion.hook;
  const token = proof.kind === 'token' ? proof.token : null;
  const eventId = deps.newEventId();
  const body = hookRequestBody(occasion, { eventId, eventTime: deps.now(), switches: deps.switches });
  const request = { uri: channel.uri, headers: hookHeaders(channel, token), body: JSON.stringify(body) };
  const fault = deps.faults.take();
  const answer = await deps.call(request, fault, spentMs);
  const judgement = judgeAnswer(answer, occasion.drafts, deps.switches);
  dropRefused(answer, occasion, deps);
  const tokenDetails: Readonly<Record<string, string>> =
    proof.kind === 'token' ? { hookToken: proof.origin, hookTokenMs: String(Math.round(spentMs)) } : {};
  recordAll(occasion, deps, { eventId, request, answer, fault, judgement, token, tokenDetails });
  return judgement;
}

/** A hook that does not take a token would not take it again. */
function dropRefused(
  answer: HookAnswer,
  { hook }: HookOccasion,
  { tokens, switches }: HookDependencies,
): void {
  const isRefused = answer.kind === 'answered' && answer.status === 401;
  if (isRefused && hook.channel.type === 'OAUTH' && switches.refusedHookToken === 'drop') {
    tokens.drop(hook.channel);
  }
}

/** Section 5: an inactive hook is not called; section 1.1: HTTPS only; section 6.2: the recursion trap. */
function refusalToCall(occasion: HookOccasion, { switches, tokens }: HookDependencies): string | null {
  const { hook, request, rule, policy, issuer } = occasion;
  const { channel } = hook;
  if (hook.status === 'INACTIVE') return 'The inline hook is inactive.';
  if (!isAllowed(channel.uri, switches)) return 'The URL of the inline hook is not https.';
  if (channel.type === 'HTTP') return null;
  if (!isAllowed(channel.tokenUrl, switches)) return 'The token URL of the inline hook is not https.';
  const place = `by the rule "${rule.name}" of the policy "${policy.name}" at ${issuer}`;
  if (!tokens.isTrapped(hook.id, request.hookTokenMarker, place)) return null;
  return 'This token is for the inline hook itself: calling it would take another such token, and so on without end.';
}

function isAllowed(url: string, { allowHttpHooks }: Switches): boolean {
  return /^https:/i.test(url) || allowHttpHooks;
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
  readonly token: string | null;
  readonly tokenDetails: Readonly<Record<string, string>>;
}

function recordAll(occasion: HookOccasion, { log, exchanges }: HookDependencies, call: Call): void {
  const { eventId, request, answer, fault, judgement, tokenDetails } = call;
  const { channel } = occasion.hook;
  const removeSecrets = secretRemover(channel, call.token);
  exchanges.record({
    eventId,
    hookId: occasion.hook.id,
    issuer: occasion.issuer,
    clientId: occasion.client.id,
    request: {
      method: 'POST',
      url: request.uri,
      headers: withoutSecrets(request.headers, channel),
      body: JSON.parse(request.body),
    },
    response: recordedResponse(answer, removeSecrets),
    durationMs: answer.durationMs,
    fault,
    result: { kind: judgement.kind, reason: removeSecrets(judgement.reason) },
  });
  recordResult(log, occasion, { eventId, answer, fault, judgement, tokenDetails, removeSecrets });
}

function recordedResponse(
  answer: HookAnswer,
  removeSecrets: (text: string) => string,
): RecordedResponse | null {
  switch (answer.kind) {
    case 'answered':
      return {
        status: answer.status,
        contentType: answer.contentType,
        body: removeSecrets(Buffer.from(answer.body).toString('utf8')),
      };
    case 'oversize':
      return { status: answer.status, contentType: answer.contentType, body: null };
    default:
      return null;
  }
}
