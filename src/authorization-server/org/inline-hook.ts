/** A token inline hook (okta/token-inline-hook.md sections 6 and 7). */
export interface InlineHook {
  /** `cal…`. */
  readonly id: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly version: string;
  readonly channel: HookChannel;
}

/** How a hook is reached, and what the org proves itself to it with. */
export type HookChannel = HttpChannel | OAuthChannel;

interface Endpoint {
  /** https, or http where the switch `allowHttpHooks` says so. */
  readonly uri: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

/** Section 6.1: a header of one's own. */
export interface HttpChannel extends Endpoint {
  readonly type: 'HTTP';
  readonly authScheme: { readonly key: string; readonly value: string } | null;
}

/** Section 6.2: an access token by client credentials. */
export interface OAuthChannel extends Endpoint {
  readonly type: 'OAUTH';
  readonly clientId: string;
  readonly credentials:
    | { readonly authType: 'client_secret_post'; readonly clientSecret: string }
    | { readonly authType: 'private_key_jwt'; readonly hookKey: HookKey };
  /** https or http, as the hook's own. */
  readonly tokenUrl: string;
  /** Null asks for the default scopes. */
  readonly scope: string | null;
}

/** A key of the org's that hook channels prove themselves with (section 6.3). */
export interface HookKey {
  /** `HKY…`. */
  readonly id: string;
  /** The `kid`. */
  readonly keyId: string;
  readonly name: string;
  /** PEM of an RSA key; null where the emulator makes one. */
  readonly privateKey: string | null;
}
