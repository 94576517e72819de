import { mappingFaults } from '../../claims/claim-mapping.js';
import type { FeatureType } from '../../generated/prisma/client.js';
import type { DirectoryRows, Wanted } from './directory-rows.js';
import type { Path } from '../../config/file-fault.js';
import { featureValueProblem } from './feature-value.js';
import { toClaimMapping } from './to-claim-mapping.js';

/** A fault before it has a line. */
export interface RowFault {
  readonly path: Path;
  readonly problem: string;
}

/** What the file may refer to: its own rows and those of the database. Users by org id, then user id. */
export interface KnownRows {
  readonly orgs: ReadonlySet<string>;
  readonly issuers: ReadonlySet<string>;
  readonly tenants: ReadonlySet<string>;
  readonly plans: ReadonlySet<string>;
  readonly features: ReadonlyMap<string, FeatureType>;
  readonly users: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Everything about the rows of a file that their shape alone does not say. */
export function checkDirectoryRows(rows: DirectoryRows, known: KnownRows): readonly RowFault[] {
  return [
    ...repeatedKeys(rows),
    ...unknownReferences(rows, known),
    ...misfits(rows, known),
    ...[...rows.memberships, ...rows.bindings, ...rows.subscriptions, ...rows.grants].flatMap(emptyWindow),
    ...overlaps(
      rows.grants,
      ({ tenantId, orgId, userId, featureId }) => [tenantId, orgId, userId, featureId],
      'grant',
    ),
    ...overlaps(
      rows.memberships.filter(({ row }) => row.isDefault),
      ({ orgId, userId }) => [orgId, userId],
      'default membership',
    ),
    ...rows.clients.flatMap((client) => fixedWithoutTenant(client, rows)),
    ...rows.claimMappings.flatMap(({ row, path }) =>
      mappingFaults(toClaimMapping(row)).map(({ member, problem }) => ({ path: [...path, member], problem })),
    ),
  ];
}

function repeatedKeys(rows: DirectoryRows): readonly RowFault[] {
  return [
    ...repeated(rows.orgs, ({ id }) => [id], 'org id'),
    ...repeated(rows.orgs, ({ url }) => [url], 'org URL'),
    ...repeated(rows.issuers, ({ id }) => [id], 'issuer id'),
    ...repeated<{ readonly uri: string }>(
      [...rows.issuers, ...rows.issuerAliases],
      ({ uri }) => [uri],
      'issuer URI',
    ),
    ...repeated(rows.features, ({ id }) => [id], 'feature id'),
    ...repeated(rows.plans, ({ id }) => [id], 'plan id'),
    ...repeated(rows.plans, ({ rank }) => [rank], 'plan rank'),
    ...repeated(rows.tenants, ({ id }) => [id], 'tenant id'),
    ...repeated(rows.users, ({ orgId, id }) => [orgId, id], 'user id'),
    ...repeated(rows.clients, ({ orgId, id }) => [orgId, id], 'client id'),
    ...repeated(rows.memberships, ({ orgId, userId, tenantId }) => [orgId, userId, tenantId], 'membership'),
    ...repeated(rows.bindings, ({ orgId, clientId, tenantId }) => [orgId, clientId, tenantId], 'binding'),
    ...repeated(rows.subscriptions, ({ id }) => [id], 'subscription id'),
    ...repeated(rows.grants, ({ id }) => [id], 'grant id'),
    ...repeated(rows.claimMappings, ({ id }) => [id], 'claim mapping id'),
  ];
}

function repeated<Row>(
  wanted: readonly Wanted<Row>[],
  key: (row: Row) => readonly unknown[],
  noun: string,
): readonly RowFault[] {
  const seen = new Set<string>();
  return wanted.flatMap(({ row, path }) => {
    const text = JSON.stringify(key(row));
    if (seen.has(text)) return [{ path, problem: `repeats the ${noun} ${key(row).join(' / ')}` }];
    seen.add(text);
    return [];
  });
}

function unknownReferences(rows: DirectoryRows, known: KnownRows): readonly RowFault[] {
  const to = (
    noun: string,
    ids: { has(id: string): boolean },
    id: string,
    path: Path,
  ): readonly RowFault[] => (ids.has(id) ? [] : [{ path, problem: `no such ${noun}: ${id}` }]);
  return [
    ...rows.memberships.flatMap(({ row, path }) =>
      to('tenant', known.tenants, row.tenantId, [...path, 'tenant']),
    ),
    ...rows.bindings.flatMap(({ row, path }) =>
      to('tenant', known.tenants, row.tenantId, [...path, 'tenant']),
    ),
    ...rows.subscriptions.flatMap(({ row, path }) => to('plan', known.plans, row.planId, [...path, 'plan'])),
    ...rows.planFeatures.flatMap(({ row, path }) => to('feature', known.features, row.featureId, path)),
    ...rows.grants.flatMap(({ row, path }) => [
      ...to('feature', known.features, row.featureId, [...path, 'feature']),
      ...(row.orgId === null || row.userId === null
        ? []
        : to('user in this org', known.users.get(row.orgId) ?? new Set(), row.userId, [...path, 'user'])),
    ]),
    ...rows.claimMappings.flatMap(({ row, path }) =>
      row.issuerIds.flatMap((id, index) => to('issuer', known.issuers, id, [...path, 'issuers', index])),
    ),
  ];
}

/** Values that do not have their feature's type. */
function misfits({ planFeatures, grants }: DirectoryRows, { features }: KnownRows): readonly RowFault[] {
  const misfit = (featureId: string, value: unknown, path: Path): readonly RowFault[] => {
    const type = features.get(featureId);
    const problem = type === undefined ? undefined : featureValueProblem(type, value);
    return problem === undefined ? [] : [{ path, problem }];
  };
  return [
    ...planFeatures.flatMap(({ row, path }) => misfit(row.featureId, row.value, path)),
    ...grants.flatMap(({ row, path }) => misfit(row.featureId, row.value, [...path, 'value'])),
  ];
}

interface WindowColumns {
  readonly validFrom: Date | null;
  readonly validUntil: Date | null;
}

function emptyWindow({ row, path }: Wanted<WindowColumns>): readonly RowFault[] {
  const { validFrom, validUntil } = row;
  const isEmpty = validFrom !== null && validUntil !== null && validFrom >= validUntil;
  return isEmpty ? [{ path: [...path, 'until'], problem: 'must be later than "from"' }] : [];
}

function overlaps<Row extends WindowColumns>(
  wanted: readonly Wanted<Row>[],
  key: (row: Row) => readonly unknown[],
  noun: string,
): readonly RowFault[] {
  const earlier = new Map<string, Row[]>();
  return wanted.flatMap(({ row, path }) => {
    const text = JSON.stringify(key(row));
    const others = earlier.get(text) ?? [];
    earlier.set(text, [...others, row]);
    const isOverlapping = others.some((other) => doOverlap(other, row));
    return isOverlapping ? [{ path, problem: `overlaps another ${noun} of the same kind in time` }] : [];
  });
}

function doOverlap(a: WindowColumns, b: WindowColumns): boolean {
  const startsBefore = (start: Date | null, end: Date | null): boolean =>
    start === null || end === null || start < end;
  return startsBefore(a.validFrom, b.validUntil) && startsBefore(b.validFrom, a.validUntil);
}

function fixedWithoutTenant(
  { row, path }: DirectoryRows['clients'][number],
  { bindings }: DirectoryRows,
): readonly RowFault[] {
  const own = bindings.filter(
    ({ row: binding }) => binding.orgId === row.orgId && binding.clientId === row.id,
  );
  return row.tenantMode === 'fixed' && own.length !== 1
    ? [{ path: [...path, 'bindings'], problem: 'a client of mode fixed has exactly one binding' }]
    : [];
}
