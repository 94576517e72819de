import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeysOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Instead of the global one, for a CA or a proxy of one's own. */
  readonly fetch?: typeof fetch | undefined;
}

const RENEWAL_MS = 10 * 60_000;
const LONGEST_KEPT_MS = 24 * 60 * 60_000;
const TIMEOUT_MS = 2_000;

/**
 * The keys that an issuer publishes: fetched for the first token, renewed beside the requests (jose alone would have them wait,
 * and refuse every token while the issuer is down), and kept for a day when they cannot be renewed. A key that is not
 * known is looked for at once, at most once in 30 seconds.
 *
 * @throws what jose and `fetch` throw, from the function returned
 */
export function issuerKeys(url: URL, { now, fetch: fetchKeys }: IssuerKeysOptions): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: Infinity,
    ...(fetchKeys === undefined ? {} : { [customFetch]: fetchKeys }),
  });
  let [renewedAt, triedAt] = [-Infinity, -Infinity];
  const renew = async (): Promise<void> => {
    triedAt = now();
    await keys.reload();
    renewedAt = now();
  };
  return async (header, token) => {
    if (now() - renewedAt >= LONGEST_KEPT_MS) await renew();
    else if (now() - triedAt >= RENEWAL_MS) renew().catch(() => undefined);
    return keys(header, token);
  };
}
