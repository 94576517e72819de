import { open, rename, rm } from 'node:fs/promises';
import { Command, Option } from 'commander';
import {
  EXPORT_PARTS,
  exportDirectory,
  type ExportCounts,
  type ExportOptions,
  type ExportPart,
} from '../directory/files/export-directory.js';
import type { WriteText } from '../directory/files/directory-writer.js';
import { JsonWriter } from '../directory/files/json-writer.js';
import { YamlWriter } from '../directory/files/yaml-writer.js';
import { errorCode } from '../operations/error-code.js';
import { UsageError, type CliContext } from './cli-context.js';

/** Lists of such a file are not whole, though they look it. */
const PART =
  'A part of the directory: do not apply it with --prune, which would remove whatever its lists do not name.';

interface CommandOptions {
  readonly org?: readonly string[];
  readonly tenant?: readonly string[];
  readonly only?: readonly ExportPart[];
  readonly output?: string;
  readonly json?: boolean;
}

/** `mintmark export`. */
export function exportCommand(context: CliContext): Command {
  return new Command('export')
    .summary('write the directory as a file for "apply"')
    .description(
      'Writes the directory, or a part of it, as a file that "mintmark apply" takes: in a stable order, without credentials.',
    )
    .option('--org <id...>', 'only these orgs, and everything that is of no org')
    .option('--tenant <id...>', 'only these tenants: what they have, and who is in them')
    .addOption(new Option('--only <list...>', 'only these lists of the file').choices(EXPORT_PARTS))
    .option('--output <file>', 'write to a file, in place of standard output')
    .option('--json', 'write JSON, which "apply" takes as well')
    .action((options: CommandOptions) => runExport(context, options));
}

async function runExport({ withDatabase, write, print }: CliContext, options: CommandOptions): Promise<void> {
  const { org = [], tenant = [], only = EXPORT_PARTS, output, json = false } = options;
  const wanted: ExportOptions = { orgIds: org, tenantIds: tenant, parts: new Set(only) };
  const exportTo = (writeText: WriteText): Promise<ExportCounts> => {
    const buffered = new BufferedWrite(writeText);
    return withDatabase(async (database) => {
      const isPart = org.length + tenant.length > 0;
      const writer = json
        ? new JsonWriter(buffered.write)
        : new YamlWriter(buffered.write, isPart ? PART : null);
      const counts = await exportDirectory(database, wanted, writer);
      await buffered.flush();
      return counts;
    });
  };
  if (output === undefined) {
    await exportTo(write);
    return;
  }
  const counts = await writeWhole(output, exportTo);
  print(json ? JSON.stringify({ file: output, entries: counts }) : `${output}: ${describeCounts(counts)}.`);
}

/** Entries are small, and writing is not free. */
class BufferedWrite {
  readonly #write: WriteText;
  #pieces: string[] = [];
  #length = 0;

  constructor(write: WriteText) {
    this.#write = write;
  }

  readonly write = async (text: string): Promise<void> => {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length > 64 * 1024) await this.flush();
  };

  async flush(): Promise<void> {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    await this.#write(text);
  }
}

/** The file is there as a whole, or as it was before. People’s logins are in it: it belongs to its owner alone. */
async function writeWhole<T>(path: string, work: (write: WriteText) => Promise<T>): Promise<T> {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  const file = await open(temporary, 'wx', 0o600).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be written (${errorCode(error)}).`);
  });
  try {
    const result = await work(async (text) => void (await file.write(text)));
    await file.sync();
    await file.close();
    await rename(temporary, path);
    return result;
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

function describeCounts(counts: ExportCounts): string {
  const words = Object.entries(counts).map(([list, count]) => `${String(count)} ${wordsOf(list, count)}`);
  return words.length === 0 ? 'nothing' : words.join(', ');
}

/** `claimMappings` as people say it. */
function wordsOf(list: string, count: number): string {
  const words = list.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return count === 1 ? words.slice(0, -1) : words;
}
