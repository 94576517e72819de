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

/** A document, and when the statement that read it began: milliseconds on the monotonic clock. */
interface Kept<Document> {
  readonly document: Document;
  readonly readAt: number;
}

/** Documents of one kind under structural keys, bounded by their weight; the least recently used one goes first. */
type Store<Document> = LRUCache<string, Kept<Document>>;

/** Facts put together from kept documents. */
export interface KeptFacts {
  readonly facts: Facts;
  /** When the oldest of their documents was read, on the monotonic clock. */
  readonly readAt: number;
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

/** How the bound is shared out: most documents are users. */
const SHARES = { users: 0.5, tenants: 0.3, clients: 0.1, choices: 0.1 } as const;

/**
 * Keeps the documents of the directory that calls were decided on, and puts the facts of a call together from them.
 * Documents are frozen, and judged by nobody: what is open or active is decided anew on every call.
 */
export class FactsCache {
  readonly #users: Store<UserDocument>;
  readonly #clients: Store<ClientDocument>;
  readonly #tenants: Store<TenantDocument>;
  readonly #choices: Store<ChoiceDocument>;

  /** @param maxBytes of memory, by estimate */
  constructor(maxBytes: number) {
    this.#users = store(maxBytes * SHARES.users, weighUser);
    this.#clients = store(maxBytes * SHARES.clients, weighClient);
    this.#tenants = store(maxBytes * SHARES.tenants, weighTenant);
    this.#choices = store(maxBytes * SHARES.choices, weighChoice);
  }

  /** Documents, and what they weigh in bytes, by estimate. */
  get size(): { readonly documents: number; readonly bytes: number } {
    const stores = [this.#users, this.#clients, this.#tenants, this.#choices];
    return {
      documents: stores.reduce((sum, { size }) => sum + size, 0),
      bytes: stores.reduce((sum, { calculatedSize }) => sum + calculatedSize, 0),
    };
  }

  /**
   * The facts of a call, where every document that its decision may look at was read at `notBefore` or later.
   *
   * @param notBefore milliseconds on the monotonic clock
   */
  find(key: FactsKey, time: LookupTime, notBefore: number): KeptFacts | undefined {
    const { orgId, userId, clientId, presentedJti: refreshTokenJti } = key;
    const used = new UsedDocuments(notBefore);
    const user = userId === null ? NOBODY : used.take(this.#users, subjectKey(orgId, userId));
    const client = used.take(this.#clients, subjectKey(orgId, clientId));
    const remembered =
      userId === null || refreshTokenJti === null
        ? null
        : used.take(this.#choices, choiceKey({ orgId, clientId, userId, refreshTokenJti }));
    if (user === undefined || client === undefined || remembered === undefined) return undefined;
    const subjects = { user: user.user, client, remembered };
    const { named, groups } = candidateTenants(key, subjects, time);
    const tenants = new Map<string, TenantFacts>();
    const isKnown = (id: string): boolean => {
      const tenant = used.take(this.#tenants, id);
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
    return isComplete ? { facts: Object.freeze({ ...subjects, tenants }), readAt: used.oldest } : undefined;
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
    for (const id of suspendedTenantIds) this.#keepTenant(id, tenants.get(id) ?? suspendedTenant(id), readAt);
    for (const [id, tenant] of tenants) this.#keepTenant(id, tenant, readAt);
    if (hintedTenantId !== null && !tenants.has(hintedTenantId))
      this.#keepTenant(hintedTenantId, null, readAt);
    put(this.#clients, subjectKey(orgId, clientId), { document: facts.client, readAt });
    if (userId !== null) {
      const document = { user: facts.user, grantTenantIds: new Set(tenants.keys()) };
      put(this.#users, subjectKey(orgId, userId), { document, readAt });
      if (refreshTokenJti !== null) {
        const choice = choiceKey({ orgId, clientId, userId, refreshTokenJti });
        put(this.#choices, choice, { document: facts.remembered, readAt });
      }
    }
    for (const change of changes) this.drop(change);
  }

  /** Keeps a choice that was just stored. */
  keepChoice(choice: ChoiceKey, document: ChoiceDocument, readAt: number): void {
    put(this.#choices, choiceKey(choice), { document, readAt });
  }

  /** Forgets what a change touches, and nothing else. */
  drop(change: DirectoryChange): void {
    switch (change.kind) {
      case 'user':
        this.#users.delete(subjectKey(change.orgId, change.id));
        return;
      case 'client':
        this.#clients.delete(subjectKey(change.orgId, change.id));
        return;
      case 'tenant':
        this.#tenants.delete(change.id);
        return;
      case 'choice':
        this.#choices.delete(choiceKey(change));
        return;
      case 'everything':
        for (const kept of [this.#users, this.#clients, this.#tenants, this.#choices]) kept.clear();
    }
  }

  #keepTenant(id: string, document: TenantDocument, readAt: number): void {
    put(this.#tenants, id, { document, readAt });
  }
}

const NOBODY: UserDocument = Object.freeze({ user: null, grantTenantIds: new Set<string>() });

/** Takes documents that are not too old, and knows how old the oldest of them is. */
class UsedDocuments {
  readonly #notBefore: number;
  oldest = Number.POSITIVE_INFINITY;

  constructor(notBefore: number) {
    this.#notBefore = notBefore;
  }

  take<Document>(kept: Store<Document>, key: string): Document | undefined {
    const found = kept.get(key);
    if (found === undefined || found.readAt < this.#notBefore) return undefined;
    this.oldest = Math.min(this.oldest, found.readAt);
    return found.document;
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

function store<Document extends object | null>(
  maxBytes: number,
  weigh: (document: Document) => number,
): Store<Document> {
  const maxSize = Math.floor(maxBytes);
  return new LRUCache({ maxSize, sizeCalculation: ({ document }) => Math.ceil(weigh(document)) });
}

/** A slow read never replaces what a later one has found. */
function put<Document>(kept: Store<Document>, key: string, entry: Kept<Document>): void {
  const found = kept.peek(key);
  if (found === undefined || found.readAt <= entry.readAt) kept.set(key, entry);
}

/** JSON keeps ids apart: no two pairs of them have one text, whatever they hold. */
function subjectKey(orgId: string, id: string): string {
  return JSON.stringify([orgId, id]);
}

function choiceKey({ orgId, clientId, userId, refreshTokenJti }: ChoiceKey): string {
  return JSON.stringify([orgId, clientId, userId, refreshTokenJti]);
}
