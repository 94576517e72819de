import type { Transaction } from '../../database/write-as.js';
import { toRecord as toBinding, type BindingRecord } from './binding-records.js';
import { CLIENT_RECORDS, type ClientKey, type ClientRecord } from './client-records.js';
import { toRecord as toGrant, type GrantRecord } from './grant-records.js';
import { toRecord as toMembership, type MembershipRecord } from './membership-records.js';
import { USER_RECORDS, type UserKey, type UserRecord } from './user-records.js';

/** What was in force and ends now, as it was; and what had not begun, and never will. */
export interface EndedUser {
  readonly user: UserRecord;
  readonly ended: {
    readonly memberships: readonly MembershipRecord[];
    readonly grants: readonly GrantRecord[];
  };
  readonly removed: {
    readonly memberships: readonly MembershipRecord[];
    readonly grants: readonly GrantRecord[];
  };
}

export interface EndedClient {
  readonly client: ClientRecord;
  readonly ended: { readonly bindings: readonly BindingRecord[] };
  readonly removed: { readonly bindings: readonly BindingRecord[] };
}

/**
 * Ends a user: memberships and grants end now in every tenant, those that have not begun are removed, and the user is
 * suspended. Done again it changes nothing.
 *
 * @returns undefined where there is no such user
 */
export async function endUser(tx: Transaction, key: UserKey, now: Date): Promise<EndedUser | undefined> {
  const ofUser = { orgId: key.org, userId: key.id };
  await USER_RECORDS.lock(tx, key);
  const user = await USER_RECORDS.find(tx, key, null);
  if (user === undefined) return undefined;
  const [begun, ahead] = [
    { ...ofUser, AND: [begunAt(now)] },
    { ...ofUser, validFrom: { gte: now } },
  ];
  const ended = {
    memberships: (await tx.membership.findMany({ where: begun })).map(toMembership),
    grants: (await tx.featureGrant.findMany({ where: begun })).map(toGrant),
  };
  const removed = {
    memberships: (await tx.membership.findMany({ where: ahead })).map(toMembership),
    grants: (await tx.featureGrant.findMany({ where: ahead })).map(toGrant),
  };
  await tx.membership.deleteMany({ where: ahead });
  await tx.featureGrant.deleteMany({ where: ahead });
  await tx.membership.updateMany({ where: begun, data: { validUntil: now } });
  await tx.featureGrant.updateMany({ where: begun, data: { validUntil: now } });
  const suspended: UserRecord = { ...user, status: 'suspended' };
  await USER_RECORDS.update(tx, suspended);
  return { user: suspended, ended, removed };
}

/**
 * Ends a client: bindings end now in every tenant, those that have not begun are removed. Its mode becomes `choose`, which
 * without a binding gives no tenant; `any` would go on to stamp. Done again it changes nothing.
 *
 * @returns undefined where there is no such client
 */
export async function endClient(
  tx: Transaction,
  key: ClientKey,
  now: Date,
): Promise<EndedClient | undefined> {
  const ofClient = { orgId: key.org, clientId: key.id };
  await CLIENT_RECORDS.lock(tx, key);
  const found = await CLIENT_RECORDS.find(tx, key, null);
  if (found === undefined) return undefined;
  const [begun, ahead] = [
    { ...ofClient, AND: [begunAt(now)] },
    { ...ofClient, validFrom: { gte: now } },
  ];
  const ended = { bindings: (await tx.clientBinding.findMany({ where: begun })).map(toBinding) };
  const removed = { bindings: (await tx.clientBinding.findMany({ where: ahead })).map(toBinding) };
  const { bindings: _bindings, ...client } = found;
  await CLIENT_RECORDS.update(tx, { ...client, tenantMode: 'choose' });
  await tx.clientBinding.deleteMany({ where: ahead });
  await tx.clientBinding.updateMany({ where: begun, data: { validUntil: now } });
  const after = await CLIENT_RECORDS.find(tx, key, null);
  return { client: after ?? found, ended, removed };
}

/** Windows that are open at an instant. */
function begunAt(now: Date) {
  return {
    AND: [
      { OR: [{ validFrom: null }, { validFrom: { lt: now } }] },
      { OR: [{ validUntil: null }, { validUntil: { gt: now } }] },
    ],
  };
}
