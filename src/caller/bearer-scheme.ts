import type { BearerConfiguration } from '../config/bearer-configuration.js';
import { ConfigurationError } from '../config/configuration-error.js';
import {
  checkClaims,
  tokenReader,
  verifiedPayload,
  type BearerExpectations,
  type CompactToken,
  type Refused,
  type TokenReader,
} from './bearer-token.js';
import { jwksFetcher } from './fetch-jwks.js';
import { JwksSource, type JwksSourceOptions, type JwksTiming } from './jwks-source.js';
import { JwksError, parseKeySet, type KeySet, type VerificationKey } from './key-set.js';
import { digestOf, RememberedTokens } from './remembered-tokens.js';

/** The client that a token proved, or why it proved nobody. */
export type BearerProof = { readonly kind: 'proven'; readonly clientId: string } | Refused;

export interface BearerSchemeOptions extends Pick<
  JwksSourceOptions,
  'monotonicNow' | 'random' | 'onFailure' | 'onChange'
> {
  readonly configuration: BearerConfiguration;
  readonly timing: JwksTiming;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Okta's OAuth 2.0 channel: callers prove themselves by an access token of a client (RFC 6750, RFC 9068). */
export class BearerScheme {
  readonly #expected: BearerExpectations;
  readonly #readToken: TokenReader;
  readonly #keys: JwksSource;
  readonly #remembered: RememberedTokens;
  readonly #now: () => number;

  private constructor(
    { configuration, now }: BearerSchemeOptions,
    keys: JwksSource,
    remembered: RememberedTokens,
  ) {
    const { issuer, audience, scope, clientIds, algorithms } = configuration;
    this.#expected = { issuer, audience, scope, clientIds: new Set(clientIds) };
    this.#readToken = tokenReader(new Set(algorithms));
    this.#keys = keys;
    this.#remembered = remembered;
    this.#now = now;
  }

  /**
   * Fetches the keys. An issuer that cannot be reached does not prevent the start: nobody is proven until it can.
   *
   * @throws ConfigurationError where the pinned keys are of no use
   */
  static async start(options: BearerSchemeOptions): Promise<BearerScheme> {
    const { configuration, onChange } = options;
    const { jwksUri, ca, pinnedJwks } = configuration;
    const remembered = new RememberedTokens();
    const keys = await JwksSource.start({
      ...options,
      fetch: jwksUri === null ? null : jwksFetcher({ uri: jwksUri, ca }),
      pinned: pinnedJwks === null ? new Map() : pinnedKeys(pinnedJwks),
      onChange: (next, passedOver) => {
        remembered.keepThoseOf(next);
        onChange(next, passedOver);
      },
    });
    return new BearerScheme(options, keys, remembered);
  }

  /**
   * Checks the token of one call: at once where it is remembered, or its key is known.
   *
   * @param token what follows `Bearer ` in the header
   */
  prove(token: string): BearerProof | Promise<BearerProof> {
    const digest = digestOf(token);
    const clientId = this.#remembered.find(digest, this.#now());
    if (clientId !== undefined) return { kind: 'proven', clientId };
    const reading = this.#readToken(token);
    if (reading.kind === 'refused') return reading;
    const key = this.#keys.find(reading.kid);
    if (!(key instanceof Promise)) return this.#verify(reading, digest, key);
    return key.then((found) => this.#verify(reading, digest, found));
  }

  /** How long ago the keys were fetched, in milliseconds; null where none have been, or where they are pinned. */
  keysAgeMs(): number | null {
    return this.#keys.keysAgeMs();
  }

  stop(): Promise<void> {
    return this.#keys.stop();
  }

  #verify(token: CompactToken, digest: string, key: VerificationKey | undefined): BearerProof {
    if (key === undefined) return { kind: 'refused', problem: 'unknown_key' };
    const payload = verifiedPayload(token, key);
    if (payload === undefined) return { kind: 'refused', problem: 'signature' };
    const now = this.#now();
    const holder = checkClaims(payload, this.#expected, now);
    if (holder.kind === 'refused') return holder;
    // The keys may have changed since it was found.
    if (this.#keys.isCurrent(key)) this.#remembered.remember(digest, holder, { key, now });
    return { kind: 'proven', clientId: holder.clientId };
  }
}

function pinnedKeys(text: string): KeySet {
  try {
    return parseKeySet(text).keys;
  } catch (error) {
    if (!(error instanceof JwksError)) throw error;
    const problem = `must hold public keys that signatures can be checked with: ${error.message}`;
    throw new ConfigurationError([{ variable: 'MINTMARK_BEARER_JWKS_FILE', problem }]);
  }
}
