import type { ComparedClaim } from '../compare-claims.js';
import type { GoldenResult } from './golden-files.js';
import type { HookAnswer } from './hook-answer.js';
import type { JudgedAnswer } from './judge-answer.js';
import type { ReplayCall } from './replay-call.js';

/** How the answers of two hooks to one call compare. */
export interface AgainstResult {
  /** Milliseconds, status and outcome of the other one. */
  readonly answer: HookAnswer;
  readonly judged: JudgedAnswer;
  readonly differences: readonly ComparedClaim[];
}

/** What became of one call. */
export interface CallResult {
  readonly call: ReplayCall;
  /** Null where the call could not be sent. */
  readonly answered: { readonly answer: HookAnswer; readonly judged: JudgedAnswer } | null;
  readonly golden: GoldenResult;
  readonly against: AgainstResult | null;
  /** Why it failed; empty where it passed. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly words: string;
  /** Whether a result shows it anyway, as a finding or as a difference. */
  readonly isShown: boolean;
}

export interface Passing {
  /** Whether warnings fail a call, too. */
  readonly strict: boolean;
  /** Whether a call without an expected answer fails. */
  readonly requireExpected: boolean;
}

/** Why a call failed. */
export function failuresOf(
  { call, answered, golden, against }: Omit<CallResult, 'failures'>,
  { strict, requireExpected }: Passing,
): readonly Failure[] {
  if (call.fault !== null || answered === null)
    return [{ words: `It cannot be sent: ${call.fault ?? 'no reason is known'}.`, isShown: false }];
  const { findings } = answered.judged;
  const counted = findings.filter(({ level }) => level === 'error' || strict);
  return [
    ...counted.map(({ words, rule }) => shown(`${words} (rule ${rule})`)),
    ...goldenFailure(golden, requireExpected),
    ...(against !== null && against.differences.length > 0
      ? [shown('The other hook answers otherwise.')]
      : []),
  ];
}

function shown(words: string): Failure {
  return { words, isShown: true };
}

function goldenFailure(golden: GoldenResult, isRequired: boolean): readonly Failure[] {
  if (golden.kind === 'different') return [shown('The answer is not the expected one.')];
  if (golden.kind === 'unreadable')
    return [{ words: `${golden.file} has no answer that can be read.`, isShown: false }];
  return golden.kind === 'none' && isRequired
    ? [{ words: 'There is no expected answer: make it with --update.', isShown: false }]
    : [];
}

/** All calls in figures. */
export class ReplaySummary {
  passed = 0;
  failed = 0;
  /** Files of folders that hold no call. */
  leftOut = 0;
  interrupted = false;
  readonly outcomes = new Map<string, number>();
  readonly goldens = { equal: 0, different: 0, written: 0, none: 0, unreadable: 0 };
  #answered = 0;
  #totalMs = 0;
  slowest: { readonly name: string; readonly ms: number } | null = null;

  get calls(): number {
    return this.passed + this.failed;
  }

  get meanMs(): number {
    return this.#answered === 0 ? 0 : this.#totalMs / this.#answered;
  }

  add({ call, answered, golden, failures }: CallResult): void {
    if (failures.length === 0) this.passed += 1;
    else this.failed += 1;
    this.goldens[golden.kind] += 1;
    if (answered === null) return;
    const { answer, judged } = answered;
    this.outcomes.set(judged.outcome, (this.outcomes.get(judged.outcome) ?? 0) + 1);
    this.#answered += 1;
    this.#totalMs += answer.ms;
    if (answer.ms > (this.slowest?.ms ?? -1)) this.slowest = { name: call.name, ms: answer.ms };
  }
}
