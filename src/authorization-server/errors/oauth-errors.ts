import { ACCESS_ERRORS } from './access-errors.js';
import { AUTHORIZE_ERRORS } from './authorize-errors.js';
import { CLIENT_ERRORS } from './client-errors.js';
import { EXCHANGE_ERRORS } from './exchange-errors.js';
import { GRANT_ERRORS } from './grant-errors.js';
import { MINTING_ERRORS } from './minting-errors.js';

/**
 * Okta's catalogue of OAuth errors (okta/authorization-server.md sections 3.8 and 4), by Okta's internal code: HTTP status,
 * `error` and `error_description`, in which `{0}` stands for the one value that some of them name.
 */
export const OAUTH_ERRORS = {
  ...CLIENT_ERRORS,
  ...GRANT_ERRORS,
  ...EXCHANGE_ERRORS,
  ...AUTHORIZE_ERRORS,
  ...ACCESS_ERRORS,
  ...MINTING_ERRORS,
} as const;

/** Okta's internal code of an error: it goes to logs and events, never to a client. */
export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

/** The values that a description needs: one or none. */
export type OAuthErrorValues<Code extends OAuthErrorCode> =
  (typeof OAUTH_ERRORS)[Code][2] extends `${string}{0}${string}` ? [value: string] : [];

/** What an OAuth endpoint refuses, as the client is told: JSON at `/token`, parameters of the redirect at `/authorize`. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly error: string;
  readonly description: string;
  /** Why, for logs and events only. */
  readonly detail: string | undefined;

  constructor(code: OAuthErrorCode, description: string, detail?: string) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
    [this.status, this.error] = OAUTH_ERRORS[code];
    this.description = description;
    this.detail = detail;
  }

  /** The same error with a reason that only logs and events show. */
  withDetail(detail: string): OAuthError {
    return new OAuthError(this.code, this.description, detail);
  }

  /** The members that go over the wire. */
  toBody(): { readonly error: string; readonly error_description: string } {
    return { error: this.error, error_description: this.description };
  }
}

/** An error of the catalogue, with the value that its description names. */
export function oauthError<Code extends OAuthErrorCode>(
  code: Code,
  ...values: OAuthErrorValues<Code>
): OAuthError {
  const [, , template] = OAUTH_ERRORS[code];
  const [value = ''] = values;
  // A function, since "$&" in a replacement text would mean the match.
  return new OAuthError(
    code,
    template.replace('{0}', () => value),
  );
}
