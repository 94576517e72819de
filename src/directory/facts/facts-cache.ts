import { LRUCache } from 'lru-cache';
import type { Facts, TenantFacts } from '../../claims/facts.js';
import { candidateTenants } from './candidate-tenants.js';
import {
  suspendedTenant,
  weighChoice,
  weighClient,
  weighTenant,
  weighUser,
  type ChoiceDocument,
  type ClientDocument,
  type TenantDocument,
  type UserDocument,
} from './facts-documents.js';
import type { FactsKey, FactsReading, LookupTime } from './facts-source.js';
import { isSameData } from './same-data.js';

/** A document that is kept. */
type Kept = FactsPart &
  (
    | { readonly kind: 'user'; readonly document: UserDocument }
    | { readonly kind: 'client'; readonly document: ClientDocument }
    | { readonly kind: 'tenant'; readonly document: TenantDocument }
    | { readonly kind: 'choice'; readonly document: ChoiceDocument }
  );

/** A document that facts were put together from. */
export interface FactsPart {
  readonly kind: 'user' | 'client' | 'tenant' | 'choice';
  /** When the statement began that found it as it is for the last time: milliseconds on the monotonic clock. */
  readAt: number;
  /** Whether it is the one that is kept; not any more when another was read, or when it was dropped or had to go. */
  isKept: boolean;
}

/** How old kept documents may be: instants on the monotonic clock, in milliseconds. */
export interface KeptSince {
  readonly documents: number;
  /** Remembered choices. */
  readonly choices: number;
  /** That there was no choice: another process may have stored one since. */
  readonly noChoices: number;
}

/** Facts put together from kept documents. */
export interface KeptFacts {
  readonly facts: Facts;
  /** When the oldest of their documents was read, on the monotonic clock. */
  readonly readAt: number;
  readonly parts: readonly Readonly<FactsPart>[];
}

/** The refresh token that a choice belongs to. */
export interface ChoiceKey {
  readonly orgId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly refreshTokenJti: string;
}

/** What has changed in the directory. */
export type DirectoryChange =
  | { readonly kind: 'user' | 'client'; readonly orgId: string; readonly id: string }
  | { readonly kind: 'tenant'; readonly id: string }
  | ({ readonly kind: 'choice' } & ChoiceKey)
  | { readonly kind: 'everything' };

/**
 * Keeps the documents of the directory that calls were decided on, and puts the facts of a call together from them.
 * Documents are frozen, and judged by nobody: what is open or active is decided anew on every call.
 */
export class FactsCache {
  /** By structural key; bounded by weight, and the least recently used one goes first. */
  readonly #kept: LRUCache<string, Kept>;

  /** @param maxBytes of memory, by estimate */
  constructor(maxBytes: number) {
    this.#kept = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (kept, key) => weigh(kept) + 2 * key.length,
      dispose: (kept) => {
        kept.isKept = false;
      },
    });
  }

  /** Documents, and what they weigh in bytes, by estimate. */
  get size(): { readonly documents: number; readonly bytes: number } {
    return { documents: this.#kept.size, bytes: this.#kept.calculatedSize };
  }

  /** The facts of a call, where every document that its decision may look at is there, and was read at `since` or later. */
  find(key: FactsKey, time: LookupTime, since: KeptSince): KeptFacts | undefined {
    const { orgId, userId, clientId, presentedJti: refreshTokenJti } = key;
    const used = new UsedDocuments(this.#kept, since);
    const user = userId === null ? NOBODY : used.user(orgId, userId);
    const client = used.client(orgId, clientId);
    const remembered =
      userId === null || refreshTokenJti === null
        ? null
        : used.choice({ orgId, clientId, userId, refreshTokenJti });
    if (user === undefined || client === undefined || remembered === undefined) return undefined;
    const subjects = { user: user.user, client, remembered };
    const { named, groups } = candidateTenants(key, subjects, time);
    const tenants = new Map<string, TenantFacts>();
    const isKnown = (id: string): boolean => {
      const tenant = used.tenant(id);
      if (tenant === undefined || (userId !== null && !areGrantsKnown(user, tenant))) return false;
      if (tenant !== null) tenants.set(id, tenant);
      return true;
    };
    const isComplete =
      named.every(isKnown) &&
      groups.every((group) =>
        isSettled(
          group.map((id) => [id, isKnown(id)]),
          tenants,
        ),
      );
    if (!isComplete) return undefined;
    const facts = Object.freeze({ user: user.user, client, remembered, tenants });
    return { facts, readAt: used.oldest, parts: used.parts };
  }

  /**
   * Keeps what a lookup read, except for documents that changed while it was under way.
   *
   * @param readAt when the lookup began, on the monotonic clock
   */
  keep(
    key: FactsKey,
    { facts, suspendedTenantIds }: FactsReading,
    { readAt, changes }: { readonly readAt: number; readonly changes: readonly DirectoryChange[] },
  ): void {
    const { orgId, userId, clientId, hintedTenantId, presentedJti: refreshTokenJti } = key;
    if (changes.some(({ kind }) => kind === 'everything')) return;
    const { tenants } = facts;
    for (const id of suspendedTenantIds) this.#putTenant(id, tenants.get(id) ?? suspendedTenant(id), readAt);
    for (const [id, tenant] of tenants) this.#putTenant(id, tenant, readAt);
    for (const id of [hintedTenantId, facts.remembered?.tenantId ?? null]) {
      if (id !== null && !tenants.has(id)) this.#putTenant(id, null, readAt);
    }
    this.#put(clientKey(orgId, clientId), { kind: 'client', document: facts.client, readAt, isKept: true });
    if (userId !== null) {
      const document = { user: facts.user, grantTenantIds: new Set(tenants.keys()) };
      this.#put(userKey(orgId, userId), { kind: 'user', document, readAt, isKept: true });
      if (refreshTokenJti !== null)
        this.keepChoice({ orgId, clientId, userId, refreshTokenJti }, facts.remembered, readAt);
    }
    for (const change of changes) this.drop(change, readAt);
  }

  /** Keeps a choice that was just stored. */
  keepChoice(choice: ChoiceKey, document: ChoiceDocument, readAt: number): void {
    this.#put(choiceKey(choice), { kind: 'choice', document, readAt, isKept: true });
  }

  /**
   * Forgets what a change touches, and nothing else.
   *
   * @param readUntil on the monotonic clock: what was read later is kept
   */
  drop(change: DirectoryChange, readUntil = Number.POSITIVE_INFINITY): void {
    switch (change.kind) {
      case 'user':
        this.#delete(userKey(change.orgId, change.id), readUntil);
        return;
      case 'client':
        this.#delete(clientKey(change.orgId, change.id), readUntil);
        return;
      case 'tenant':
        this.#delete(tenantKey(change.id), readUntil);
        return;
      case 'choice':
        this.#delete(choiceKey(change), readUntil);
        return;
      case 'everything':
        this.#kept.clear();
    }
  }

  #delete(key: string, readUntil: number): void {
    const found = this.#kept.peek(key);
    if (found !== undefined && found.readAt <= readUntil) this.#kept.delete(key);
  }

  #putTenant(id: string, document: TenantDocument, readAt: number): void {
    this.#put(tenantKey(id), { kind: 'tenant', document, readAt, isKept: true });
  }

  /**
   * A slow read never replaces what a later one has found. Most reads find what is kept already: that stays, so that what was
   * made of it stays, and the new copy is gone as fast as it came.
   */
  #put(key: string, entry: Kept): void {
    const found = this.#kept.peek(key);
    if (found !== undefined && found.readAt > entry.readAt) return;
    if (found === undefined || !isSameData(found.document, entry.document)) {
      this.#kept.set(key, entry);
      return;
    }
    found.readAt = entry.readAt;
    this.#kept.get(key); // counts as used
  }
}

const NOBODY: UserDocument = Object.freeze({ user: null, grantTenantIds: new Set<string>() });

/** Takes documents that are not too old, and knows how old the oldest of them is. */
class UsedDocuments {
  readonly #kept: LRUCache<string, Kept>;
  readonly #since: KeptSince;
  readonly parts: FactsPart[] = [];
  oldest = Number.POSITIVE_INFINITY;

  constructor(kept: LRUCache<string, Kept>, since: KeptSince) {
    this.#kept = kept;
    this.#since = since;
  }

  user(orgId: string, id: string): UserDocument | undefined {
    const found = this.#take(userKey(orgId, id));
    return found?.kind === 'user' ? found.document : undefined;
  }

  client(orgId: string, id: string): ClientDocument | undefined {
    const found = this.#take(clientKey(orgId, id));
    return found?.kind === 'client' ? found.document : undefined;
  }

  tenant(id: string): TenantDocument | undefined {
    const found = this.#take(tenantKey(id));
    return found?.kind === 'tenant' ? found.document : undefined;
  }

  choice(key: ChoiceKey): ChoiceDocument | undefined {
    const found = this.#take(choiceKey(key), this.#since.choices);
    if (found?.kind !== 'choice') return undefined;
    return found.document === null && found.readAt < this.#since.noChoices ? undefined : found.document;
  }

  #take(key: string, since = this.#since.documents): Kept | undefined {
    const found = this.#kept.get(key);
    if (found === undefined || found.readAt < since) return undefined;
    this.oldest = Math.min(this.oldest, found.readAt);
    this.parts.push(found);
    return found;
  }
}

/** Grants of the user count only in active tenants. */
function areGrantsKnown({ user, grantTenantIds }: UserDocument, tenant: TenantDocument): boolean {
  return user === null || tenant?.status !== 'active' || grantTenantIds.has(tenant.id);
}

/** Whether it is certain which tenant of a group is the only active one, or that there are several. */
function isSettled(
  group: readonly (readonly [id: string, isKnown: boolean])[],
  tenants: ReadonlyMap<string, TenantFacts>,
): boolean {
  const active = group.filter(([id]) => tenants.get(id)?.status === 'active');
  return active.length > 1 || group.every(([, isKnown]) => isKnown);
}

function weigh(kept: Kept): number {
  switch (kept.kind) {
    case 'user':
      return weighUser(kept.document);
    case 'client':
      return weighClient(kept.document);
    case 'tenant':
      return weighTenant(kept.document);
    case 'choice':
      return weighChoice();
  }
}

// JSON keeps the parts of a key apart: no two keys have one text, whatever the ids hold.

function userKey(orgId: string, id: string): string {
  return JSON.stringify(['user', orgId, id]);
}

function clientKey(orgId: string, id: string): string {
  return JSON.stringify(['client', orgId, id]);
}

function tenantKey(id: string): string {
  return JSON.stringify(['tenant', id]);
}

function choiceKey({ orgId, clientId, userId, refreshTokenJti }: ChoiceKey): string {
  return JSON.stringify(['choice', orgId, clientId, userId, refreshTokenJti]);
}
