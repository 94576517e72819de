import { ChangeSummary, type ChangeReport } from '../invocations/change-summary.js';
import type { WhatIf } from './what-if.js';

/** What would become of many calls. */
export interface WhatIfReport extends ChangeReport {
  /** Payloads that are no calls of a token hook, or were too large to be recorded. */
  readonly leftOut: number;
  /** Calls of users that nobody could tell: decided as calls of somebody unknown. */
  readonly masked: number;
}

/**
 * Sums up whose tokens would change, call by call.
 *
 * @param calls payloads
 * @param people how many users are named at the most
 */
export async function sumUpCalls(
  calls: AsyncIterable<unknown> | Iterable<unknown>,
  whatIf: WhatIf,
  people: number,
): Promise<WhatIfReport> {
  const summary = new ChangeSummary();
  let [leftOut, masked] = [0, 0];
  for await (const payload of calls) {
    const answer = await whatIf.answer(payload);
    if (answer === undefined) leftOut += 1;
    else {
      summary.add(answer.compared);
      if (answer.isMasked) masked += 1;
    }
  }
  return { ...summary.report(people), leftOut, masked };
}
