import type { Transaction } from '../../database/write-as.js';
import type { FactsTable } from '../facts/replaced-views.js';
import type { ListQuery, RecordStore, TenantIds } from './record-store.js';

type Reader = Pick<Transaction, '$queryRawUnsafe'>;

/** How records are read from the views that the hook reads (docs/existing-tables.md). */
export interface ShownRecords<Rec extends object, Key extends object, Filter extends object> {
  /** Where the view of one of these shows other tables, ours say nothing about what there is. */
  readonly through: readonly FactsTable[];
  find(tx: Reader, key: Key, tenantIds: TenantIds): Promise<Rec | undefined>;
  list(tx: Reader, query: ListQuery<Key, Filter>): Promise<readonly Rec[]>;
}

interface Shown<Row, Rec, Key, Filter> {
  readonly through: readonly FactsTable[];
  /** A query of all rows, as the tables of ours have them. */
  readonly rows: string;
  /** Members of the record’s key and their columns, in the order of lists. */
  readonly key: readonly (readonly [keyof Key & string, string])[];
  /** SQL for each filter, with `?` for its value. */
  readonly filters: Readonly<Record<keyof Filter & string, string>>;
  /** SQL for what belongs to one of some tenants, with `?` for their ids; absent where records belong to none. */
  readonly ofTenants?: string;
  readonly toRecord: (row: Row) => Rec;
}

/** Makes what reads the records of one noun from views. */
export function shownRecords<Row, Rec extends object, Key extends object, Filter extends object>(
  shown: Shown<Row, Rec, Key, Filter>,
): ShownRecords<Rec, Key, Filter> {
  const { through, rows, key, filters, ofTenants, toRecord } = shown;
  const columns = key.map(([, column]) => column).join(', ');
  const select = async (tx: Reader, query: SelectQuery): Promise<readonly Rec[]> => {
    const { conditions, values } = conjunction([
      ...query.conditions,
      ...(ofTenants === undefined || query.tenantIds === null
        ? []
        : [[ofTenants, [[...query.tenantIds]]] as const]),
    ]);
    const sql = `SELECT * FROM (${rows}) AS r WHERE ${conditions} ORDER BY ${columns} LIMIT ${String(query.limit)}`;
    return (await tx.$queryRawUnsafe<Row[]>(sql, ...values)).map(toRecord);
  };
  const partsOf = (of: Key): readonly string[] => key.map(([member]) => String(of[member]));
  const places = key.map(() => '?').join(', ');
  return {
    through,
    find: async (tx, of, tenantIds) => {
      const conditions = [[`(${columns}) = (${places})`, partsOf(of)] as const];
      return (await select(tx, { conditions, tenantIds, limit: 1 }))[0];
    },
    list: (tx, { filter, after, limit, tenantIds }) => {
      const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
      const conditions = wanted.map(
        ([name, value]) => [filters[name as keyof Filter & string], [value as unknown]] as const,
      );
      const next = after === undefined ? [] : [[`(${columns}) > (${places})`, partsOf(after)] as const];
      return select(tx, { conditions: [...conditions, ...next], tenantIds, limit });
    },
  };
}

/** SQL with `?` for each of its values. */
type Condition = readonly [sql: string, values: readonly unknown[]];

interface SelectQuery {
  readonly conditions: readonly Condition[];
  readonly tenantIds: TenantIds;
  readonly limit: number;
}

/** All of the conditions, with their values numbered. */
function conjunction(all: readonly Condition[]): {
  readonly conditions: string;
  readonly values: readonly unknown[];
} {
  const values: unknown[] = [];
  const numbered = all.map(([sql, own]) => {
    const remaining = [...own];
    return sql.replaceAll('?', () => `$${String(values.push(remaining.shift()))}`);
  });
  return { conditions: ['true', ...numbered].join(' AND '), values };
}

/** Where a store reads: in its own tables, or in the views. */
export function readingStore<Rec extends object, Key extends object, Filter extends object>(
  store: RecordStore<Rec, Key, Filter>,
  replaced: ReadonlySet<FactsTable>,
): Pick<RecordStore<Rec, Key, Filter>, 'find' | 'list'> {
  const { shown } = store;
  return shown !== undefined && shown.through.some((table) => replaced.has(table)) ? shown : store;
}

/** Columns of a window, of a view. */
export const SHOWN_WINDOW = 'valid_from AS "validFrom", valid_until AS "validUntil"';
