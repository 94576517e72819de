import type { HookAnswer } from './hook-answer.js';
import { error, warning, type Finding } from './finding.js';
import { isRecord, memberOf } from './replay-call.js';

/** What an answer is before anybody looks into its commands. */
export type Framing =
  /** Okta reads no commands, and mints the tokens as they were. */
  | { readonly kind: 'skipped'; readonly findings: readonly Finding[] }
  /** Nothing to read, and nothing wrong with that. */
  | { readonly kind: 'empty'; readonly findings: readonly Finding[] }
  | { readonly kind: 'body'; readonly body: unknown; readonly findings: readonly Finding[] };

type Answered = Extract<HookAnswer, { kind: 'answered' }>;

/** Slower answers come near the budget on a bad day (section 8). */
const SLOW_MS = 1_000;

const UNSEEN = 'Okta mints the tokens as they were, and tells neither the client nor the hook';

/** Judges status, size, type and JSON of an answer (sections 2.1 and 5). */
export function lintFraming(answer: HookAnswer, budgetMs: number): Framing {
  switch (answer.kind) {
    case 'timeout':
      return skipped('5', `there was no answer within ${seconds(budgetMs)}, and there is no second try`);
    case 'unreachable':
      return skipped('5', `the hook cannot be reached (${answer.code})`);
    case 'oversize':
      return skipped('2.1', 'the body is not smaller than 256 KB');
    case 'answered':
      return lintAnswered(answer, budgetMs);
  }
}

function skipped(rule: string, words: string): Framing {
  return { kind: 'skipped', findings: [error(rule, null, `${words}: ${UNSEEN}`)] };
}

function lintAnswered(answer: Answered, budgetMs: number): Framing {
  const { status, text } = answer;
  if (status !== 200 && status !== 204) return skipped('2.1', describeStatus(answer));
  const findings = [...lintTime(answer, budgetMs)];
  if (status === 204 || text.trim() === '') {
    const isBare = status === 200;
    return {
      kind: 'empty',
      findings: isBare
        ? [...findings, warning('2.1', null, 'a 200 without a body changes nothing: say {} or 204')]
        : findings,
    };
  }
  const body = parsed(text);
  if (body === undefined) return skippedWith(findings, error('2.10', '', `${NOT_JSON}: ${UNSEEN}`));
  return { kind: 'body', body, findings: [...findings, ...lintType(answer)] };
}

const NOT_JSON = 'the body is no JSON, of which Okta’s log says "Could not deserialize inline hook response"';

function skippedWith(findings: readonly Finding[], last: Finding): Framing {
  return { kind: 'skipped', findings: [...findings, last] };
}

function describeStatus({ status, text }: Answered): string {
  const words = `status ${String(status)} is not 200`;
  if (status >= 300 && status < 400) return `${words}, and redirects are not followed`;
  // Section 3: what was meant to stop minting stops nothing.
  if (isRecord(memberOf(parsed(text), 'error')))
    return `${words}, so the error object in it stops nothing: send it with 200`;
  if (status === 401 || status === 403) return `${words} (are the credentials right?)`;
  return status > 200 && status < 300 ? `${words}, and 200 alone is sure to be read` : words;
}

/** Nobody waits for what is decided here, on a database that may be far away. */
function lintTime({ ms, decided }: Answered, budgetMs: number): readonly Finding[] {
  const limit = Math.min(SLOW_MS, budgetMs / 2);
  if (ms <= limit || decided !== null) return [];
  return [
    warning('8', null, `it took ${seconds(ms)} of ${seconds(budgetMs)}: aim at ${seconds(limit)} at most`),
  ];
}

function lintType({ contentType }: Answered): readonly Finding[] {
  if (/^application\/json\s*(?:;|$)/i.test(contentType ?? '')) return [];
  const type =
    contentType === null ? 'there is no content type' : `the content type is ${contentType.slice(0, 80)}`;
  return [warning('2.1', null, `${type}; whether Okta reads other than application/json is not documented`)];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100 ? 3 : 1).replace(/\.0$/, '')} s`;
}
