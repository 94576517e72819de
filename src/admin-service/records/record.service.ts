import type { Database } from '../../database/database.js';
import { writeAs, type Transaction } from '../../database/write-as.js';
import { requireTenant, tenantIdsOf, type AdminCaller } from '../authentication/admin-caller.js';
import { replacedTables } from '../../directory/facts/replaced-views.js';
import { readingStore } from '../../directory/records/shown-records.js';
import type { Reach } from '../../caller/admin-rights.js';
import { invalidFields, Problem, type FieldError } from '../problems/problem.js';
import { isRace, isReferredTo } from '../problems/to-problem.js';
import { formatCursor, parseCursor } from '../requests/cursor.js';
import { requirePreconditions, versionOf, type Preconditions } from '../requests/entity-tag.js';
import { takeIdempotencyKey, type IdempotentRequest } from '../requests/idempotency.js';
import { mergePatch } from '../requests/merge-patch.js';
import { pointerTo } from '../requests/pointer.js';
import { validateBody, validateQuery } from '../requests/validate-document.js';
import { isLimited, isOwn, readReach, requireOwn, withoutOthers, writeReach } from './record-access.js';
import { keyOf, keyOfParts, partsOf, withId, withKey, type RecordKey } from './record-keys.js';
import { requireOwnTables, tablesOf } from './read-only.js';
import type { Resource } from './resource.js';

/** A record, and what has been done for it. */
export interface Found {
  readonly record: object;
  readonly version: string;
}

export interface Written extends Found {
  readonly key: RecordKey;
  /** `replayed` means that an earlier request of the same idempotency key made it. */
  readonly outcome: 'created' | 'replaced' | 'replayed';
}

export interface Page {
  readonly items: readonly object[];
  readonly nextCursor: string | null;
}

/** Reads and writes the records of every noun: each write in one transaction, in the caller's name. */
export class RecordService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(resource: Resource, caller: AdminCaller, query: unknown): Promise<Page> {
    const { key: members } = resource;
    const reach = readReach(resource, caller);
    const { limit, cursor, ...filter } = validateQuery(resource.filter, query);
    const tenant: unknown = Reflect.get(filter, 'tenant');
    if (typeof tenant === 'string') requireTenant(reach, 'directory:read', tenant);
    const after = cursor === undefined ? undefined : keyOfParts(members, parseCursor(cursor, members.length));
    const records = await (
      await this.#shown(resource)
    ).list(this.#database.prisma, {
      ...{ filter, after, limit: limit + 1 },
      tenantIds: tenantIdsOf(reach),
    });
    const items = records.slice(0, limit);
    const last = items.at(-1);
    const isMore = records.length > limit && last !== undefined;
    return { items, nextCursor: isMore ? formatCursor(partsOf(members, last)) : null };
  }

  /** @throws Problem where it is not there, or not for the caller */
  async read(resource: Resource, caller: AdminCaller, key: RecordKey): Promise<Found> {
    const tenantIds = tenantIdsOf(readReach(resource, caller));
    const shown = await this.#shown(resource);
    return found(await shown.find(this.#database.prisma, key, tenantIds), resource);
  }

  /** Makes a record that is not there yet. @throws Problem */
  async create(
    resource: Resource,
    caller: AdminCaller,
    { body, idempotency }: { readonly body: unknown; readonly idempotency: IdempotentRequest | undefined },
  ): Promise<Written> {
    const reach = writeReach(resource, caller);
    const record = validateBody(resource.document, withId(resource, body));
    requireOwn(resource, reach, record);
    const key = keyOf(resource, record);
    return this.#write(resource, { caller, body }, async (tx) => {
      const earlier = idempotency && (await takeIdempotencyKey(tx, idempotency, Object.values(key)));
      if (earlier !== undefined)
        return replayed(tx, resource, { reach, key: keyOfParts(resource.key, earlier) });
      const current = await resource.store.find(tx, key, null);
      if (current !== undefined) throw taken(resource, reach, current);
      return created(tx, resource, record);
    });
  }

  /** Makes a record as it is given, whether or not it is there. @throws Problem */
  async replace(
    resource: Resource,
    caller: AdminCaller,
    { key, body, preconditions }: Change & { readonly body: unknown },
  ): Promise<Written> {
    const reach = writeReach(resource, caller);
    const record = validateBody(resource.document, withKey(resource, body, key));
    requireOwn(resource, reach, record);
    const attempt = (): Promise<Written> =>
      this.#write(resource, { caller, body }, async (tx) => {
        await resource.store.lock(tx, key);
        const current = await resource.store.find(tx, key, null);
        if (current !== undefined && !isOwn(resource, reach, current)) throw taken(resource, reach, current);
        requirePreconditions(preconditions, current && versionOf(current));
        return current === undefined ? created(tx, resource, record) : changed(tx, resource, record);
      });
    // Whoever made it at the same moment was first: now it is there.
    return attempt().catch((error: unknown) => {
      if (isRace(error)) return attempt();
      throw error;
    });
  }

  /** Changes the members that a merge patch names. @throws Problem */
  async patch(
    resource: Resource,
    caller: AdminCaller,
    { key, body, preconditions }: Change & { readonly body: unknown },
  ): Promise<Written> {
    const reach = writeReach(resource, caller);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw invalidFields([{ pointer: '', detail: 'must be a JSON object' }]);
    }
    return this.#write(resource, { caller, body }, async (tx) => {
      const current = await this.#hold(tx, resource, { reach, key, preconditions });
      const record = validateBody(resource.document, withKey(resource, mergePatch(current, body), key));
      requireOwn(resource, reach, record);
      return changed(tx, resource, record);
    });
  }

  /** @throws Problem where other records refer to it */
  async remove(resource: Resource, caller: AdminCaller, { key, preconditions }: Change): Promise<void> {
    const reach = writeReach(resource, caller);
    await this.#write(resource, { caller }, async (tx) => {
      await this.#hold(tx, resource, { reach, key, preconditions });
      await removeUnused(tx, resource, key);
      await requireRules(tx, resource, key);
    });
  }

  /** Where the hook reads records, people do. */
  async #shown({ store }: Resource): Promise<Pick<Resource['store'], 'find' | 'list'>> {
    return store.shown === undefined ? store : readingStore(store, await replacedTables(this.#database));
  }

  /** One transaction; rules of the whole look at what all the others did. */
  async #write<T>(
    resource: Resource,
    { caller, body }: { readonly caller: AdminCaller; readonly body?: unknown },
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    await requireOwnTables(this.#database, tablesOf(resource, body));
    try {
      return await writeAs(this.#database, caller.actor, async (tx) => {
        if (resource.store.takesTurns) await takeTurn(tx);
        return work(tx);
      });
    } catch (error) {
      throw isLimited(resource, caller) ? withoutOthers(error) : error;
    }
  }

  /** Holds a record for the rest of the transaction. @throws Problem where it is not there, or has another version */
  async #hold(
    tx: Transaction,
    resource: Resource,
    { reach, key, preconditions }: Change & { readonly reach: Reach },
  ): Promise<object> {
    await resource.store.lock(tx, key);
    const { record, version } = found(await resource.store.find(tx, key, tenantIdsOf(reach)), resource);
    requirePreconditions(preconditions, version);
    return record;
  }
}

export interface Change {
  readonly key: RecordKey;
  readonly preconditions: Preconditions;
}

/** Takes turns with `apply` and with every other write that rules of the whole directory look at. */
export async function takeTurn(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('mintmark.apply'))`;
}

/** Everything that is wrong with a record beyond its shape. @throws Problem that names it */
async function requireSound(tx: Transaction, { store }: Resource, record: object): Promise<void> {
  const problems = await store.problems(tx, record);
  if (problems.length === 0) return;
  throw invalidFields(
    problems.map(({ path, problem }): FieldError => ({ pointer: pointerTo(path), detail: problem })),
  );
}

async function requireRules(tx: Transaction, { store }: Resource, key: RecordKey): Promise<void> {
  const broken = await store.brokenRules(tx, key);
  if (broken.length > 0) throw new Problem('conflict', broken.join('; '));
}

async function created(tx: Transaction, resource: Resource, record: object): Promise<Written> {
  await requireSound(tx, resource, record);
  await resource.store.create(tx, record);
  return reread(tx, resource, { key: keyOf(resource, record), outcome: 'created' });
}

async function changed(tx: Transaction, resource: Resource, record: object): Promise<Written> {
  await requireSound(tx, resource, record);
  await resource.store.update(tx, record);
  return reread(tx, resource, { key: keyOf(resource, record), outcome: 'replaced' });
}

/** What was written, as anybody would read it. @throws Problem where a rule of the whole is broken */
async function reread(
  tx: Transaction,
  resource: Resource,
  written: Pick<Written, 'key' | 'outcome'>,
): Promise<Written> {
  await requireRules(tx, resource, written.key);
  return { ...found(await resource.store.find(tx, written.key, null), resource), ...written };
}

/** What an earlier request made, as it is now: somebody may have given it to a tenant that the caller must not know of. */
async function replayed(
  tx: Transaction,
  resource: Resource,
  { reach, key }: { readonly reach: Reach; readonly key: RecordKey },
): Promise<Written> {
  const record = await resource.store.find(tx, key, tenantIdsOf(reach));
  return { ...found(record, resource), key, outcome: 'replayed' };
}

async function removeUnused(tx: Transaction, { store, removal }: Resource, key: RecordKey): Promise<void> {
  try {
    await store.remove(tx, key);
  } catch (error) {
    if (!isReferredTo(error)) throw error;
    throw new Problem('in-use', `other records refer to this ${store.noun}: ${removal}`);
  }
}

function found(record: object | undefined, { store: { noun } }: Resource): Found {
  if (record === undefined) throw new Problem('not-found', `there is no such ${noun}`);
  return { record, version: versionOf(record) };
}

/** Ids are unique among all tenants, so that one is in use cannot be kept from anybody; of whom, and for what, can. */
function taken(resource: Resource, reach: Reach, current: object): Problem {
  const { noun } = resource.store;
  if (!isOwn(resource, reach, current)) return new Problem('conflict', `this id of a ${noun} cannot be used`);
  return new Problem('already-exists', `a ${noun} with this key is there already: PUT or PATCH changes it`);
}
