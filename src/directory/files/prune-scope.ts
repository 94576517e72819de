import type { Prisma } from '../../generated/prisma/client.js';
import type { DirectoryRows } from './directory-rows.js';
import type { DirectoryFile } from './read-directory-file.js';

/**
 * What pruning may remove: what the database has besides a list that some file has. Lists that no file has stay as they are.
 * Of the lists of an org it is that org's that count; a list within a row (the memberships of a user, the grants of a tenant)
 * counts for all rows as soon as one row has it. Whatever is part of a row that goes, goes with it.
 */
export interface PruneScope {
  /** Lists that some file has, other than those of orgs. */
  readonly whole: ReadonlySet<TopList | InnerList>;
  /** Ids of the orgs of which these lists are whole: those that go are among them. */
  readonly issuersOf: readonly string[];
  readonly usersOf: readonly string[];
  readonly clientsOf: readonly string[];
  readonly removedOrgs: readonly string[];
  readonly removedTenants: readonly string[];
}

const TOP_LISTS = ['orgs', 'features', 'plans', 'tenants', 'claimMappings'] as const;
type TopList = (typeof TOP_LISTS)[number];

const INNER_LISTS = ['memberships', 'bindings', 'subscriptions', 'grants', 'userGrants'] as const;
type InnerList = (typeof INNER_LISTS)[number];

export async function readPruneScope(
  tx: Prisma.TransactionClient,
  files: readonly DirectoryFile[],
  rows: DirectoryRows,
): Promise<PruneScope> {
  const whole = new Set([
    ...TOP_LISTS.filter((list) => files.some((file) => file.has([list]))),
    ...INNER_LISTS.filter((list) => files.some((file) => rowsWith(list, file))),
  ]);
  const removedOrgs = whole.has('orgs')
    ? await tx.org.findMany({
        where: { id: { notIn: rows.orgs.map(({ row }) => row.id) } },
        select: { id: true },
      })
    : [];
  const removedTenants = whole.has('tenants') ? await otherTenants(tx, rows) : [];
  const gone = removedOrgs.map(({ id }) => id);
  return {
    whole,
    issuersOf: [...orgsWith(files, 'issuers'), ...gone],
    usersOf: [...orgsWith(files, 'users'), ...gone],
    clientsOf: [...orgsWith(files, 'clients'), ...gone],
    removedOrgs: gone,
    removedTenants,
  };
}

/** Whether some row of a file has the list. */
function rowsWith(list: InnerList, { content: { orgs, tenants }, has }: DirectoryFile): boolean {
  switch (list) {
    case 'memberships':
      return orgs.some(({ users }, org) => users.some((_, user) => has(['orgs', org, 'users', user, list])));
    case 'bindings':
      return orgs.some(({ clients }, org) =>
        clients.some((_, client) => has(['orgs', org, 'clients', client, list])),
      );
    default:
      return tenants.some((_, tenant) => has(['tenants', tenant, list]));
  }
}

async function otherTenants(
  tx: Prisma.TransactionClient,
  { tenants }: DirectoryRows,
): Promise<readonly string[]> {
  const named = new Set(tenants.map(({ row }) => row.id));
  const all = await tx.tenant.findMany({ select: { id: true } });
  return all.map(({ id }) => id).filter((id) => !named.has(id));
}

function orgsWith(files: readonly DirectoryFile[], list: 'issuers' | 'users' | 'clients'): readonly string[] {
  return files.flatMap((file) =>
    file.content.orgs.filter((_, index) => file.has(['orgs', index, list])).map(({ id }) => id),
  );
}
