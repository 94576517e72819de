import type { TokenName } from '../../okta/token-hook-response.js';
import type { ClaimChange } from '../compare-claims.js';

/** A claim of a token that is to be another one, or to come or to go. */
export interface ChangedClaim {
  readonly token: TokenName;
  readonly name: string;
  readonly change: Exclude<ClaimChange, 'same'>;
}

/** One call, and what would become of its tokens. */
export interface ComparedCall {
  readonly issuer: string;
  readonly client: string;
  /** An id or a pseudonym; null for machine calls. */
  readonly user: string | null;
  readonly tenant: string | null;
  /** `minted` and `denied` are what becomes of it now, where that is something else than before. */
  readonly becomes: 'unchanged' | 'changed' | 'denied' | 'minted';
  /** Why it would be denied; null where it would not. */
  readonly reason: string | null;
  readonly claims: readonly ChangedClaim[];
  /** Whether a token would have another lifetime. */
  readonly hasOtherLifetime: boolean;
}

/** Calls with something in common. */
export interface CallCounts {
  readonly calls: number;
  readonly changed: number;
  readonly denied: number;
  readonly minted: number;
  /** Users with a call that would end otherwise. */
  readonly users: number;
}

class Counting {
  calls = 0;
  changed = 0;
  denied = 0;
  minted = 0;
  readonly users = new Set<string>();

  add({ becomes, user }: ComparedCall): void {
    this.calls += 1;
    if (becomes === 'unchanged') return;
    this[becomes] += 1;
    if (user !== null) this.users.add(user);
  }

  counts(): CallCounts {
    const { calls, changed, denied, minted, users } = this;
    return { calls, changed, denied, minted, users: users.size };
  }
}

/** What would become of the tokens of many calls. */
export interface ChangeReport extends CallCounts {
  /** Calls whose tokens would live for another time. */
  readonly lifetimes: number;
  readonly claims: readonly (ChangedClaim & { readonly calls: number; readonly users: number })[];
  readonly reasons: readonly { readonly reason: string; readonly calls: number; readonly users: number }[];
  readonly clients: readonly ({ readonly issuer: string; readonly client: string } & CallCounts)[];
  readonly tenants: readonly ({ readonly tenant: string | null } & CallCounts)[];
  /** Whose tokens would change, those with the most calls first, and each with what would become of them. */
  readonly people: readonly ({ readonly user: string } & Omit<CallCounts, 'users'>)[];
}

/** Sums up calls one by one: memory grows with how many users, clients and tenants there are, not with the calls. */
export class ChangeSummary {
  readonly #all = new Counting();
  readonly #claims = new Map<string, { readonly claim: ChangedClaim; readonly counting: Counting }>();
  readonly #reasons = new Map<string, Counting>();
  readonly #clients = new Map<
    string,
    { readonly issuer: string; readonly client: string; readonly counting: Counting }
  >();
  readonly #tenants = new Map<string | null, Counting>();
  readonly #people = new Map<string, Counting>();
  #lifetimes = 0;

  add(call: ComparedCall): void {
    const { issuer, client, user, tenant, reason, claims } = call;
    this.#all.add(call);
    if (call.hasOtherLifetime) this.#lifetimes += 1;
    const clientKey = JSON.stringify([issuer, client]);
    entryOf(this.#clients, clientKey, () => ({ issuer, client, counting: new Counting() })).counting.add(
      call,
    );
    entryOf(this.#tenants, tenant, () => new Counting()).add(call);
    if (user !== null && call.becomes !== 'unchanged')
      entryOf(this.#people, user, () => new Counting()).add(call);
    if (reason !== null) entryOf(this.#reasons, reason, () => new Counting()).add(call);
    for (const claim of claims) {
      const key = JSON.stringify([claim.token, claim.name, claim.change]);
      entryOf(this.#claims, key, () => ({ claim, counting: new Counting() })).counting.add(call);
    }
  }

  /** @param people how many people are named at the most */
  report(people: number): ChangeReport {
    return {
      ...this.#all.counts(),
      lifetimes: this.#lifetimes,
      claims: mostFirst(
        [...this.#claims.values()].map(({ claim, counting }) => ({ ...claim, ...callsOf(counting) })),
      ),
      reasons: mostFirst([...this.#reasons].map(([reason, counting]) => ({ reason, ...callsOf(counting) }))),
      clients: mostFirst(
        [...this.#clients.values()].map(({ counting, ...client }) => ({ ...client, ...counting.counts() })),
      ),
      tenants: mostFirst([...this.#tenants].map(([tenant, counting]) => ({ tenant, ...counting.counts() }))),
      people: mostFirst(
        [...this.#people].map(([user, { calls, changed, denied, minted }]) => ({
          ...{ user, calls, changed, denied, minted },
        })),
      ).slice(0, people),
    };
  }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function callsOf({ calls, users }: Counting): { readonly calls: number; readonly users: number } {
  return { calls, users: users.size };
}

function mostFirst<Entry extends { readonly calls: number }>(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((one, other) => other.calls - one.calls);
}
