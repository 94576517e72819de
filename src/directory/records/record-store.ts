import type { Path } from '../../config/file-fault.js';
import type { FactsTable } from '../facts/replaced-views.js';
import type { Transaction } from '../../database/write-as.js';
import type { ShownRecords } from './shown-records.js';

/** One thing that is wrong with a record, and in which member. */
export interface RecordProblem {
  readonly path: Path;
  readonly problem: string;
}

/** The tenants that somebody may know of; null for all. Nouns that belong to no tenant take no notice of it. */
export type TenantIds = readonly string[] | null;

/** A page of a list: the records after a key, in the order of their keys. */
export interface ListQuery<Key, Filter> {
  readonly filter: Filter;
  /** The key of the last record of the page before; undefined for the first page. */
  readonly after: Key | undefined;
  readonly limit: number;
  readonly tenantIds: TenantIds;
}

/**
 * How the records of one noun are found and written. A record is what people see, in the words of the directory file: its
 * instants are ISO 8601 in UTC, and lists that are part of it are members of it.
 *
 * Writing happens in a transaction; errors of the database's constraints are thrown as they come.
 */
export interface RecordStore<Rec extends object, Key extends object, Filter extends object> {
  /** One of them, in words. */
  readonly noun: string;
  /** Tables that the hook reads through a view: where that shows others, what is written here has no effect. */
  readonly readThroughViews: readonly FactsTable[];
  /** Members of the record that the hook reads through a view of their own. */
  readonly partsReadThroughViews?: Readonly<Record<string, FactsTable>>;
  /** Reads where the hook does, once that is not in our tables; absent where the records are always ours. */
  readonly shown?: ShownRecords<Rec, Key, Filter>;
  /** Whether its writes take turns with each other and with `apply`: rules look at more rows than the one that is written. */
  readonly takesTurns: boolean;
  /** Holds the row for the rest of the transaction, so that what is compared with it stays true. */
  lock(tx: Transaction, key: Key): Promise<unknown>;
  /** @param tenantIds only what belongs to these tenants; null for everything */
  find(tx: Transaction, key: Key, tenantIds: TenantIds): Promise<Rec | undefined>;
  list(tx: Transaction, query: ListQuery<Key, Filter>): Promise<readonly Rec[]>;
  /** What is wrong with a record beyond its shape: what it refers to, and values that do not fit. */
  problems(tx: Transaction, record: Rec): Promise<readonly RecordProblem[]>;
  create(tx: Transaction, record: Rec): Promise<unknown>;
  update(tx: Transaction, record: Rec): Promise<unknown>;
  remove(tx: Transaction, key: Key): Promise<unknown>;
  /** Rules of the whole directory that a write of this record may have broken, in words. */
  brokenRules(tx: Transaction, key: Key): Promise<readonly string[]>;
}
