/** A condition on key columns: after one key, in the order of the columns. */
export interface AfterKey<Column extends string> {
  readonly AND: Partial<Record<Column, { readonly gte: string }>>[];
  readonly OR?: Partial<Record<Column, string | { readonly gt: string }>>[];
}

/**
 * What comes after a key: `(a, b) > (x, y)`, as `a >= x AND (a > x OR a = x AND b > y)`, whose first part an index can begin at.
 *
 * @param entries columns of the key and their values, in the order of the list; none for the first page
 */
export function afterKey<Column extends string>(
  entries: readonly (readonly [Column, string])[],
): AfterKey<Column> {
  const [first] = entries;
  if (first === undefined) return { AND: [] };
  return {
    AND: [columns<Column, { readonly gte: string }>([[first[0], { gte: first[1] }]])],
    OR: entries.map(([column, value], index) =>
      columns<Column, string | { readonly gt: string }>([
        ...entries.slice(0, index),
        [column, { gt: value }],
      ]),
    ),
  };
}

function columns<Column extends string, Value>(
  entries: readonly (readonly [Column, Value])[],
): Partial<Record<Column, Value>> {
  return Object.fromEntries(entries) as Partial<Record<Column, Value>>;
}

type Given<Conditions> = { [Name in keyof Conditions]?: Exclude<Conditions[Name], undefined> };

/** Conditions that were given: the client refuses those that are undefined, since they would match everything. */
export function given<Conditions extends object>(conditions: Conditions): Given<Conditions> {
  return Object.fromEntries(
    Object.entries(conditions).filter(([, value]) => value !== undefined),
  ) as Given<Conditions>;
}

/** Whether a record of a tenant may be known. */
export function isOf(tenantId: string, tenantIds: readonly string[] | null): boolean {
  return tenantIds === null || tenantIds.includes(tenantId);
}

/** A window as a record has it; null is no bound. */
export interface RecordWindow {
  readonly from?: string | null;
  readonly until?: string | null;
}

interface WindowColumns {
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

export function windowColumns({ from = null, until = null }: RecordWindow): WindowColumns {
  return { validFrom: dateOrNull(from), validUntil: dateOrNull(until) };
}

export function recordWindow({ validFrom, validUntil }: WindowColumns): {
  readonly from: string | null;
  readonly until: string | null;
} {
  return { from: isoOrNull(validFrom), until: isoOrNull(validUntil) };
}

/** ISO 8601 in UTC, to the millisecond. */
export function isoOrNull(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

function dateOrNull(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
