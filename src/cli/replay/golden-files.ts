import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { errorCode } from '../../operations/error-code.js';
import { UsageError } from '../cli-context.js';
import type { ComparedClaim } from '../compare-claims.js';
import { differencesOf, type Comparing, type ExpectedAnswer } from './compare-answers.js';
import { LineFile } from './line-file.js';
import { isRecord, type ReplayCall } from './replay-call.js';
import { splitLines, type JsonPiece } from './split-json.js';

/** What the expected answer of a call had to say. */
export type GoldenResult =
  /** There is none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'equal' }
  | { readonly kind: 'different'; readonly differences: readonly ComparedClaim[] }
  /** It is there now, and was not before, or was another. */
  | { readonly kind: 'written' }
  | { readonly kind: 'unreadable'; readonly file: string };

export interface GoldenOptions extends Comparing {
  /** Whether answers become the expected ones. */
  readonly update: boolean;
}

type Read = ExpectedAnswer | 'unreadable' | null;

/**
 * Expected answers beside the payloads: `x.expected.json` for a file of one call, `x.expected.jsonl`, a line for each, for one of
 * several. Calls have to come in the order of their files; one line is in memory.
 */
export class GoldenFiles {
  readonly #options: GoldenOptions;
  #lines: GoldenLines | null = null;
  /** Whose expected answers a file holds that was written. */
  readonly #owners = new Map<string, string>();

  constructor(options: GoldenOptions) {
    this.#options = options;
  }

  /** @param actual null where there is no answer, or where the call was not chosen: then what is expected stays as it is */
  async check(call: ReplayCall, actual: ExpectedAnswer | null): Promise<GoldenResult> {
    if (call.file === '-') return { kind: 'none' };
    if (call.isOnly) return this.#checkFile(goldenFile(call), actual);
    // A file may be named twice: then it begins anew.
    if (this.#lines?.callFile !== call.file || call.index === 0) {
      await this.close();
      this.#refuseSharing(call);
      this.#lines = await GoldenLines.open(call, this.#options.update);
    }
    return this.#checkLine(this.#lines, actual);
  }

  /** `a.json` and `a.jsonl` would write over each other’s. */
  #refuseSharing(call: ReplayCall): void {
    if (!this.#options.update) return;
    const file = goldenFile(call);
    const owner = this.#owners.get(file) ?? call.file;
    if (owner !== call.file)
      throw new UsageError(`The expected answers of ${owner} and of ${call.file} would both be ${file}.`);
    this.#owners.set(file, owner);
  }

  /** Puts the last file in its place. */
  async close(): Promise<void> {
    await this.#lines?.close();
    this.#lines = null;
  }

  /** Leaves the last file as it was: not all of its calls were answered. */
  async abandon(): Promise<void> {
    await this.#lines?.abandon();
    this.#lines = null;
  }

  async #checkFile(file: string, actual: ExpectedAnswer | null): Promise<GoldenResult> {
    if (actual === null) return { kind: 'none' };
    const expected = readExpected(await readIfThere(file));
    const result = this.#compare(expected, actual, file);
    if (!this.#options.update || result.kind === 'equal') return result;
    await replaceFile(file, `${JSON.stringify(actual, null, 2)}\n`);
    return { kind: 'written' };
  }

  async #checkLine(lines: GoldenLines, actual: ExpectedAnswer | null): Promise<GoldenResult> {
    const text = await lines.next();
    if (actual === null) {
      await lines.write(text ?? 'null');
      return { kind: 'none' };
    }
    const result = this.#compare(readExpected(text), actual, lines.file);
    if (!this.#options.update) return result;
    await lines.write(result.kind === 'equal' && text !== null ? text : JSON.stringify(actual));
    return result.kind === 'equal' ? result : { kind: 'written' };
  }

  #compare(expected: Read, actual: ExpectedAnswer, file: string): GoldenResult {
    if (expected === null) return { kind: 'none' };
    if (expected === 'unreadable') return { kind: 'unreadable', file };
    const differences = differencesOf(expected, actual, this.#options);
    return differences.length === 0 ? { kind: 'equal' } : { kind: 'different', differences };
  }
}

/** Where the expected answers of a call's file stand. */
export function goldenFile({ file, isOnly }: Pick<ReplayCall, 'file' | 'isOnly'>): string {
  return file.replace(/\.[^./\\]+$/, '').concat(isOnly ? '.expected.json' : '.expected.jsonl');
}

function readExpected(text: string | null): Read {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return null;
    return isExpected(value) ? value : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function isExpected(value: unknown): value is ExpectedAnswer {
  return isRecord(value) && typeof value['status'] === 'number';
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw new UsageError(`${file} cannot be read (${errorCode(error)}).`);
  });
}

async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.part`;
  await writeFile(draft, text).catch((error: unknown) => {
    throw new UsageError(`${file} cannot be written (${errorCode(error)}).`);
  });
  await rename(draft, file);
}

/** The expected answers of one file of several calls, read, and where they are updated written anew, line by line. */
class GoldenLines {
  private constructor(
    readonly callFile: string,
    readonly file: string,
    private readonly pieces: AsyncGenerator<JsonPiece> | null,
    private readonly draft: LineFile | null,
  ) {}

  static async open(call: ReplayCall, isUpdate: boolean): Promise<GoldenLines> {
    const file = goldenFile(call);
    const pieces = (await isThere(file)) ? splitLines(createReadStream(file)) : null;
    const draft = isUpdate ? await LineFile.open(`${file}.part`) : null;
    return new GoldenLines(call.file, file, pieces, draft);
  }

  /** The next line; null where there are no more. */
  async next(): Promise<string | null> {
    const piece = await this.pieces?.next();
    if (piece === undefined || piece.done === true) return null;
    return piece.value.kind === 'value' ? piece.value.text : '';
  }

  async write(line: string): Promise<void> {
    await this.draft?.write(line);
  }

  async close(): Promise<void> {
    await this.pieces?.return(undefined);
    if (this.draft === null) return;
    await this.draft.close();
    await rename(this.draft.path, this.file);
  }

  async abandon(): Promise<void> {
    await this.pieces?.return(undefined);
    if (this.draft === null) return;
    await this.draft.close();
    await rm(this.draft.path, { force: true });
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await (await open(file)).close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw new UsageError(`${file} cannot be read (${errorCode(error)}).`);
  }
}
