import type { Drafts } from '../../claims/hook-call.js';
import { TOKEN_HOOK_EVENT_TYPE } from '../../okta/token-hook-request.js';
import { TOKEN_NAMES } from '../../okta/token-hook-response.js';
import type { JsonPiece } from './split-json.js';

/** One call to be replayed. */
export interface ReplayCall {
  /** As results name it: the file, and which of its calls where it holds several. */
  readonly name: string;
  /** The file as it was given or found; `-` for standard input. */
  readonly file: string;
  /** Which of the file's calls, from 0. */
  readonly index: number;
  /** Whether the file is one call, and no list of calls. */
  readonly isOnly: boolean;
  /** The JSON to send. */
  readonly text: string;
  readonly payload: unknown;
  /** Why it cannot be sent; null where it can. */
  readonly fault: string | null;
}

/** Where a piece of a file stands. */
export type CallPlace = Pick<ReplayCall, 'file' | 'index' | 'isOnly'>;

/** Makes a call of a piece of a file: a payload, or a record that holds one as its member `payload`. */
export function toReplayCall(piece: JsonPiece, place: CallPlace): ReplayCall {
  const name = place.isOnly ? place.file : `${place.file}#${String(place.index + 1)}`;
  const base = { ...place, name, text: '', payload: undefined };
  if (piece.kind === 'fault') return { ...base, fault: piece.why };
  const value = parsed(piece.text);
  if (value === undefined) return { ...base, fault: 'it is no JSON' };
  if (isHookPayload(value)) return { ...base, text: piece.text, payload: value, fault: null };
  const recorded = memberOf(value, 'payload');
  if (isHookPayload(recorded))
    return { ...base, text: JSON.stringify(recorded), payload: recorded, fault: null };
  return { ...base, fault: 'it is no call of an inline hook: it has no eventType and data' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is what an inline hook of some event is sent (section 1.2). */
function isHookPayload(value: unknown): boolean {
  return typeof memberOf(value, 'eventType') === 'string' && isRecord(memberOf(value, 'data'));
}

/** Whether a call is a token hook's: answers to others have other rules. */
export function isTokenHookCall(payload: unknown): boolean {
  return memberOf(payload, 'eventType') === TOKEN_HOOK_EVENT_TYPE;
}

/** The draft tokens of a call, whatever else it holds. */
export function draftsOf(payload: unknown): Drafts {
  const data = memberOf(payload, 'data');
  const drafts = TOKEN_NAMES.flatMap((name) => {
    const draft = memberOf(data, name);
    if (!isRecord(draft)) return [];
    const claims = memberOf(draft, 'claims');
    const lifetime = memberOf(memberOf(memberOf(draft, 'token'), 'lifetime'), 'expiration');
    const lifetimeSeconds = typeof lifetime === 'number' ? lifetime : undefined;
    return [[name, { claims: isRecord(claims) ? claims : {}, lifetimeSeconds }] as const];
  });
  return Object.fromEntries(drafts);
}

/** A member of what may be an object; `undefined` where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
