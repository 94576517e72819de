import type { Prisma } from '../../generated/prisma/client.js';
import type { Pruning } from './prune-directory.js';

/** Who may still speak for an issuer that is to go, in words. */
export async function problemsBeforePruning(
  tx: Prisma.TransactionClient,
  { scope, rows }: Pruning,
): Promise<readonly string[]> {
  const links = await tx.hookCredentialIssuer.findMany({
    where: {
      credential: { revokedAt: null },
      issuer: { orgId: { in: [...scope.issuersOf] }, id: { notIn: rows.issuers.map(({ row }) => row.id) } },
    },
    orderBy: [{ issuerId: 'asc' }, { credentialId: 'asc' }],
  });
  return links.map(
    ({ issuerId, credentialId }) =>
      `issuer ${issuerId} would be removed, and credential ${credentialId} may speak for it: revoke that first`,
  );
}

/** What still needs a plan or a feature that is to go, or names an issuer that went; in words. */
export async function problemsAfterWriting(
  tx: Prisma.TransactionClient,
  { scope, rows }: Pruning,
): Promise<readonly string[]> {
  return [
    ...(scope.whole.has('plans') ? await plansInUse(tx, rows) : []),
    ...(scope.whole.has('features') ? await featuresInUse(tx, { scope, rows }) : []),
    ...(scope.issuersOf.length > 0 ? await mappingsOfNoIssuer(tx) : []),
  ];
}

async function plansInUse(
  tx: Prisma.TransactionClient,
  { plans }: Pruning['rows'],
): Promise<readonly string[]> {
  const subscriptions = await tx.subscription.findMany({
    where: { planId: { notIn: plans.map(({ row }) => row.id) } },
    orderBy: { id: 'asc' },
  });
  return subscriptions.map(
    ({ id, planId }) => `plan ${planId} would be removed, and subscription ${id} is one of it`,
  );
}

async function featuresInUse(
  tx: Prisma.TransactionClient,
  { scope, rows }: Pruning,
): Promise<readonly string[]> {
  const other = { featureId: { notIn: rows.features.map(({ row }) => row.id) } };
  // The values of plans that go with their plans are in nobody's way.
  const going = scope.whole.has('plans') ? { planId: { in: rows.plans.map(({ row }) => row.id) } } : {};
  const values = await tx.planFeature.findMany({ where: { ...other, ...going }, orderBy: { planId: 'asc' } });
  const grants = await tx.featureGrant.findMany({ where: other, orderBy: { id: 'asc' } });
  return [
    ...values.map(
      ({ planId, featureId }) =>
        `feature ${featureId} would be removed, and plan ${planId} has a value for it`,
    ),
    ...grants.map(
      ({ id, featureId }) => `feature ${featureId} would be removed, and grant ${id} is one of it`,
    ),
  ];
}

async function mappingsOfNoIssuer(tx: Prisma.TransactionClient): Promise<readonly string[]> {
  const issuers = new Set((await tx.issuer.findMany({ select: { id: true } })).map(({ id }) => id));
  const mappings = await tx.claimMapping.findMany({
    select: { id: true, issuerIds: true },
    orderBy: { id: 'asc' },
  });
  return mappings.flatMap(({ id, issuerIds }) =>
    issuerIds
      .filter((issuerId) => !issuers.has(issuerId))
      .map((issuerId) => `claim mapping ${id} is for issuer ${issuerId}, which would be gone`),
  );
}
