import { checkHookResponse, type Violation } from '../../claims/check-hook-response.js';
import type { Drafts } from '../../claims/hook-call.js';
import { adviseOn } from './explain-violation.js';
import { error, warning, type Finding } from './finding.js';
import { lintError } from './lint-error.js';
import { lintOperations } from './lint-operations.js';
import { mergeOperations, operationsOf, type Merge } from './merge-response.js';
import { isRecord, memberOf } from './replay-call.js';

/** What a parsed body means, and what is to be said of it. */
export interface LintedResponse {
  /** `dropped` where a rule is broken: then nothing of it applies. */
  readonly kind: 'denied' | 'dropped' | 'applied';
  readonly findings: readonly Finding[];
  readonly merge: Merge;
}

/**
 * Checks a body by the rules that Mintmark keeps itself (src/claims/check-hook-response.ts), and by the advice beyond them. What
 * Okta does not document is a warning where the contract suggests that it works, and an error where not.
 */
export function lintResponse(body: unknown, drafts: Drafts, text: string): LintedResponse {
  const [response, nulls] = withoutNulls(body);
  const operations = operationsOf(response);
  const merge = mergeOperations(operations, drafts);
  const violations = checkHookResponse(response, drafts, text);
  const isError = isRecord(memberOf(response, 'error'));
  const broken = violations
    .filter(({ at }) => !(isError && at === '/error'))
    .map((violation) => toFinding(violation, response, merge));
  const isDropped = broken.some(({ level }) => level === 'error');
  const findings = [
    ...broken,
    ...nulls,
    ...(isError ? lintError(response) : []),
    ...lintOperations(operations, { drafts, merge: isDropped || isError ? null : merge }),
  ];
  const fate = isError ? 'denied' : 'applied';
  return { kind: isDropped ? 'dropped' : fate, findings, merge };
}

const MEMBERS = ['commands', 'error', 'debugContext'];

/** A null stands for a member that is not there, as it does for most deserializers. */
function withoutNulls(body: unknown): readonly [unknown, readonly Finding[]] {
  if (!isRecord(body)) return [body, []];
  const nulls = MEMBERS.filter((name) => memberOf(body, name) === null);
  if (nulls.length === 0) return [body, []];
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !nulls.includes(name)));
  return [
    rest,
    nulls.map((name) => warning('2.2', `/${name}`, `"${name}" is null; leave it out where there is none`)),
  ];
}

function toFinding(violation: Violation, response: unknown, merge: Merge): Finding {
  const { at, rule, section } = violation;
  if (isUnknownMember(violation)) {
    const advice = at === '/data' ? '; the request is not to be sent back' : '';
    return warning(section, at, `${rule}; what Okta makes of others is not documented${advice}`);
  }
  if (section === '2.5' && at.endsWith('/path') && merge.applied.has(at.slice(0, -'/path'.length)))
    return warning(
      '2.10',
      at,
      `${rule} in the draft, but for an earlier operation: whether Okta lets one build on another is not documented`,
    );
  const advice = adviseOn(violation, response);
  return error(section, at, advice === '' ? rule : `${rule}: ${advice}`);
}

function isUnknownMember({ at, section, rule }: Violation): boolean {
  return section === '2.2' && rule.startsWith('no members but') && at !== '';
}
