interface Refusal {
  readonly status: 401 | 403 | 503;
  /** Of RFC 6750, section 3.1; null where the request carried no token, or the fault is ours. */
  readonly error: 'invalid_token' | 'insufficient_scope' | null;
  /** For the client's developer: nothing of the token is in it. */
  readonly description: string;
}

/** Everything that a token can be refused for. */
const REFUSALS = {
  no_token: { status: 401, error: null, description: 'An access token is required.' },
  malformed: { status: 401, error: 'invalid_token', description: 'The token is not one signed JWT.' },
  wrong_algorithm: {
    status: 401,
    error: 'invalid_token',
    description: 'The token is not signed with RS256.',
  },
  wrong_issuer: { status: 401, error: 'invalid_token', description: 'The token is of another issuer.' },
  not_an_access_token: {
    status: 401,
    error: 'invalid_token',
    description: 'The token is not an access token.',
  },
  unknown_key: {
    status: 401,
    error: 'invalid_token',
    description: 'The issuer does not publish the key that the token names.',
  },
  bad_signature: { status: 401, error: 'invalid_token', description: 'The signature is not right.' },
  wrong_audience: { status: 401, error: 'invalid_token', description: 'The token is for another audience.' },
  expired: { status: 401, error: 'invalid_token', description: 'The token is expired.' },
  not_yet_valid: { status: 401, error: 'invalid_token', description: 'The token is not valid yet.' },
  not_stamped: {
    status: 401,
    error: 'invalid_token',
    description: 'The token was minted without its tenant and entitlements. Request a new one.',
  },
  wrong_stamp_version: {
    status: 401,
    error: 'invalid_token',
    description: 'The tenant and entitlements of the token are of another version.',
  },
  no_tenant: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The token is for no tenant that this API accepts.',
  },
  insufficient_scope: {
    status: 403,
    error: 'insufficient_scope',
    description: 'The token does not have the scopes that this request needs.',
  },
  keys_unavailable: {
    status: 503,
    error: null,
    description: 'The keys of the issuer cannot be had at the moment.',
  },
} as const satisfies Readonly<Record<string, Refusal>>;

/** Why a token is refused: stable, one word for each case. */
export type AccessTokenProblem = keyof typeof REFUSALS;

export interface AccessTokenErrorDetails {
  /** Scopes that the request needs, for `insufficient_scope`. */
  readonly scopes?: readonly string[];
  /** For the log alone. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/**
 * An access token is refused. Answer with `status`, and with `wwwAuthenticate` as the header of that name.
 *
 * `401` asks the client for another token, `403` says that another token of the same kind will not do, and `503`
 * (the issuer's keys cannot be had) says nothing about the token.
 */
export class AccessTokenError extends Error {
  readonly code: AccessTokenProblem;
  readonly status: 401 | 403 | 503;
  /** Of RFC 6750, section 3.1; null where the request carried no token, or the fault is ours. */
  readonly error: 'invalid_token' | 'insufficient_scope' | null;
  /** May be shown to the client. */
  readonly description: string;
  readonly scopes: readonly string[];
  /** For the log alone. */
  readonly detail: string | null;

  constructor(code: AccessTokenProblem, { scopes = [], detail, cause }: AccessTokenErrorDetails = {}) {
    const { status, error, description } = REFUSALS[code];
    super(description, { cause });
    this.name = 'AccessTokenError';
    this.code = code;
    this.status = status;
    this.error = error;
    this.description = description;
    this.scopes = scopes;
    this.detail = detail ?? null;
  }

  /** The header's value (RFC 6750, section 3); null for `503`, which has none. */
  get wwwAuthenticate(): string | null {
    if (this.status === 503) return null;
    if (this.error === null) return 'Bearer';
    const scope = this.scopes.length === 0 ? '' : `, scope="${this.scopes.join(' ')}"`;
    return `Bearer error="${this.error}", error_description="${this.description}"${scope}`;
  }
}
