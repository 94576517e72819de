import { CsvError, Parser } from 'csv-parse';
import { untilAborted } from './until-aborted.js';

/** One record of a file, and the line on which it ends, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file that is not what it should be, from some line on. */
export class CsvFaultError extends Error {
  readonly code = 'REFUSED';

  constructor(
    /** Null where it cannot be told. */
    readonly line: number | null,
    readonly problem: string,
  ) {
    super(`${line === null ? '' : `line ${String(line)}: `}${problem}`);
    this.name = 'CsvFaultError';
  }
}

/** The longest record, in characters: what is longer comes from a quote that nothing ends. */
const RECORD_LIMIT = 64 * 1024;

/**
 * Reads records of CSV (RFC 4180) in UTF-8, with or without a byte order mark; empty lines are skipped. After a quote in the wrong
 * place nobody knows where a record begins: all records before it are given, and reading ends.
 *
 * @param interrupted when it is aborted reading ends, also where more bytes are waited for; a record that is half there is left out
 * @throws CsvFaultError
 */
export async function* readCsvRows(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: string,
  interrupted: AbortSignal,
): AsyncGenerator<CsvRow> {
  const relaxed = { relax_column_count: true, skip_empty_lines: true } as const;
  const parser = new RowParser({ delimiter, ...relaxed, max_record_size: RECORD_LIMIT });
  // Whoever writes is told.
  parser.on('error', () => undefined);
  try {
    for await (const text of decode(untilAborted(bytes, interrupted), interrupted)) {
      await written(parser, text);
      yield* parser.rows.splice(0);
    }
    if (interrupted.aborted) return;
    await ended(parser);
    yield* parser.rows.splice(0);
  } catch (error) {
    yield* parser.rows.splice(0);
    throw error instanceof CsvError ? faultOf(error) : error;
  } finally {
    parser.destroy();
  }
}

/** Keeps records to itself, with their lines: those that wait in a stream are lost with an error. Cheaper than `on_record`. */
class RowParser extends Parser {
  readonly rows: CsvRow[] = [];

  /** What the parser calls with each record, and with null at the end. */
  override push(record: readonly string[] | null): boolean {
    if (record === null) return super.push(null);
    this.rows.push({ line: this.info.lines, cells: record });
    return true;
  }
}

function written(parser: Parser, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

function ended(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('error', reject).once('end', resolve).resume().end();
  });
}

const MISENCODED = 'ERR_ENCODING_INVALID_ENCODED_DATA';

/** What was encoded otherwise, by a spreadsheet for example, would become other names in silence. */
async function* decode(bytes: AsyncIterable<Uint8Array>, interrupted: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    if (!interrupted.aborted) yield decoder.decode();
  } catch (error) {
    throw codeOf(error) === MISENCODED ? new CsvFaultError(null, 'the file is not encoded in UTF-8') : error;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  CSV_INVALID_CLOSING_QUOTE: 'something follows a closing quote (quotes within a quoted cell are doubled)',
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  INVALID_OPENING_QUOTE:
    'a quote stands in the middle of a cell (a cell with quotes is quoted, and its quotes are doubled)',
  CSV_MAX_RECORD_SIZE: `a record has more than ${String(RECORD_LIMIT)} characters: is a quote not closed?`,
};

/** The library's messages quote what is in the file. */
function faultOf(error: CsvError): CsvFaultError {
  const line: unknown = Reflect.get(error, 'lines');
  return new CsvFaultError(
    typeof line === 'number' ? line : null,
    PROBLEMS[error.code] ?? `the file is no CSV (${error.code})`,
  );
}
