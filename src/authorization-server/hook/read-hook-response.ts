import type { Switches } from '../org/org.js';

/** Where in a parsed body: member names and indexes. */
export type JsonPath = readonly (string | number)[];

export interface ReceivedOperation {
  readonly op: string;
  readonly path: string;
  /** `undefined` where the operation has none. */
  readonly value: unknown;
}

export interface ReceivedCommand {
  readonly type: string;
  readonly value: readonly ReceivedOperation[];
}

/** A response as the contract types it (sections 2.2, 2.3 and 3); whether it may be applied is another matter. */
export interface ReceivedResponse {
  readonly commands: readonly ReceivedCommand[];
  /** Null where there is none; the summary is null where it has none that says something. */
  readonly error: { readonly errorSummary: string | null } | null;
  readonly debugContext: Readonly<Record<string, unknown>> | null;
}

export type ResponseReading =
  | { readonly kind: 'response'; readonly response: ReceivedResponse }
  | { readonly kind: 'misshapen'; readonly at: JsonPath; readonly why: string };

interface Misfit {
  readonly at: JsonPath;
  readonly why: string;
}

/** Reads a part of a body; what does not fit is added to the list. */
type Read<T> = (input: unknown, at: JsonPath, misfits: Misfit[]) => T;

const MEMBERS = ['commands', 'error', 'debugContext'];

/**
 * Reads a parsed body into the types that Okta's log message ("Could not deserialize", section 2.10) speaks of. The first
 * part that does not fit makes all of it misshapen, beside an error too.
 */
export function readHookResponse(body: unknown, switches: Switches): ResponseReading {
  const misfits: Misfit[] = [];
  const response = readResponse(body, switches.unknownResponseMembers === 'invalid', misfits);
  const [first] = misfits;
  return first === undefined ? { kind: 'response', response } : { kind: 'misshapen', ...first };
}

function readResponse(body: unknown, isStrict: boolean, misfits: Misfit[]): ReceivedResponse {
  const members = readObject(body, [], misfits);
  if (isStrict) refuseUnknown(members, misfits);
  const part = <T>(name: string, read: Read<T>): T | null => {
    const value = members[name];
    // A null stands for a member that is not there, as it does for most deserializers.
    return value === undefined || (value === null && !isStrict) ? null : read(value, [name], misfits);
  };
  return {
    commands: part('commands', (input, at) => readList(input, at, { read: readCommand, misfits })) ?? [],
    error: part('error', readError),
    debugContext: part('debugContext', readObject),
  };
}

function refuseUnknown(members: Readonly<Record<string, unknown>>, misfits: Misfit[]): void {
  for (const name of Object.keys(members)) {
    if (!MEMBERS.includes(name)) misfits.push({ at: [name], why: 'no such member is known' });
  }
}

const readCommand: Read<ReceivedCommand> = (input, at, misfits) => {
  const { type, value } = readObject(input, at, misfits);
  return {
    type: readText(type, [...at, 'type'], misfits),
    value: readList(value, [...at, 'value'], { read: readOperation, misfits }),
  };
};

const readOperation: Read<ReceivedOperation> = (input, at, misfits) => {
  const { op, path, value } = readObject(input, at, misfits);
  return {
    op: readText(op, [...at, 'op'], misfits),
    path: readText(path, [...at, 'path'], misfits),
    value,
  };
};

const readError: Read<ReceivedResponse['error']> = (input, at, misfits) => {
  const { errorSummary } = readObject(input, at, misfits);
  return { errorSummary: typeof errorSummary === 'string' && errorSummary !== '' ? errorSummary : null };
};

const readObject: Read<Readonly<Record<string, unknown>>> = (input, at, misfits) => {
  if (isObject(input)) return input;
  misfits.push({ at, why: 'an object is expected' });
  return {};
};

const readText: Read<string> = (input, at, misfits) => {
  if (typeof input === 'string') return input;
  misfits.push({ at, why: 'a string is expected' });
  return '';
};

function readList<T>(
  input: unknown,
  at: JsonPath,
  { read, misfits }: { readonly read: Read<T>; readonly misfits: Misfit[] },
): readonly T[] {
  if (Array.isArray(input)) return input.map((one: unknown, index) => read(one, [...at, index], misfits));
  misfits.push({ at, why: 'an array is expected' });
  return [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
