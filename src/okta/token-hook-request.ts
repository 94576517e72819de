/**
 * The body that an authorization server POSTs to a token inline hook, reduced to the members that Mintmark reads.
 * Everything else is tolerated and ignored. Members that end users control (`context.request`) stay `unknown`.
 *
 * Source: okta/token-inline-hook.md section 1 (OpenAPI schemas TokenRequest, TokenPayLoad, TokenProtocolRequest).
 */
export const TOKEN_HOOK_EVENT_TYPE = 'com.okta.oauth2.tokens.transform';

/** One draft token: `data.access` or `data.identity`. Lifetimes are seconds. */
export interface DraftToken {
  readonly claims?: Readonly<Record<string, unknown>> | null;
  readonly token?: { readonly lifetime?: { readonly expiration?: number | null } | null } | null;
}

/** The draft access token also lists the granted scopes, by name. */
export interface DraftAccessToken extends DraftToken {
  readonly scopes?: Readonly<Record<string, unknown>> | null;
}

/** The members of the OAuth request that apply; `grant_type` is absent at `/authorize`. */
export interface ProtocolRequest {
  readonly grant_type?: string | null;
  readonly response_type?: string | null;
}

export interface RefreshTokenReference {
  readonly jti?: string | null;
}

export interface TokenHookRequest {
  readonly eventType: string;
  readonly source?: unknown;
  readonly data: {
    readonly context: {
      /** Controlled by the end user's browser: never trusted, never a reason to fail. */
      readonly request?: unknown;
      readonly protocol: {
        readonly request?: ProtocolRequest | null;
        /** Only on refresh calls. */
        readonly originalGrant?: { readonly refresh_token?: RefreshTokenReference | null } | null;
        readonly issuer: { readonly uri: string };
        readonly client: { readonly id: string };
      };
      readonly user?: { readonly id?: string | null } | null;
    };
    readonly identity?: DraftToken | null;
    readonly access?: DraftAccessToken | null;
    readonly refresh_token?: RefreshTokenReference | null;
  };
}
