import { performance } from 'node:perf_hooks';
import { isId } from '../claims/identifiers.js';
import type { ControlSnapshot } from '../directory/control/control-snapshot.js';
import { Pseudonyms } from '../invocations/pseudonyms.js';
import { Recorder } from '../invocations/recorder.js';
import { RecordingWriter } from '../invocations/recording-writer.js';
import { redactCall } from '../invocations/redact-call.js';
import { appendInvocations } from '../invocations/write-invocations.js';
import { errorCode } from '../operations/error-code.js';
import type { Logger } from '../operations/logger.js';
import type { Metrics } from '../operations/metrics.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';

interface RecordingNeeds {
  readonly metrics: Metrics;
  /** Throws where the database must not be used yet. */
  readonly refuseUnread: () => void;
}

/** Starts what records calls, and counts what becomes of them; null where no issuer's calls are to be recorded. */
export function startRecording(
  { configuration: { recording }, database, recordingDatabase = database, logger }: HookServiceDependencies,
  { metrics, refuseUnread }: RecordingNeeds,
): Recorder | null {
  if (recording === null) return null;
  const { issuerIds, key, ratio, keptMs, callBytes: maxBytes, bufferBytes } = recording;
  const pseudonyms = new Pseudonyms(key);
  const writer = new RecordingWriter({
    maxBytes: bufferBytes,
    append: async (rows) => {
      refuseUnread();
      await appendInvocations(recordingDatabase, rows);
    },
    onFailure: (error) => {
      logger.warn(
        { code: errorCode(error) },
        'recordings cannot be stored; after some attempts they are dropped',
      );
    },
    onRecovery: () => {
      logger.info('recordings are stored again');
    },
  });
  const recorder = new Recorder({
    ...{ ratio, writer, random: Math.random, monotonicNow: () => performance.now() },
    issuerIds: issuerIds && new Set(issuerIds),
    redact: (call) => redactCall(call, { pseudonyms, isId, keptMs, maxBytes }),
    onError: reportOnce(logger),
  });
  addReadings(metrics, recorder, writer);
  return recorder;
}

/** Says once, not at every refresh, which issuers are to be recorded and are none of the directory's. */
export function reportUnknownIssuers(
  recording: { readonly issuerIds: readonly string[] | null } | null,
  logger: Pick<Logger, 'warn'>,
): (snapshot: ControlSnapshot) => void {
  const wanted = recording?.issuerIds ?? [];
  let reported = '';
  return ({ issuers }) => {
    const known = new Set([...issuers.values()].map(({ rules }) => rules.issuerId));
    const unknown = wanted.filter((id) => !known.has(id));
    const now = JSON.stringify(unknown);
    if (now !== reported && unknown.length > 0)
      logger.warn({ issuerIds: unknown }, 'issuers whose calls are to be recorded are not in the directory');
    reported = now;
  };
}

/** A bug; each further one is counted. */
function reportOnce(logger: Logger): (error: unknown) => void {
  let isReported = false;
  return (error) => {
    if (!isReported) logger.error({ code: errorCode(error) }, 'a call could not be recorded');
    isReported = true;
  };
}

function addReadings(metrics: Metrics, recorder: Recorder, writer: RecordingWriter): void {
  metrics.addReading({
    name: 'mintmark_recorded_calls_total',
    help: 'Calls that were recorded.',
    isCounter: true,
    read: () => writer.figures.written,
  });
  metrics.addReading({
    name: 'mintmark_recordings_dropped_total',
    help: 'Calls that were to be recorded and are not: no time, no room, not stored, or not understood.',
    isCounter: true,
    label: 'reason',
    read: () => ({
      no_time: recorder.figures.late,
      no_room: writer.figures.overflowed,
      not_stored: writer.figures.lost,
      internal: recorder.figures.failed,
    }),
  });
  metrics.addReading({
    name: 'mintmark_recordings_waiting',
    help: 'Recordings in memory that are not stored yet.',
    read: () => writer.figures.waiting,
  });
  metrics.addReading({
    name: 'mintmark_recordings_waiting_bytes',
    help: 'What they weigh.',
    read: () => writer.figures.waitingBytes,
  });
}
