import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { RecordableCall } from './recordable-call.js';
import { Recorder } from './recorder.js';
import { RecordingWriter, type RecordingWriterOptions, type WriterTiming } from './recording-writer.js';

const QUICK: WriterTiming = { gatherMs: 1, pausesMs: [1, 1], closingMs: 10_000 };
const PATIENT: WriterTiming = { ...QUICK, gatherMs: 60_000 };

/** A writer whose statements are kept, and end as the test says. */
function startWriting(options: Partial<RecordingWriterOptions> = {}) {
  const batches: (readonly string[])[] = [];
  const told: string[] = [];
  const writer = new RecordingWriter({
    append: (rows) => {
      batches.push(rows);
      return Promise.resolve();
    },
    onFailure: (error) => told.push(`failing: ${String(error)}`),
    onRecovery: () => told.push('recovered'),
    ...{ maxBytes: 1024 * 1024, timing: QUICK, ...options },
  });
  return { writer, batches, told };
}

async function eventually(comesToHold: () => boolean): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!comesToHold()) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(1);
  }
}

describe('the writer', () => {
  it('stores rows together, in their order, and in batches of a bounded size', async () => {
    const { writer, batches } = startWriting({ timing: PATIENT });
    const rows = Array.from({ length: 1_200 }, (_, index) => String(index));
    for (const row of rows) writer.add(row);
    await writer.close();
    expect(batches.flat()).toEqual(rows);
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(writer.figures).toEqual({ written: 1_200, overflowed: 0, lost: 0, waiting: 0, waitingBytes: 0 });
  });

  it('does not put more than about a megabyte into one statement', async () => {
    const { writer, batches } = startWriting({ timing: PATIENT, maxBytes: 8 * 1024 * 1024 });
    for (let row = 0; row < 6; row += 1) writer.add('é'.repeat(250_000));
    await writer.close();
    expect(batches.map(({ length }) => length)).toEqual([2, 2, 2]);
  });

  it('drops and counts what it has no room for, and has room again when that is stored', async () => {
    const { writer } = startWriting({ maxBytes: 100, timing: PATIENT });
    for (let row = 0; row < 5; row += 1) writer.add('x'.repeat(40));
    expect(writer.figures).toMatchObject({ overflowed: 3, waiting: 2, waitingBytes: 80 });
    await writer.close();
    writer.add('x'.repeat(90));
    await writer.close();
    expect(writer.figures).toEqual({ written: 3, overflowed: 3, lost: 0, waiting: 0, waitingBytes: 0 });
  });

  it('bounds how many wait, however small they are', async () => {
    const { writer } = startWriting({ timing: PATIENT, append: () => new Promise(() => undefined) });
    for (let row = 0; row < 20_001; row += 1) writer.add('');
    expect(writer.figures).toMatchObject({ overflowed: 1, waiting: 20_000 });
  });

  it('tries again what failed, and says so once', async () => {
    let attempts = 0;
    const { writer, told } = startWriting({
      append: () => {
        attempts += 1;
        return attempts < 3 ? Promise.reject(new Error('no')) : Promise.resolve();
      },
    });
    writer.add('a');
    await writer.close();
    expect([attempts, told]).toEqual([3, ['failing: Error: no', 'recovered']]);
    expect(writer.figures).toMatchObject({ written: 1, lost: 0 });
  });

  it('gives a batch up after some attempts, and goes on with the next', async () => {
    let isDown = true;
    const { writer, told } = startWriting({
      append: () => (isDown ? Promise.reject(new Error('no')) : Promise.resolve()),
    });
    writer.add('a');
    await eventually(() => writer.figures.lost === 1);
    isDown = false;
    writer.add('b');
    await writer.close();
    expect(told).toEqual(['failing: Error: no', 'recovered']);
    expect(writer.figures).toEqual({ written: 1, overflowed: 0, lost: 1, waiting: 0, waitingBytes: 0 });
  });

  it('does not end later than it may, whatever the database does', async () => {
    const { writer } = startWriting({
      ...{ timing: { ...QUICK, closingMs: 20 }, append: () => new Promise(() => undefined) },
    });
    writer.add('a');
    await writer.close();
    expect(writer.figures).toMatchObject({ written: 0, waiting: 1 });
  });
});

const CALL = { issuerId: 'orders' } as unknown as RecordableCall;

describe('the recorder', () => {
  function startRecording(options: Partial<ConstructorParameters<typeof Recorder>[0]> = {}) {
    const rows: string[] = [];
    const errors: unknown[] = [];
    const recorder = new Recorder({
      ...{ issuerIds: null, ratio: 1, random: () => 0.5, monotonicNow: () => performance.now() },
      redact: ({ issuerId }) => issuerId,
      writer: { add: (row) => rows.push(row), close: () => Promise.resolve() },
      onError: (error) => errors.push(error),
      ...options,
    });
    return { recorder, rows, errors };
  }

  it('does nothing while a call is answered, and everything soon after', async () => {
    const { recorder, rows } = startRecording();
    recorder.take(CALL);
    expect(rows).toEqual([]);
    await eventually(() => rows.length === 1);
    expect(rows).toEqual(['orders']);
  });

  it('wants a share of the calls of the issuers that are named', () => {
    const draws = [0.2, 0.3, 0.2];
    const random = () => draws.shift() ?? 1;
    const { recorder } = startRecording({ issuerIds: new Set(['orders']), ratio: 0.25, random });
    expect(['orders', 'orders', 'billing', 'orders'].map((id) => recorder.wants(id))).toEqual([
      ...[true, false, false, true],
    ]);
    expect(startRecording({ ratio: 0 }).recorder.wants('orders')).toBe(false);
    expect(startRecording({ random: () => 0.999_999 }).recorder.wants('orders')).toBe(true);
  });

  it('drops and counts calls that it has no time for', async () => {
    const { recorder, rows } = startRecording();
    for (let call = 0; call < 70; call += 1) recorder.take(CALL);
    await recorder.close();
    expect([rows.length, recorder.figures]).toEqual([64, { late: 6, failed: 0 }]);
  });

  it('lets others have their turn', async () => {
    let now = 0;
    // Each look takes a millisecond: one call for each turn.
    const { recorder, rows } = startRecording({ monotonicNow: () => (now += 1) });
    for (let call = 0; call < 3; call += 1) recorder.take(CALL);
    const seen: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(rows.length);
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  it('survives a call that it does not understand, and counts it', async () => {
    const { recorder, errors } = startRecording({
      redact: () => {
        throw new TypeError('odd');
      },
    });
    recorder.take(CALL);
    await recorder.close();
    expect([errors.length, recorder.figures.failed]).toEqual([1, 1]);
  });
});
