import { Document, visit, type ToStringOptions } from 'yaml';
import type { DirectoryWriter, Entry, OrgList, TopList, WriteText } from './directory-writer.js';

/** Nothing is folded, and nothing is written that a reader of YAML 1.1 would take for something else (`off`, `1:30`). */
const DOCUMENT = { compat: 'yaml-1.1', aliasDuplicateObjects: false } as const;
const STYLE: ToStringOptions = {
  lineWidth: 0,
  flowCollectionPadding: false,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
};

/** What fits on a line stands on one, as long as nothing in it has parts of its own that deserve lines. */
const LINE_LENGTH = 110;

/** Writes a directory as YAML that people can read and review. */
export class YamlWriter implements DirectoryWriter {
  readonly #write: WriteText;
  readonly #heading: string;
  #list: 'orgs' | TopList | undefined;
  #orgList: OrgList | undefined;

  /** @param comment above everything, in one line, where it is given */
  constructor(write: WriteText, comment: string | null = null) {
    this.#write = write;
    this.#heading = comment === null ? 'version: 1\n' : `# ${comment}\nversion: 1\n`;
  }

  async openOrg(org: Entry): Promise<void> {
    if (this.#list === 'orgs') await this.#write('\n');
    else await this.#open('orgs');
    this.#orgList = undefined;
    await this.#write(toYaml(org, '  ', 'lines'));
  }

  async orgEntry(list: OrgList, entry: Entry): Promise<void> {
    if (this.#orgList !== list) await this.#write(`    ${list}:\n`);
    this.#orgList = list;
    await this.#write(toYaml(entry, '      ', 'line'));
  }

  async entry(list: TopList, entry: Entry): Promise<void> {
    if (this.#list !== list) await this.#open(list);
    await this.#write(toYaml(entry, '  ', 'line'));
  }

  async end(): Promise<void> {
    if (this.#list === undefined) await this.#write(this.#heading);
  }

  async #open(list: 'orgs' | TopList): Promise<void> {
    if (this.#list === undefined) await this.#write(this.#heading);
    await this.#write(`\n${list}:\n`);
    this.#list = list;
  }
}

/** One entry of a list, as lines at an indentation. */
function toYaml(entry: Entry, indent: string, form: 'line' | 'lines'): string {
  const document = new Document([entry], DOCUMENT);
  visit(document, {
    Collection(key, node) {
      const isEntry = node === document.contents;
      if (isEntry || (form === 'lines' && key === 0)) return undefined;
      node.flow = fitsOnALine(node.toJSON());
      return node.flow ? visit.SKIP : undefined;
    },
  });
  // Other separators that JavaScript counts as line ends are text.
  return document
    .toString(STYLE)
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}

/** A list of texts, or an object of plain values and such lists, that is short. */
function fitsOnALine(value: unknown): boolean {
  return isFlat(value) && JSON.stringify(value).length <= LINE_LENGTH;
}

function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const parts: readonly unknown[] = Object.values(value);
  const isPlain = (part: unknown): boolean => typeof part !== 'object' || part === null;
  return parts.every(
    (part) => isPlain(part) || (Array.isArray(part) && !Array.isArray(value) && part.every(isPlain)),
  );
}
