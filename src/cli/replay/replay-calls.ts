import { failuresOf, type AgainstResult, type CallResult, type Passing } from './call-result.js';
import { differencesOf, toExpected, type Comparing } from './compare-answers.js';
import type { CallFilter } from './filter-calls.js';
import type { GoldenFiles } from './golden-files.js';
import type { Answerer, HookAnswer } from './hook-answer.js';
import { judgeAnswer, type JudgedAnswer } from './judge-answer.js';
import { Pace } from './pace.js';
import type { ReplayCall } from './replay-call.js';
import { runReplay } from './run-replay.js';

/** What calls are replayed to, compared with, and told to. */
export interface CallsReplay {
  readonly calls: AsyncIterable<ReplayCall>;
  readonly selects: CallFilter;
  readonly hook: Answerer;
  /** Whose answers are to be the same; null for none. */
  readonly other: Answerer | null;
  readonly goldens: Pick<GoldenFiles, 'check'>;
  readonly passing: Passing;
  readonly comparing: Comparing;
  readonly concurrency: number;
  /** Calls per second; null for no limit. */
  readonly rate: number | null;
  readonly budgetMs: number;
  readonly interrupted: AbortSignal;
  /** Called in the order of the calls, one after the other; not for those that are not selected. */
  readonly onResult: (result: CallResult) => Promise<void>;
}

type Answers = Pick<CallResult, 'answered' | 'against'>;

/** Replays calls: each is answered, judged, and compared. */
export async function replayCalls(replay: CallsReplay): Promise<void> {
  const { calls, selects, goldens, concurrency, interrupted, onResult } = replay;
  const pace = new Pace(replay.rate, interrupted);
  await runReplay<ReplayCall, Answers | null>({
    ...{ calls, concurrency, interrupted },
    answer: async (call) => {
      if (!selects(call)) return null;
      if (call.fault !== null) return UNSENT;
      await pace.next();
      return answersTo(call, replay);
    },
    onAnswer: async (call, answers) => {
      const judged = answers?.answered ?? null;
      const actual = judged && toExpected(judged.answer, judged.judged.response, replay.comparing);
      const golden = await goldens.check(call, actual);
      if (answers === null) return;
      const result = { call, ...answers, golden };
      await onResult({ ...result, failures: failuresOf(result, replay.passing) });
    },
  });
}

const UNSENT: Answers = { answered: null, against: null };

async function answersTo({ text, payload }: ReplayCall, replay: CallsReplay): Promise<Answers> {
  const { hook, other, budgetMs } = replay;
  const judged = (answer: HookAnswer): Judged => ({ answer, judged: judgeAnswer(answer, payload, budgetMs) });
  const [answered, others] = await Promise.all([
    hook.answer(text, payload).then(judged),
    other === null ? null : other.answer(text, payload).then(judged),
  ]);
  return { answered, against: others && compared(answered, others, replay.comparing) };
}

interface Judged {
  readonly answer: HookAnswer;
  readonly judged: JudgedAnswer;
}

function compared(one: Judged, other: Judged, comparing: Comparing): AgainstResult {
  const [first, second] = [one, other].map(({ answer, judged }) =>
    toExpected(answer, judged.response, comparing),
  );
  const differences =
    first && second ? differencesOf(first, second, comparing) : differencesOfKind(one.answer, other.answer);
  return { ...other, differences };
}

/** One of them is no answer at all. */
function differencesOfKind(one: HookAnswer, other: HookAnswer): AgainstResult['differences'] {
  if (one.kind === other.kind) return [];
  const [before, after] = [one, other].map(({ kind }) => JSON.stringify(kind));
  return [{ name: 'answer', change: 'changed', before: before ?? '', after: after ?? '' }];
}
