import { ExpiringStore } from '../expiring-store.js';
import type { Session } from '../hook/hook-occasion.js';
import { oktaId, type RandomBytes } from '../identifiers.js';

/** A session token is for one sign-in, within five minutes (okta/authorization-server.md section 4.1). */
const TOKEN_LIFETIME_MS = 5 * 60_000;

/** Okta's own sessions last two hours by default. */
const SESSION_LIFETIME_MS = 2 * 3_600_000;

export interface SessionNeeds {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: RandomBytes;
}

/** Who is signed in at the org: by a cookie in a browser, or once by a session token. */
export class Sessions {
  readonly #needs: SessionNeeds;
  /** User ids by session token. */
  readonly #tokens: ExpiringStore<string>;
  /** Sessions by cookie. */
  readonly #sessions: ExpiringStore<Session>;

  constructor(needs: SessionNeeds) {
    this.#needs = needs;
    this.#tokens = new ExpiringStore(needs.random);
    this.#sessions = new ExpiringStore(needs.random);
  }

  /** A `sessionToken`: signs a person in at `/authorize` without a page, once. */
  createToken(userId: string): string {
    return this.#tokens.put(userId, this.#needs.now() + TOKEN_LIFETIME_MS);
  }

  /** Begins the session of a token; undefined where the token is unknown, used or too old. */
  redeemToken(token: string): Session | undefined {
    const userId = this.#tokens.take(token, this.#needs.now());
    return userId === undefined ? undefined : this.begin(userId);
  }

  /** A session that began just now. */
  begin(userId: string): Session {
    const { now, random } = this.#needs;
    const createdAt = now();
    return {
      id: oktaId('102', random),
      userId,
      createdAt,
      expiresAt: createdAt + SESSION_LIFETIME_MS,
      lastPasswordVerificationAt: createdAt,
    };
  }

  /** @returns the value of the cookie that stands for the session */
  keep(session: Session): string {
    return this.#sessions.put(session, session.expiresAt);
  }

  find(cookie: string): Session | undefined {
    return this.#sessions.find(cookie, this.#needs.now());
  }

  /** The cookie stands for nobody any more. */
  end(cookie: string): void {
    this.#sessions.take(cookie, this.#needs.now());
  }

  clear(): void {
    this.#tokens.clear();
    this.#sessions.clear();
  }
}
