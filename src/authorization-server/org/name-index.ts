import type { Path } from '../../config/file-fault.js';

/** Takes note of a fault at a place of the file. */
export type Report = (path: Path, problem: string) => void;

/** Finds things of one kind by their ids and names, which are all different. */
export class NameIndex {
  private readonly ids = new Map<string, string>();

  /** @param kind what the things are called in a fault, for example `user` */
  constructor(
    private readonly kind: string,
    private readonly report: Report,
  ) {}

  add(names: { readonly id: string; readonly name: string }, path: Path): void {
    for (const name of new Set([names.id, names.name])) {
      if (this.ids.has(name))
        this.report(path, `there is another ${this.kind} called ${JSON.stringify(name)}`);
      else this.ids.set(name, names.id);
    }
  }

  /** The id of what a reference names; undefined, and a fault, where nothing is called so. */
  find(reference: string, path: Path): string | undefined {
    const id = this.ids.get(reference);
    if (id === undefined) this.report(path, `there is no ${this.kind} called ${JSON.stringify(reference)}`);
    return id;
  }

  /** The ids of what is found. */
  findAll(references: readonly string[], path: Path): readonly string[] {
    return references.flatMap((reference, index) => this.find(reference, [...path, index]) ?? []);
  }
}

/** Everything that other parts of the file may refer to. */
export interface Names {
  readonly report: Report;
  readonly groups: NameIndex;
  readonly users: NameIndex;
  readonly clients: NameIndex;
  readonly hookKeys: NameIndex;
  readonly hooks: NameIndex;
}

export function emptyNames(report: Report): Names {
  return {
    report,
    groups: new NameIndex('group', report),
    users: new NameIndex('user', report),
    clients: new NameIndex('client', report),
    hookKeys: new NameIndex('hook key', report),
    hooks: new NameIndex('inline hook', report),
  };
}
