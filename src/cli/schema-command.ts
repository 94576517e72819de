import { Command } from 'commander';
import { directorySchema } from '../directory/files/directory-schema.js';
import type { CliContext } from './cli-context.js';

/** `mintmark schema`. */
export function schemaCommand({ print }: CliContext): Command {
  return new Command('schema')
    .summary('print the JSON Schema of directory files, for editors')
    .description(
      'Prints the JSON Schema of directory files, by which editors complete and check them: save it, and begin a file with "# yaml-language-server: $schema=directory.schema.json".',
    )
    .option('--json', 'the same: a schema is JSON')
    .action(() => {
      print(JSON.stringify(directorySchema(), null, 2));
    });
}
