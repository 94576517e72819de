import { open, type FileHandle } from 'node:fs/promises';
import { errorCode } from '../../operations/error-code.js';
import { UsageError } from '../cli-context.js';

/** How much is gathered before it is written, in characters. */
const GATHERED = 64 * 1024;

/** A file that is written line by line, and is no larger in memory than it has to be. */
export class LineFile {
  #gathered = '';

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws UsageError where it cannot be written, as all that follow */
  static async open(path: string): Promise<LineFile> {
    return new LineFile(path, await open(path, 'w').catch(refuse(path)));
  }

  async write(line: string): Promise<void> {
    this.#gathered += `${line}\n`;
    if (this.#gathered.length >= GATHERED) await this.#flush();
  }

  /** Puts a text over the beginning, which is as long. */
  async overwrite(beginning: string): Promise<void> {
    await this.#flush();
    await this.handle.write(beginning, 0).catch(refuse(this.path));
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.handle.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#gathered;
    this.#gathered = '';
    if (text !== '') await this.handle.appendFile(text).catch(refuse(this.path));
  }
}

function refuse(path: string): (error: unknown) => never {
  return (error) => {
    throw new UsageError(`${path} cannot be written (${errorCode(error)}).`);
  };
}
