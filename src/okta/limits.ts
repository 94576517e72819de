/** Where a token's lifetime stands, relative to the token (section 2.8). */
export const LIFETIME_PATH = '/token/lifetime/expiration';

/** Bounds of a token lifetime that a hook may set, in seconds, both included (section 2.8). */
export const LIFETIME_SECONDS = { min: 300, max: 86_400 } as const;

/** The lifetime that Okta gives a token where nothing says otherwise, in seconds (section 1.8). */
export const DEFAULT_LIFETIME_SECONDS = 3_600;

/** A response body must be smaller than this many bytes (section 2.1). */
export const RESPONSE_BYTES_LIMIT = 256 * 1024;

/** An authorization code waits at most this long between `/authorize`, where the hook runs, and `/token`, in seconds. */
export const CODE_LIFETIME_SECONDS = 300;
