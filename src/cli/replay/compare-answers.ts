import { LIFETIME_PATH } from '../../okta/limits.js';
import { compareClaims, type ComparedClaim } from '../compare-claims.js';
import type { HookAnswer } from './hook-answer.js';
import { operationsOf } from './merge-response.js';
import { isRecord, memberOf } from './replay-call.js';

/** An answer as it is kept and compared. */
export interface ExpectedAnswer {
  readonly status: number;
  /** The parsed body; not there where Okta reads none. */
  readonly response?: unknown;
  /** Where there is a body that is no JSON. */
  readonly unreadable?: true;
}

export interface Comparing {
  /** Whether lifetimes have to be equal to the second: they shrink with the time that is left of something. */
  readonly exactLifetimes: boolean;
}

/** Stands for a lifetime that depends on the clock; where it is expected, any is right. */
export const ANY_LIFETIME = '<seconds>';

/** What is to be compared of an answer; null where there was none. */
export function toExpected(
  answer: HookAnswer,
  response: unknown,
  { exactLifetimes }: Comparing,
): ExpectedAnswer | null {
  if (answer.kind !== 'answered') return null;
  const { status, text } = answer;
  if (status !== 200 || text.trim() === '') return { status };
  if (response === undefined) return { status, unreadable: true };
  const steady = withoutDebugContext(response);
  return { status, response: exactLifetimes ? steady : withAnyLifetime(steady) };
}

/** Section 4: it is for the log, has ids of traces and times in it, and nothing that reaches a token. */
function withoutDebugContext(response: unknown): unknown {
  if (!isRecord(response)) return response;
  return Object.fromEntries(Object.entries(response).filter(([name]) => name !== 'debugContext'));
}

function withAnyLifetime(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withAnyLifetime);
  if (!isRecord(value)) return value;
  const isLifetime = value['path'] === LIFETIME_PATH && typeof value['value'] === 'number';
  const members = Object.entries(value).map(([name, member]) => [name, withAnyLifetime(member)] as const);
  return Object.fromEntries(isLifetime ? [...members, ['value', ANY_LIFETIME]] : members);
}

/**
 * What differs between two answers, claim by claim. The order of claims does not count, that of operations on one path
 * does.
 */
export function differencesOf(
  expected: ExpectedAnswer,
  actual: ExpectedAnswer,
  comparing: Comparing,
): readonly ComparedClaim[] {
  const wanted = lifetimesAsCompared(flattened(expected), comparing);
  const found = lifetimesAsCompared(flattened(actual), comparing);
  for (const [name, value] of Object.entries(wanted))
    if (value === ANY_LIFETIME && typeof found[name] === 'number') found[name] = ANY_LIFETIME;
  return compareClaims(wanted, found).filter(({ change }) => change !== 'same');
}

function lifetimesAsCompared(
  parts: Readonly<Record<string, unknown>>,
  { exactLifetimes }: Comparing,
): Record<string, unknown> {
  if (exactLifetimes) return { ...parts };
  const entries = Object.entries(parts).map(([name, value]) => {
    const isLifetime = name.includes(` replace ${LIFETIME_PATH}`) && typeof value === 'number';
    return [name, isLifetime ? ANY_LIFETIME : value] as const;
  });
  return Object.fromEntries(entries);
}

/** The parts of an answer by name, such as `access add /claims/tenant_id`. */
function flattened({ status, response, unreadable }: ExpectedAnswer): Readonly<Record<string, unknown>> {
  const parts = new Map<string, unknown>([['status', status]]);
  if (unreadable === true) parts.set('body', 'no JSON');
  if (response === undefined) return Object.fromEntries(parts);
  if (!isRecord(response)) return Object.fromEntries([...parts, ['body', ordered(response)]]);
  for (const [name, value] of Object.entries(response))
    if (name !== 'commands' && name !== 'debugContext') parts.set(name, ordered(value));
  const operations = operationsOf(response);
  const commands = memberOf(response, 'commands');
  if (operations.length < countOf(commands)) parts.set('commands', ordered(commands));
  else
    for (const { token, op, path, value } of operations) {
      const name = `${token} ${op} ${path}`;
      parts.set(unused(name, parts), value === undefined ? '(no value)' : ordered(value));
    }
  return Object.fromEntries(parts);
}

/** How many operations, or what stands in for them, there are; more than can be read where something is misshapen. */
function countOf(commands: unknown): number {
  if (commands === undefined) return 0;
  if (!Array.isArray(commands)) return 1;
  return commands.reduce((sum: number, command: unknown) => {
    const value = memberOf(command, 'value');
    return sum + (Array.isArray(value) ? value.length : 1);
  }, 0);
}

function unused(name: string, parts: ReadonlyMap<string, unknown>): string {
  let [unique, count] = [name, 1];
  while (parts.has(unique)) unique = `${name} (${String((count += 1))})`;
  return unique;
}

/** The same value with the members of its objects by name: their order says nothing. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, ordered(value[name])]));
}
