import type { EventOutcome, EventParty, SystemLog } from '../events/system-log.js';
import type { HookAnswer } from './hook-call.js';
import type { HookFault } from './hook-faults.js';
import type { HookOccasion } from './hook-occasion.js';
import type { Judgement } from './judge-answer.js';

/** Longest text of a hook's own `debugContext` that is kept, in characters, and how many members of it. */
const DEBUG_TEXT = 1_000;
const DEBUG_MEMBERS = 20;

type Details = Readonly<Record<string, string>>;

export interface JudgedCall {
  readonly eventId: string;
  readonly answer: HookAnswer;
  readonly fault: HookFault | null;
  readonly judgement: Judgement;
  /** How the token of the OAuth channel was come by. */
  readonly tokenDetails: Details;
  /** Takes secrets out of what the hook wrote. */
  readonly removeSecrets: (text: string) => string;
}

/** Records a call that went through and what its response did, or one that did not go through (section 5). */
export function recordResult(log: SystemLog, occasion: HookOccasion, call: JudgedCall): void {
  const { kind } = call.judgement;
  const reason = call.removeSecrets(call.judgement.reason);
  const details = detailsOf(call);
  if (kind === 'skipped') {
    recordExecution(log, occasion, { result: 'FAILURE', reason }, details);
    return;
  }
  recordExecution(log, occasion, { result: 'SUCCESS', reason: null }, details);
  log.record({
    eventType: 'inline_hook.response.processed',
    outcome: { result: kind === 'patched' || kind === 'unchanged' ? 'SUCCESS' : 'FAILURE', reason },
    ...partiesOf(occasion),
    debugData: { ...shownContext(call), ...details },
  });
}

/** Records that the hook was not called, for want of the token of its channel (section 6.2). */
export function recordMissingToken(
  log: SystemLog,
  occasion: HookOccasion,
  { reason, durationMs }: { readonly reason: string; readonly durationMs: number },
): void {
  const { channel } = occasion.hook;
  const tokenUrl = channel.type === 'OAUTH' ? { tokenUrl: withoutQuery(channel.tokenUrl) } : {};
  const details = { ...tokenUrl, durationMs: String(Math.round(durationMs)) };
  recordExecution(log, occasion, { result: 'FAILURE', reason }, details);
}

function withoutQuery(url: string): string {
  const [bare = ''] = url.split('?');
  return bare;
}

/** Records whether the hook was called. */
export function recordExecution(
  log: SystemLog,
  occasion: HookOccasion,
  outcome: EventOutcome,
  debugData: Details = {},
): void {
  log.record({ eventType: 'inline_hook.executed', outcome, ...partiesOf(occasion), debugData });
}

function partiesOf(occasion: HookOccasion): {
  readonly actor: EventParty;
  readonly target: readonly EventParty[];
} {
  const { hook, client, user, policy, rule } = occasion;
  const app = { id: client.id, type: 'PublicClientApp', alternateId: null, displayName: client.label };
  const person = user && {
    id: user.id,
    type: 'User',
    alternateId: user.profile.login,
    displayName: user.profile.login,
  };
  return {
    actor: person ?? app,
    target: [
      { id: hook.id, type: 'InlineHook', alternateId: null, displayName: hook.name },
      app,
      { id: policy.id, type: 'Policy', alternateId: null, displayName: policy.name },
      { id: rule.id, type: 'PolicyRule', alternateId: null, displayName: rule.name },
    ],
  };
}

function detailsOf({ eventId, answer, fault, judgement, tokenDetails }: JudgedCall): Details {
  return {
    eventId,
    durationMs: String(Math.round(answer.durationMs)),
    ...('status' in answer ? { status: String(answer.status) } : {}),
    ...tokenDetails,
    ...(fault === null ? {} : { fault: fault.kind }),
    ...(judgement.detail === null ? {} : { detail: judgement.detail }),
  };
}

/** What the hook wants to be seen (section 4), in bounds; what the emulator itself says goes over it. */
function shownContext({ judgement, removeSecrets }: JudgedCall): Details {
  const members = Object.entries(judgement.debugContext ?? {}).slice(0, DEBUG_MEMBERS);
  return Object.fromEntries(
    members.map(([name, value]) => [
      removeSecrets(name).slice(0, 100),
      removeSecrets(asText(value)).slice(0, DEBUG_TEXT),
    ]),
  );
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
