import type { DirectoryWriter, Entry, OrgList, TopList, WriteText } from './directory-writer.js';

/** Writes a directory as JSON, which is YAML, too: one entry on a line. */
export class JsonWriter implements DirectoryWriter {
  readonly #write: WriteText;
  #list: 'orgs' | TopList | undefined;
  #orgList: OrgList | undefined;
  #isInOrg = false;

  constructor(write: WriteText) {
    this.#write = write;
  }

  async openOrg(org: Entry): Promise<void> {
    const isFirst = this.#list !== 'orgs';
    if (isFirst) await this.#open('orgs');
    else await this.#write(`${this.#closing('org')},`);
    await this.#write(`\n${JSON.stringify(org).slice(0, -1)}`);
    this.#isInOrg = true;
    this.#orgList = undefined;
  }

  async orgEntry(list: OrgList, entry: Entry): Promise<void> {
    const isFirst = this.#orgList !== list;
    if (isFirst) await this.#write(`${this.#orgList === undefined ? '' : ']'},"${list}":[`);
    this.#orgList = list;
    await this.#write(`${isFirst ? '' : ','}\n${JSON.stringify(entry)}`);
  }

  async entry(list: TopList, entry: Entry): Promise<void> {
    const isFirst = this.#list !== list;
    if (isFirst) await this.#open(list);
    await this.#write(`${isFirst ? '' : ','}\n${JSON.stringify(entry)}`);
  }

  async end(): Promise<void> {
    await this.#write(this.#list === undefined ? '{"version":1}\n' : `${this.#closing('list')}}\n`);
  }

  async #open(list: 'orgs' | TopList): Promise<void> {
    await this.#write(`${this.#list === undefined ? '{"version":1' : this.#closing('list')},"${list}":[`);
    this.#list = list;
  }

  /** What ends the open org, or with it the open list. */
  #closing(what: 'org' | 'list'): string {
    const org = this.#isInOrg ? `${this.#orgList === undefined ? '' : ']'}}` : '';
    this.#isInOrg = false;
    return what === 'org' ? org : `${org}]`;
  }
}
