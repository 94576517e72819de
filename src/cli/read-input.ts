import { createReadStream } from 'node:fs';
import { errorCode } from '../operations/error-code.js';
import { UsageError, type CliContext } from './cli-context.js';

/** More than any command takes; whoever pipes without end is told. */
const LENGTH_LIMIT = 64 * 1024 * 1024;

/** The bytes of a file, or of standard input for `-`. @throws UsageError where they cannot be read */
export async function* readBytes(name: string, { input }: CliContext): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of name === '-' ? input() : createReadStream(name)) yield chunk as Uint8Array;
  } catch (error) {
    throw new UsageError(`${nameOf(name)} cannot be read (${errorCode(error)}).`);
  }
}

/** The text of a file, or of standard input for `-`. @throws UsageError where it cannot be read */
export async function readText(name: string, context: CliContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readBytes(name, context)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LENGTH_LIMIT) throw new UsageError(`${nameOf(name)} is larger than 64 MiB.`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** How messages call a file. */
export function nameOf(name: string): string {
  return name === '-' ? 'standard input' : name;
}
