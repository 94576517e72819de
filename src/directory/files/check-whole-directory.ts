import { compileMappings } from '../../claims/claim-mapping.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { COVERS_LIMIT } from '../facts/facts-query.js';
import { toClaimMapping } from './to-claim-mapping.js';

/** A row that a file may name. Users and clients are rows of an org. */
export interface RowName {
  readonly rows: 'claimMappings' | 'issuers' | 'clients' | 'users';
  readonly id: string;
  readonly orgId?: string;
}

/** Something that does not hold, and the rows that it is about: where it may be mended, the likeliest first. */
export interface DirectoryProblem {
  readonly problem: string;
  readonly about: readonly RowName[];
}

export function sentencesOf(problems: readonly DirectoryProblem[]): readonly string[] {
  return problems.map(({ problem }) => problem);
}

/**
 * What must hold for the directory as a whole, whichever file or statement changed it; checked inside the transaction of
 * the change.
 */
export async function checkWholeDirectory(
  tx: Prisma.TransactionClient,
): Promise<readonly DirectoryProblem[]> {
  return [
    ...(await checkPolicies(tx)),
    ...(await checkMappings(tx)),
    ...(await checkFixedClients(tx)),
    ...(await checkCrowdedUsers(tx)),
  ];
}

/** The hook would leave these out: above all those that together with the others may take too many steps. */
export async function checkMappings(tx: Prisma.TransactionClient): Promise<readonly DirectoryProblem[]> {
  const { refused } = compileMappings((await tx.claimMapping.findMany()).map(toClaimMapping));
  return refused.flatMap(({ mapping, problems }) =>
    problems.map((problem) => ({
      problem: `claim mapping ${mapping.id}: ${problem}`,
      about: [{ rows: 'claimMappings', id: mapping.id }],
    })),
  );
}

/** Design, "The way of a hook call": a required claim that may be omitted is a contradiction. */
export async function checkPolicies(tx: Prisma.TransactionClient): Promise<readonly DirectoryProblem[]> {
  const required = await tx.claimMapping.findMany({ where: { required: true } });
  if (required.length === 0) return [];
  const issuers = await tx.issuer.findMany({ select: { id: true, orgId: true, failurePolicy: true } });
  const omitting = await tx.client.findMany({
    where: { failurePolicy: 'omit' },
    select: { orgId: true, id: true },
  });
  return required.flatMap(({ id, issuerIds, clientIds }) => {
    const concerned = issuers.filter((issuer) => issuerIds.length === 0 || issuerIds.includes(issuer.id));
    const omits = concerned.filter(({ failurePolicy }) => failurePolicy === 'omit');
    const clients = omitting.filter(
      (client) =>
        concerned.some(({ orgId }) => orgId === client.orgId) &&
        (clientIds.length === 0 || clientIds.includes(client.id)),
    );
    return [
      ...omits.map((issuer): DirectoryProblem => ({
        problem: `claim mapping ${id} is required, and the failure policy of issuer ${issuer.id} is omit`,
        about: [
          { rows: 'claimMappings', id },
          { rows: 'issuers', id: issuer.id },
        ],
      })),
      ...clients.map((client): DirectoryProblem => ({
        problem: `claim mapping ${id} is required, and the failure policy of client ${client.id} is omit`,
        about: [
          { rows: 'claimMappings', id },
          { rows: 'clients', ...client },
        ],
      })),
    ];
  });
}

/** @param only the one client that a change touched; all of them where it is not given */
export async function checkFixedClients(
  tx: Prisma.TransactionClient,
  only: { readonly orgId: string; readonly id: string } | Record<string, never> = {},
): Promise<readonly DirectoryProblem[]> {
  const clients = await tx.client.findMany({
    where: { ...only, tenantMode: 'fixed' },
    select: { orgId: true, id: true, _count: { select: { bindings: true } } },
  });
  return clients
    .filter(({ _count }) => _count.bindings !== 1)
    .map(({ orgId, id, _count }) => ({
      problem: `client ${id} is of mode fixed and has ${String(_count.bindings)} bindings, not 1`,
      about: [{ rows: 'clients', orgId, id }],
    }));
}

/** @param only the one user that a change touched; all of them where it is not given */
export async function checkCrowdedUsers(
  tx: Prisma.TransactionClient,
  only: { readonly orgId: string; readonly userId: string } | Record<string, never> = {},
): Promise<readonly DirectoryProblem[]> {
  const users = await tx.membership.groupBy({
    by: ['orgId', 'userId'],
    where: only,
    having: { tenantId: { _count: { gt: COVERS_LIMIT } } },
  });
  return users.map(({ orgId, userId }) => ({
    problem: `user ${userId} has more than ${String(COVERS_LIMIT)} memberships`,
    about: [{ rows: 'users', orgId, id: userId }],
  }));
}
