import { Command } from 'commander';
import { applyDirectory } from '../directory/files/apply-directory.js';
import { readDirectoryFiles } from '../directory/files/read-directory-file.js';
import type { RowChange } from '../directory/files/row-change.js';
import type { CliContext } from './cli-context.js';
import { describeChanges, describeRow } from './describe-changes.js';
import { nameOf, readText } from './read-input.js';

interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** `mintmark apply FILE…`. */
export function applyCommand(context: CliContext): Command {
  return new Command('apply')
    .summary('make the directory as YAML files say')
    .description(
      'Makes the directory as YAML files say: all of it, or nothing where there is a fault in any of them. What the files do not name stays.',
    )
    .argument('<file...>', 'directory files, such as examples/directory.yaml; - is standard input')
    .option('--dry-run', 'show what would be created, changed and removed, and change nothing')
    .option('--prune', 'also remove what is missing in a list that the files have; other lists stay')
    .option('--json', 'print JSON')
    .action((names: readonly string[], options: ApplyOptions) => apply(context, names, options));
}

async function apply(
  context: CliContext,
  names: readonly string[],
  { dryRun = false, prune = false, json = false }: ApplyOptions,
): Promise<void> {
  const texts = [];
  for (const name of names) texts.push({ name: nameOf(name), text: await readText(name, context) });
  const files = readDirectoryFiles(texts);
  const rows: RowChange[] = [];
  const onChange = (row: RowChange): void => {
    if (dryRun) rows.push(row);
  };
  const { withDatabase, actor, print, paint } = context;
  const changes = await withDatabase((database) =>
    applyDirectory(database, files, { actor, dryRun, prune, onChange }),
  );
  if (json) {
    print(
      JSON.stringify({ files: files.map(({ name }) => name), dryRun, changes, ...(dryRun ? { rows } : {}) }),
    );
    return;
  }
  const title = files.map(({ name }) => name).join(', ');
  for (const row of rows) print(describeRow(row, paint));
  print(
    dryRun
      ? `${title}: ${describeChanges(changes, 'planned')} This was a dry run: nothing was changed.`
      : `${title}: ${describeChanges(changes)}`,
  );
}
