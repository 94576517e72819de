import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeysOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Instead of the global one, for a CA or a proxy of one's own. */
  readonly fetch?: typeof fetch | undefined;
}

const RENEWAL_MS = 10 * 60_000;
const LONGEST_KEPT_MS = 24 * 60 * 60_000;
const TIMEOUT_MS = 2_000;

/** How long after one attempt to fetch keys an unknown one is not looked for again. */
const PAUSE_MS = 30_000;

/** The largest key set that is read, in bytes; Okta's has about 500 for each key. */
const BYTES_LIMIT = 64 * 1024;

/**
 * The keys that an issuer publishes: fetched for the first token, renewed beside the requests (jose alone would have them wait,
 * and refuse every token while the issuer is down), and kept for a day when they cannot be renewed. A key that is not
 * known is looked for at once, at most once in 30 seconds, whether or not the issuer answers.
 *
 * @throws what jose and `fetch` throw, from the function returned
 */
export function issuerKeys(url: URL, { now, fetch: fetchKeys = fetch }: IssuerKeysOptions): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: TIMEOUT_MS,
    cacheMaxAge: Infinity,
    // When to look again is decided here: jose counts from its last success, and knows no pause while the issuer is down.
    cooldownDuration: Infinity,
    [customFetch]: async (...request) => withinLimit(await fetchKeys(...request)),
  });
  let [renewedAt, triedAt] = [-Infinity, -Infinity];
  const renew = async (): Promise<void> => {
    triedAt = now();
    await keys.reload();
    renewedAt = now();
  };
  const lookAgain = async (missing: errors.JWKSNoMatchingKey): Promise<void> => {
    if (keys.reloading || now() - triedAt >= PAUSE_MS) return renew();
    if (renewedAt < triedAt) throw new Error('the keys could not be renewed', { cause: missing });
    throw missing;
  };
  return async (header, token) => {
    if (now() - renewedAt >= LONGEST_KEPT_MS) await renew();
    else if (now() - triedAt >= RENEWAL_MS) renew().catch(() => undefined);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await lookAgain(error);
      return keys(header, token);
    }
  };
}

/** The same response, once it has been read as far as it may. */
async function withinLimit(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > BYTES_LIMIT) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks));
}
