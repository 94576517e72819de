import { Counter, type Registry } from 'prom-client';

export interface TallyOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** What was added under some labels, by the values of the next one. */
interface Branch<Label extends string> {
  readonly branches: Map<string, Branch<Label>>;
  readonly labels: Readonly<Record<Label, string>>;
  added: number;
}

/**
 * A counter that is added to for every call: it hands over to the library's counter when somebody reads the metrics, and until
 * then finds its place label by label, without a text being made of them.
 */
export class Tally<Label extends string> {
  readonly #labels: readonly Label[];
  readonly #root = new Map<string, Branch<Label>>();
  readonly #leaves = new Set<Branch<Label>>();

  constructor(registry: Registry, { name, help, labels }: TallyOptions<Label>) {
    this.#labels = labels;
    const handOver = (counter: Counter<Label>): void => {
      for (const leaf of this.#leaves) {
        counter.inc(leaf.labels, leaf.added);
        leaf.added = 0;
      }
    };
    const counter = new Counter<Label>({
      ...{ name, help, labelNames: labels, registers: [] },
      collect() {
        handOver(this);
      },
    });
    registry.registerMetric(counter);
  }

  add(labels: Readonly<Record<Label, string>>): void {
    let branches = this.#root;
    let branch: Branch<Label> | undefined;
    for (const label of this.#labels) {
      branch = branches.get(labels[label]);
      if (branch === undefined) {
        branch = { branches: new Map(), labels, added: 0 };
        branches.set(labels[label], branch);
      }
      branches = branch.branches;
    }
    if (branch === undefined) return;
    if (branch.added === 0) this.#leaves.add(branch);
    branch.added += 1;
  }
}
