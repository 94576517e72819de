import type { Parameters } from '../endpoints/parameters.js';
import { oauthError } from '../errors/oauth-errors.js';

/** What a token request carries to say which client it comes from. */
export interface CredentialSources {
  /** Every value of the header. */
  readonly authorization: readonly string[];
  readonly query: Parameters;
  readonly body: Parameters;
}

/** How a client presents itself (okta/authorization-server.md section 3.1). */
export type PresentedCredentials =
  | {
      readonly kind: 'client_secret_basic';
      readonly clientId: string;
      /** As it was sent and, where that differs, decoded as RFC 6749 (section 2.3.1) has it. */
      readonly secrets: readonly string[];
    }
  | { readonly kind: 'client_secret_post'; readonly clientId: string; readonly secrets: readonly string[] }
  | { readonly kind: 'client_assertion'; readonly clientId: string | undefined; readonly assertion: string }
  | { readonly kind: 'none'; readonly clientId: string }
  /** A Basic header without a secret: so Okta's own library for pages revokes the tokens of a public client. */
  | { readonly kind: 'client_id_in_header'; readonly clientId: string };

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CREDENTIALS = ['client_secret', 'client_assertion'] as const;

/**
 * Finds the one way in which a request presents its client.
 *
 * @throws OAuthError where there is none, more than one, or one that cannot be read
 */
export function presentedCredentials(sources: CredentialSources): PresentedCredentials {
  const { authorization, query, body } = sources;
  if (CREDENTIALS.some((name) => query.get(name) !== undefined))
    throw oauthError('client_credentials_in_query');
  const inBody = CREDENTIALS.filter((name) => body.get(name) !== undefined);
  if (authorization.length + inBody.length > 1) throw oauthError('multiple_client_credentials');
  const [header] = authorization;
  return header === undefined ? inBodyOf(body) : inHeader(header);
}

function inBodyOf(body: Parameters): PresentedCredentials {
  const clientId = body.get('client_id');
  const assertion = body.get('client_assertion');
  if (assertion !== undefined || body.get('client_assertion_type') !== undefined) {
    if (body.get('client_assertion_type') !== ASSERTION_TYPE)
      throw oauthError('client_assertion_type_invalid');
    return { kind: 'client_assertion', clientId, assertion: assertion ?? '' };
  }
  if (clientId === undefined) throw oauthError('missing_client_credentials');
  const secret = body.get('client_secret');
  if (secret === undefined) return { kind: 'none', clientId };
  return { kind: 'client_secret_post', clientId, secrets: [secret] };
}

function inHeader(header: string): PresentedCredentials {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header) ?? [];
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1 && text !== '') return { kind: 'client_id_in_header', clientId: decoded(text) };
  if (colon < 1) throw oauthError('invalid_basic_auth_creds');
  const secret = text.slice(colon + 1);
  return {
    kind: 'client_secret_basic',
    // A client id has no spaces: a plus sign in it stands for itself.
    clientId: decoded(text.slice(0, colon)),
    secrets: [...new Set([secret, decoded(secret.replaceAll('+', ' '))])],
  };
}

/** Text that is no encoding stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
