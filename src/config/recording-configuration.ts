import type { Checked } from './configuration-error.js';
import { checkVariables, refuseFaults, type Environment } from './read-variables.js';
import { RECORDING_VARIABLES, RecordingVariables } from './recording-variables.js';

/** Which hook calls are recorded, how much of them, and for how long. */
export interface RecordingConfiguration {
  /** Ids of issuers of the directory; null for all of them. */
  readonly issuerIds: readonly string[] | null;
  /** Key of the pseudonyms. */
  readonly key: string;
  /** The share of calls that is recorded, 0 to 1. */
  readonly ratio: number;
  /** How long a recording is kept, in milliseconds. */
  readonly keptMs: number;
  /** How many recordings are kept at the most. */
  readonly keptCalls: number;
  /** The largest recording, in bytes of JSON. */
  readonly callBytes: number;
  /** Bound of the recordings in memory, in bytes. */
  readonly bufferBytes: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Null where no issuer is named: then nothing is recorded, whatever else is set. */
export function checkRecording(environment: Environment): Checked<RecordingConfiguration | null> {
  // The other variables are checked elsewhere, and misspelled ones are reported there.
  const own = Object.fromEntries(RECORDING_VARIABLES.map((name) => [name, environment[name]]));
  const { variables, faults } = checkVariables(RecordingVariables, own);
  const { MINTMARK_RECORD_ISSUERS: issuers, MINTMARK_RECORD_KEY: key } = variables;
  if (issuers === undefined || faults.length > 0) return { part: null, faults };
  if (key === undefined) {
    const problem = 'is not set; MINTMARK_RECORD_ISSUERS is, and nobody is recorded without a pseudonym';
    return { part: null, faults: [{ variable: 'MINTMARK_RECORD_KEY', problem }] };
  }
  const part = {
    issuerIds: issuers === '*' ? null : Object.freeze(issuers.split(',').map((id) => id.trim())),
    key,
    ratio: Number(variables.MINTMARK_RECORD_RATIO),
    keptMs: variables.MINTMARK_RECORD_DAYS * DAY_MS,
    keptCalls: variables.MINTMARK_RECORD_CALLS,
    callBytes: variables.MINTMARK_RECORD_CALL_KB * 1024,
    bufferBytes: variables.MINTMARK_RECORD_BUFFER_MB * 1024 * 1024,
  };
  return { part: Object.freeze(part), faults: [] };
}

/** The key of the pseudonyms, for whoever reads recordings; undefined where it is not set. @throws ConfigurationError */
export function readRecordingKey(environment: Environment): string | undefined {
  const { variables, faults } = checkVariables(RecordingVariables, {
    MINTMARK_RECORD_KEY: environment['MINTMARK_RECORD_KEY'],
  });
  refuseFaults(faults);
  return variables.MINTMARK_RECORD_KEY;
}
