import { open, rm, type FileHandle } from 'node:fs/promises';
import { REFUSAL_COLUMNS } from '../directory/imports/columns.js';
import type { Refusal } from '../directory/imports/row-reader.js';
import { errorCode } from '../operations/error-code.js';
import { UsageError } from './cli-context.js';

/**
 * A file of rows that were refused, with line and reason behind the cells that they had: mended, it can be imported as it
 * stands. It is there only where a row was refused, and belongs to its owner alone, as logins may be in it.
 */
export class RefusedRows {
  readonly #path: string;
  readonly #delimiter: string;
  #names: readonly string[] = [];
  #file: FileHandle | undefined;

  constructor(path: string, delimiter: string) {
    this.#path = path;
    this.#delimiter = delimiter;
  }

  /** Removes what an earlier import left, and takes the names of the columns. */
  async begin(names: readonly string[]): Promise<void> {
    this.#names = names;
    await rm(this.#path, { force: true });
  }

  async add(refusals: readonly Refusal[]): Promise<void> {
    const width = this.#own(this.#names).length;
    const lines = refusals.map(({ line, reason, cells }) => {
      const own = this.#own(cells);
      return this.#lineOf([...own, ...padding(width - own.length), String(line), reason]);
    });
    this.#file ??= await this.#create();
    await this.#file.write(lines.join(''));
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #create(): Promise<FileHandle> {
    try {
      const file = await open(this.#path, 'w', 0o600);
      await file.write(this.#lineOf([...this.#own(this.#names), ...REFUSAL_COLUMNS]));
      return file;
    } catch (error) {
      throw new UsageError(`${this.#path} cannot be written (${errorCode(error)}).`);
    }
  }

  /** The cells of the file's own columns, where it had been a file of refused rows itself. */
  #own(cells: readonly string[]): readonly string[] {
    return cells.filter((_, place) => !REFUSAL_COLUMNS.some((name) => name === this.#names[place]));
  }

  #lineOf(cells: readonly string[]): string {
    return `${cells.map((cell) => this.#quoted(cell)).join(this.#delimiter)}\n`;
  }

  #quoted(cell: string): string {
    const isPlain = !cell.includes(this.#delimiter) && !/["\r\n]|^\s|\s$/.test(cell);
    return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
  }
}

function padding(count: number): readonly string[] {
  return Array.from({ length: Math.max(0, count) }, () => '');
}
