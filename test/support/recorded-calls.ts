import { setTimeout as delay } from 'node:timers/promises';
import type { RecordingConfiguration } from '../../src/config/recording-configuration.js';
import type { Database } from '../../src/database/database.js';
import { Pseudonyms } from '../../src/invocations/pseudonyms.js';
import { startTestHook } from './test-hook.js';
import type { TestDatabase } from './test-database.js';

export const DAY_MS = 24 * 60 * 60 * 1000;

export const RECORDING_KEY = 'the key of the test’s pseudonyms, of 32 or more';

/** Pseudonyms as a hook with `RECORDING` makes them. */
export const pseudonyms = new Pseudonyms(RECORDING_KEY);

/** Everything is recorded. */
export const RECORDING: RecordingConfiguration = {
  ...{ issuerIds: null, key: RECORDING_KEY, ratio: 1, keptMs: 7 * DAY_MS },
  ...{ keptCalls: 1_000_000, callBytes: 64 * 1024, bufferBytes: 16 * 1024 * 1024 },
};

export type RecordedRow = Readonly<Record<string, unknown>> & {
  readonly document: Readonly<Record<string, unknown>>;
};

/** Rows of recordings, the oldest first. */
export async function recordedRows({
  database,
}: {
  readonly database: Database;
}): Promise<readonly RecordedRow[]> {
  return (await database.query('SELECT * FROM invocations ORDER BY id', [])) as readonly RecordedRow[];
}

/** Polls: a busy machine may take its time. */
export async function eventually(comesToHold: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!(await comesToHold())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 20 s');
    await delay(20);
  }
}

/** Sends calls one after the other to a hook that records, and ends it: then all of them are recorded. */
export async function recordCalls(database: TestDatabase, payloads: readonly unknown[]): Promise<void> {
  const hook = await startTestHook({ database, configuration: { recording: RECORDING } });
  for (const payload of payloads) await hook.send(payload);
  await hook.service.close();
}
