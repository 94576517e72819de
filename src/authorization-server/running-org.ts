import { randomUUID } from 'node:crypto';
import { UsedAssertions } from './client-authentication/used-assertions.js';
import type { AuthorizationCode } from './codes/authorization-code.js';
import type { ControllableClock } from './controllable-clock.js';
import { SystemLog } from './events/system-log.js';
import { ExpiringStore } from './expiring-store.js';
import type { CallHook } from './hook/hook-call.js';
import { HookExchanges } from './hook/hook-exchanges.js';
import { HookFaults } from './hook/hook-faults.js';
import { HookTokens } from './hook/hook-tokens.js';
import type { HookDependencies } from './hook/run-hook.js';
import { opaqueText, type RandomBytes } from './identifiers.js';
import { HookKeys } from './keys/hook-keys.js';
import { KeyRings } from './keys/key-rings.js';
import type { KeySource } from './keys/signing-key.js';
import type { Org } from './org/org.js';
import { Revocations } from './issued-tokens/revocations.js';
import { RefreshTokens } from './refresh-tokens/refresh-tokens.js';
import { Consents } from './sessions/consents.js';
import { Sessions } from './sessions/sessions.js';
import { INTERACTION_LIMIT, type Interaction } from './sessions/interaction.js';

export interface RunningOrgOptions {
  readonly org: Org;
  /** The user who is signed in where nobody else is; null asks who it is. */
  readonly signedInUserId: string | null;
  readonly clock: ControllableClock;
  readonly random: RandomBytes;
  readonly makeKey: KeySource;
  readonly callHook: CallHook;
}

/** One org at work: what its file says, and everything that has been issued since. All of it is in memory, and bounded. */
export class RunningOrg {
  readonly clock: ControllableClock;
  readonly random: RandomBytes;
  readonly keys: KeyRings;
  readonly hookKeys: HookKeys;
  readonly hookTokens: HookTokens;
  readonly sessions: Sessions;
  readonly interactions: ExpiringStore<Interaction>;
  readonly codes: ExpiringStore<AuthorizationCode>;
  readonly refreshTokens: RefreshTokens;
  readonly revocations = new Revocations();
  readonly consents = new Consents();
  readonly usedAssertions = new UsedAssertions();
  readonly log: SystemLog;
  readonly faults = new HookFaults();
  readonly exchanges = new HookExchanges();
  /** The user who is signed in where nobody else is; null asks who it is. */
  signedInUserId: string | null;
  readonly #options: RunningOrgOptions;
  #org: Org;
  #url: string | undefined;

  constructor(options: RunningOrgOptions) {
    const { org, clock, random, makeKey, signedInUserId } = options;
    const now = (): number => clock.now();
    this.#options = options;
    this.#org = org;
    this.signedInUserId = signedInUserId;
    this.clock = clock;
    this.random = random;
    this.keys = new KeyRings({ makeKey, now });
    this.hookKeys = new HookKeys(makeKey);
    this.hookTokens = new HookTokens({
      call: options.callHook,
      keyOf: (hookKey) => this.hookKeys.of(hookKey),
      now,
      newId: () => opaqueText(random),
    });
    this.sessions = new Sessions({ now, random });
    this.interactions = new ExpiringStore(random, INTERACTION_LIMIT);
    this.codes = new ExpiringStore(random);
    this.refreshTokens = new RefreshTokens(random);
    this.log = new SystemLog({ now, newId: randomUUID });
  }

  get org(): Org {
    return this.#org;
  }

  /** The org's own URL, without a slash at its end. @throws TypeError before the server listens */
  get url(): string {
    if (this.#url === undefined) throw new TypeError('the org has no URL before it is served');
    return this.#url;
  }

  /** Whether the org's URL names this host, with its port. */
  isServedAs(host: string): boolean {
    return this.#url !== undefined && new URL(this.#url).host === host;
  }

  get hookDependencies(): HookDependencies {
    const { clock, random, log, faults, exchanges, hookTokens: tokens } = this;
    return {
      switches: this.#org.switches,
      call: this.#options.callHook,
      ...{ log, faults, exchanges, tokens },
      now: () => clock.now(),
      newEventId: () => random(16).toString('base64url'),
    };
  }

  /** Where the org is reached from now on. */
  serveAt(url: string): void {
    this.#url = url;
  }

  /** Takes another description of the org; what was issued stays, as far as it still makes sense. */
  replace(org: Org): void {
    this.#org = org;
  }

  /** Back to the beginning: the first description, the system's time, nothing issued, nothing recorded. Keys stay. */
  reset(): void {
    this.#org = this.#options.org;
    this.signedInUserId = this.#options.signedInUserId;
    this.clock.reset();
    const issued = [this.codes, this.refreshTokens, this.revocations, this.usedAssertions];
    const ofPeople = [this.sessions, this.interactions, this.consents];
    for (const part of [...issued, ...ofPeople, this.log, this.faults, this.exchanges, this.hookTokens])
      part.clear();
  }
}
