import { applyHookResponse, type HookMerge } from './apply-hook-response.js';
import type { Switches } from '../org/org.js';
import type { DraftTokens } from './draft-tokens.js';
import type { HookAnswer } from './hook-call.js';
import type { HookResult } from './hook-exchanges.js';
import { readHookBody } from './read-hook-body.js';
import { findJsonValue, lineAndColumn } from './json-scanner.js';
import type { JsonPath } from './read-hook-response.js';

/** What an answer means for the tokens, and why. */
export type Judgement = (
  | { readonly kind: 'patched'; readonly drafts: DraftTokens }
  | { readonly kind: 'denied'; readonly errorSummary: string }
  | { readonly kind: Exclude<HookResult['kind'], 'patched' | 'denied'> }
) &
  Explanation;

interface Explanation {
  /** In Okta's words, where they are known. */
  readonly reason: string;
  /** Where in the body, and what is wrong there. */
  readonly detail: string | null;
  /** What the hook wants to see in the log (section 4). */
  readonly debugContext: Readonly<Record<string, unknown>> | null;
}

type Answered = HookAnswer & { readonly kind: 'answered' };

/** Judges what came back, as section 2.11 orders it; pure. */
export function judgeAnswer(answer: HookAnswer, drafts: DraftTokens, switches: Switches): Judgement {
  switch (answer.kind) {
    case 'timeout':
      return plain('skipped', `The inline hook did not respond within ${String(answer.afterMs)} ms.`);
    case 'unreachable':
      return plain('skipped', `The inline hook could not be reached (${answer.code}).`);
    case 'oversize':
      return plain('skipped', 'The response of the inline hook is not smaller than 256 KB.');
    case 'answered':
      return judgeFraming(answer, switches) ?? judgeBody(answer, drafts, switches);
  }
}

/** Section 2.1; null where the body decides. */
function judgeFraming({ status, contentType, body }: Answered, switches: Switches): Judgement | null {
  const responded = `The inline hook responded with status ${String(status)}`;
  if (status < 200 || status > 299) return plain('skipped', `${responded}.`);
  if (status === 204 || body.length === 0) return plain('unchanged', `${responded} and no body.`);
  if (status !== 200 && switches.otherSuccessStatus === 'ignore')
    return plain('skipped', `${responded}, and only 200 is processed.`);
  if (switches.otherContentType === 'ignore' && !isJson(contentType))
    return plain('skipped', `${responded} and a content type other than JSON.`);
  return null;
}

function isJson(contentType: string | null): boolean {
  return /^application\/json\s*(?:;|$)/i.test(contentType ?? '');
}

function judgeBody({ body }: Answered, drafts: DraftTokens, switches: Switches): Judgement {
  const reading = readHookBody(body);
  if (reading.kind === 'malformed') return undeserializable(reading.text, reading.offset, reading.why);
  return judgeMerge(applyHookResponse(drafts, reading.value, switches), reading.text);
}

function judgeMerge(merge: HookMerge, text: string): Judgement {
  switch (merge.kind) {
    case 'misshapen':
      return undeserializable(text, findJsonValue(text, merge.at), `${merge.why} at ${pointer(merge.at)}`);
    case 'unchanged':
      return { ...merge, reason: 'The inline hook asked for no change.', detail: null };
    case 'patched': {
      const { applied, ...patched } = merge;
      return { ...patched, reason: `Operations applied: ${String(applied)}.`, detail: null };
    }
    case 'denied':
      return { ...merge, reason: merge.errorSummary, detail: 'The inline hook returned an error object.' };
    case 'invalid': {
      const { at, ...invalid } = merge;
      return { ...invalid, detail: `at ${pointer(at)}` };
    }
  }
}

/** Section 2.10: the words of Okta's log. */
function undeserializable(text: string, offset: number, why: string): Judgement {
  const { line, column } = lineAndColumn(text, offset);
  const place = `Line ${String(line)} Column ${String(column)}`;
  return {
    kind: 'invalid',
    reason: `Could not deserialize inline hook response due to error at ${place}`,
    detail: why,
    debugContext: null,
  };
}

function plain(kind: 'skipped' | 'unchanged', reason: string): Judgement {
  return { kind, reason, detail: null, debugContext: null };
}

/** Names in it are the contract's own or array indexes: nothing to escape, and no end but for unknown members. */
function pointer(path: JsonPath): string {
  return path.length === 0 ? 'the top' : path.map((name) => `/${String(name).slice(0, 100)}`).join('');
}
