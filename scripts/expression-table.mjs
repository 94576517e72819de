// Writes the tables of docs/expression-language.md out of the cases that the tests run; with --check, fails where the page is
// not what would be written.
//
//   node scripts/expression-table.mjs [--check] [docs/expression-language.md]
import { readFile, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

register('../test/support/typescript-loader.mjs', import.meta.url);
const LANGUAGE = new URL('../src/authorization-server/expression/', import.meta.url);
const { CONFORMANCE } = await import(new URL('conformance/families.ts', LANGUAGE));
const { FUNCTIONS } = await import(new URL('call-function.ts', LANGUAGE));
const { signatureOf } = await import(new URL('parameters.ts', LANGUAGE));

const PAGE = new URL('../docs/expression-language.md', import.meta.url).pathname;
const MARKS = ['<!-- from here on by scripts/expression-table.mjs -->', '<!-- to here -->'];

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean' } },
  allowPositionals: true,
});
const [path = PAGE] = positionals;
const page = await readFile(path, 'utf8');
const written = await withTables(page);
if (!values.check) await writeFile(path, written);
else if (written !== page) {
  process.stderr.write(`${path} is not what the cases say: run npm run docs:expressions\n`);
  process.exitCode = 1;
}

async function withTables(text) {
  const [start, end] = MARKS.map((mark) => text.indexOf(mark));
  if (start === -1 || end < start)
    throw new Error(`${path} has no place for the tables: ${MARKS.join(' … ')}`);
  const tables = [summary(), ...CONFORMANCE.map(familyTable)].join('\n\n');
  const whole = `${text.slice(0, start)}${MARKS[0]}\n\n${tables}\n\n${text.slice(end)}`;
  return format(whole, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

function summary() {
  const tags = CONFORMANCE.flatMap(({ cases }) => cases).map(({ basis }) => basis.tag);
  const [documented, inferred, unknown] = ['D', 'I', 'U'].map(
    (tag) => tags.filter((one) => one === tag).length,
  );
  return (
    `${FUNCTIONS.size} functions, ${tags.length} cases: ${documented} are documented by Okta [D], ${inferred} inferred [I], ` +
    `and of ${unknown} nobody says how Okta has them [U].`
  );
}

function familyTable({ title, cases }) {
  const rows = [...new Set(cases.map(({ of }) => of))].flatMap((of) => {
    const own = cases.filter((one) => one.of === of);
    return own.map((one, index) => row(index === 0 ? nameOf(of) : '', one));
  });
  return [
    `### ${title}`,
    '',
    '| function | case | comes to | source |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Functions with what they take. */
function nameOf(of) {
  const called = FUNCTIONS.get(of);
  if (called !== undefined) return code(signatureOf(of, called));
  return /^\w[\w ]+$/.test(of) ? of : code(of);
}

function row(name, { expression, as, outcome, basis }) {
  const value =
    outcome.kind === 'value' ? code(JSON.stringify(outcome.value)) : `fails: ${code(outcome.why)}`;
  const who = as === 'machine' ? ' (without a user)' : '';
  return `| ${[name, code(expression) + who, value, `${basis.source} [${basis.tag}]`].join(' | ')} |`;
}

/** In a table a bar has to be escaped, in code also. */
function code(text) {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
