import type { Database } from '../../database/database.js';
import type { Prisma } from '../../generated/prisma/client.js';
import {
  BindingDto,
  ClaimMappingDto,
  ClientDto,
  FeatureDto,
  GrantDto,
  IssuerDto,
  MembershipDto,
  PlanDto,
  SubscriptionDto,
  TenantDto,
  UserDto,
  UserGrantDto,
} from './directory-file.dto.js';
import type { DirectoryWriter, Entry } from './directory-writer.js';
import { exportedEntries, setFilter, type ExportedList, type ExportFilter } from './export-query.js';

export { type ExportFilter } from './export-query.js';

/** Parts of a file that can be had alone. */
export const EXPORT_PARTS = [
  'issuers',
  'users',
  'clients',
  'features',
  'plans',
  'tenants',
  'claimMappings',
] as const;
export type ExportPart = (typeof EXPORT_PARTS)[number];

export interface ExportOptions extends ExportFilter {
  /** Lists that the file is to have; an org is named where one of its own is among them. */
  readonly parts: ReadonlySet<ExportPart>;
}

/** How many entries of each list were written. */
export type ExportCounts = Readonly<Partial<Record<ExportedList, number>>>;

/** What was asked for is not there. */
export class ExportRefusedError extends Error {
  readonly code = 'REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'ExportRefusedError';
  }
}

const TRANSACTION = { isolationLevel: 'RepeatableRead', maxWait: 30_000, timeout: 60 * 60_000 } as const;

/**
 * Writes the directory as it was at one instant, without credentials: entries by the order of their ids, members that have
 * their default left out. What is written can be applied to an empty database, and exported there it is the same again.
 * With tenants named: them, what they have, and of the orgs only the users and clients that are in them, without issuers
 * and claim mappings. With orgs named: no other org, and everything else.
 *
 * @throws ExportRefusedError where a tenant or an org that is named is not there
 */
export async function exportDirectory(
  { prisma }: Database,
  options: ExportOptions,
  writer: DirectoryWriter,
): Promise<ExportCounts> {
  return prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe('SET TRANSACTION READ ONLY');
    await refuseUnknown(tx, options);
    await setFilter(tx, { orgIds: options.orgIds, tenantIds: options.tenantIds });
    const counts: Counts = {};
    await writeOrgs(tx, options.parts, { writer, counts });
    await writeTopLists(tx, options.parts, { writer, counts });
    await writer.end();
    return counts;
  }, TRANSACTION);
}

async function refuseUnknown(
  tx: Prisma.TransactionClient,
  { orgIds, tenantIds }: ExportFilter,
): Promise<void> {
  const [orgs, tenants] = [
    await tx.org.findMany({ where: { id: { in: [...orgIds] } }, select: { id: true } }),
    await tx.tenant.findMany({ where: { id: { in: [...tenantIds] } }, select: { id: true } }),
  ];
  const missing = [
    ...orgIds.filter((id) => !orgs.some((org) => org.id === id)).map((id) => `org ${id}`),
    ...tenantIds.filter((id) => !tenants.some((tenant) => tenant.id === id)).map((id) => `tenant ${id}`),
  ];
  if (missing.length > 0) throw new ExportRefusedError(`The directory has no ${missing.join(', no ')}.`);
}

type Counts = Partial<Record<ExportedList, number>>;

interface Writing {
  readonly writer: DirectoryWriter;
  readonly counts: Counts;
}

async function writeOrgs(
  tx: Prisma.TransactionClient,
  parts: ReadonlySet<ExportPart>,
  { writer, counts }: Writing,
): Promise<void> {
  const lists = (['issuers', 'users', 'clients'] as const).filter((list) => parts.has(list));
  if (lists.length === 0) return;
  const orgs: Entry[] = [];
  for await (const org of exportedEntries(tx, 'orgs')) orgs.push(org);
  for (const org of orgs) {
    await writer.openOrg(org);
    count(counts, 'orgs');
    for (const list of lists) {
      for await (const entry of exportedEntries(tx, list, String(org['id']))) {
        await writer.orgEntry(list, withoutDefaults(CLASSES[list], entry));
        count(counts, list);
      }
    }
  }
}

async function writeTopLists(
  tx: Prisma.TransactionClient,
  parts: ReadonlySet<ExportPart>,
  { writer, counts }: Writing,
): Promise<void> {
  const lists = (['features', 'plans', 'tenants', 'claimMappings'] as const).filter((list) =>
    parts.has(list),
  );
  for (const list of lists) {
    for await (const entry of exportedEntries(tx, list)) {
      await writer.entry(list, withoutDefaults(CLASSES[list], entry));
      count(counts, list);
    }
  }
}

function count(counts: Counts, list: ExportedList): void {
  counts[list] = (counts[list] ?? 0) + 1;
}

const CLASSES: Readonly<Record<ExportPart, new () => object>> = {
  issuers: IssuerDto,
  users: UserDto,
  clients: ClientDto,
  features: FeatureDto,
  plans: PlanDto,
  tenants: TenantDto,
  claimMappings: ClaimMappingDto,
};

/** Entries within an entry. */
const CLASSES_WITHIN: Readonly<Record<string, new () => object>> = {
  memberships: MembershipDto,
  bindings: BindingDto,
  subscriptions: SubscriptionDto,
  grants: GrantDto,
  userGrants: UserGrantDto,
};

/** An entry without the members that say what leaving them out says, too. */
function withoutDefaults(type: new () => object, entry: Entry): Entry {
  const defaults = new Map(Object.entries(new type()).map(([name, value]) => [name, JSON.stringify(value)]));
  const members = Object.entries(entry)
    .filter(([name, value]) => value !== null && defaults.get(name) !== JSON.stringify(value))
    .map(([name, value]) => [name, leanMember(name, value)] as const);
  return Object.fromEntries(members);
}

function leanMember(name: string, value: unknown): unknown {
  const type = CLASSES_WITHIN[name];
  if (type !== undefined && Array.isArray(value))
    return value.map((entry: Entry) => withoutDefaults(type, entry));
  return (name === 'from' || name === 'until') && typeof value === 'number' ? instant(value) : value;
}

/** ISO 8601 in UTC, without milliseconds where there are none. */
function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}
