import type { AdminBearerConfiguration } from '../config/admin-configuration.js';
import { ConfigurationError } from '../config/configuration-error.js';
import { parseScope } from './admin-rights.js';
import {
  checkClaims,
  tokenReader,
  verifiedPayload,
  type BearerExpectations,
  type Refused,
  type TokenReader,
} from './bearer-token.js';
import { jwksFetcher } from './fetch-jwks.js';
import { JwksSource, type JwksSourceOptions } from './jwks-source.js';
import { JwksError, parseKeySet, type KeySet } from './key-set.js';

/** Who brought a token of the issuer's, and which of our scopes it grants. */
export interface AdminBearer {
  readonly kind: 'proven';
  /** `user:` and Okta's id of the person, where a person stands behind it; else `client:` and the client's id. */
  readonly actor: string;
  readonly scopes: readonly string[];
}

export interface AdminBearerOptions extends Omit<JwksSourceOptions, 'fetch' | 'pinned'> {
  readonly configuration: AdminBearerConfiguration;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bearer JWTs of one issuer for the admin API (RFC 9068): whoever the issuer gives our scopes to has them. */
export class AdminBearerScheme {
  readonly #expected: Omit<BearerExpectations, 'scope'>;
  readonly #readToken: TokenReader;
  readonly #keys: JwksSource;
  readonly #now: () => number;

  private constructor({ configuration, now }: AdminBearerOptions, keys: JwksSource) {
    const { issuer, audience, clientIds, algorithms } = configuration;
    this.#expected = { issuer, audience, clientIds: new Set(clientIds) };
    this.#readToken = tokenReader(new Set(algorithms));
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * Fetches the keys. An issuer that cannot be reached does not prevent the start: nobody is proven until it can.
   *
   * @throws ConfigurationError where the pinned keys are of no use
   */
  static async start(options: AdminBearerOptions): Promise<AdminBearerScheme> {
    const { jwksUri, ca, pinnedJwks } = options.configuration;
    const keys = await JwksSource.start({
      ...options,
      fetch: jwksUri === null ? null : jwksFetcher({ uri: jwksUri, ca }),
      pinned: pinnedJwks === null ? new Map() : pinnedKeys(pinnedJwks),
    });
    return new AdminBearerScheme(options, keys);
  }

  /** @param token what follows `Bearer ` in the header */
  async prove(token: string): Promise<AdminBearer | Refused> {
    const reading = this.#readToken(token);
    if (reading.kind === 'refused') return reading;
    const key = await this.#keys.find(reading.kid);
    if (key === undefined) return { kind: 'refused', problem: 'unknown_key' };
    const payload = verifiedPayload(reading, key);
    if (payload === undefined) return { kind: 'refused', problem: 'signature' };
    const { scopes, userId } = readGranted(payload);
    const [scope] = scopes;
    if (scope === undefined) return { kind: 'refused', problem: 'scope' };
    const holder = checkClaims(payload, { ...this.#expected, scope }, this.#now());
    if (holder.kind === 'refused') return holder;
    const actor = userId === undefined ? `client:${holder.clientId}` : `user:${userId}`;
    return { kind: 'proven', actor, scopes };
  }

  stop(): Promise<void> {
    return this.#keys.stop();
  }
}

/** Okta's ids of people are spelled so; a login or an address is not, and must not get into the audit. */
const USER_ID = /^\w{1,100}$/;

/** Our scopes among those of a verified payload. That the payload is an object of the right kind is checked afterwards. */
function readGranted(payload: Uint8Array): {
  readonly scopes: readonly string[];
  readonly userId: string | undefined;
} {
  const claims = parse(payload);
  const texts: unknown[] = Array.isArray(claims['scp']) ? claims['scp'] : [];
  const scope = claims['scope'];
  const granted = [...texts, ...(typeof scope === 'string' ? scope.split(' ') : [])];
  const scopes = granted.filter((text): text is string => typeof text === 'string');
  const uid = claims['uid'];
  return {
    scopes: scopes.filter((text) => parseScope(text) !== undefined),
    userId: typeof uid === 'string' && USER_ID.test(uid) ? uid : undefined,
  };
}

function parse(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function pinnedKeys(text: string): KeySet {
  try {
    return parseKeySet(text).keys;
  } catch (error) {
    if (!(error instanceof JwksError)) throw error;
    const problem = `must hold public keys that signatures can be checked with: ${error.message}`;
    throw new ConfigurationError([{ variable: 'MINTMARK_ADMIN_BEARER_JWKS_FILE', problem }]);
  }
}
