import { signToken } from '../keys/sign-token.js';
import type { SigningKey } from '../keys/signing-key.js';
import type { HookKey, OAuthChannel } from '../org/inline-hook.js';
import type { HookRequest } from './hook-call.js';

/** By this header the emulator knows a token request of its own: see `HookTokens`. Okta sends none of the kind. */
export const MARKER_HEADER = 'x-mintmark-hook-token';

export interface TokenRequestNeeds {
  readonly keyOf: (hookKey: HookKey) => Promise<SigningKey>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Makes an assertion's `jti`. */
  readonly newId: () => string;
  readonly marker: string;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** How long an assertion is valid, in seconds: it is used at once. */
const ASSERTION_LIFETIME = 300;

/** The request for a hook's token: client credentials at the token URL (okta/token-inline-hook.md section 6.2). */
export async function tokenRequest(channel: OAuthChannel, needs: TokenRequestNeeds): Promise<HookRequest> {
  const { tokenUrl, clientId, scope } = channel;
  const form = {
    grant_type: 'client_credentials',
    ...(scope === null ? {} : { scope }),
    client_id: clientId,
    ...(await proof(channel, needs)),
  };
  return {
    uri: tokenUrl,
    headers: new Map([
      ['accept', 'application/json'],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['user-agent', 'Okta-Integrations'],
      [MARKER_HEADER, needs.marker],
    ]),
    body: new URLSearchParams(form).toString(),
  };
}

async function proof(
  { credentials, clientId, tokenUrl }: OAuthChannel,
  { keyOf, now, newId }: TokenRequestNeeds,
): Promise<Readonly<Record<string, string>>> {
  if (credentials.authType === 'client_secret_post') return { client_secret: credentials.clientSecret };
  const iat = Math.floor(now() / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: tokenUrl,
    iat,
    exp: iat + ASSERTION_LIFETIME,
    jti: newId(),
  };
  const assertion = signToken(claims, await keyOf(credentials.hookKey));
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
}
