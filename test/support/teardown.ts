import { afterAll } from '@jest/globals';

const steps: (() => Promise<unknown>)[] = [];

/** Ending processes and dropping databases takes its time on a busy machine. */
const TEARDOWN_MS = 120_000;

afterAll(async () => {
  for (const step of steps.splice(0).reverse()) await step();
}, TEARDOWN_MS);

/** Runs a step when the test file is done: the last registered first, so that what was started last ends first. */
export function onTeardown(step: () => Promise<unknown>): void {
  steps.push(step);
}
