import type { HookKey, InlineHook } from './inline-hook.js';

/**
 * An emulated Okta org, as its YAML file describes it: read once, checked, frozen. Names follow Okta's management API
 * (okta/authorization-server.md sections 2 to 9); times are minutes or seconds, as each name says.
 */
export interface Org {
  /** `00o…`: also the `idp` of people who sign in with Okta's own password. */
  readonly id: string;
  readonly name: string;
  readonly subDomain: string;
  /** Custom authorization servers by id, `default` among them; the org server needs no entry. */
  readonly servers: ReadonlyMap<string, CustomServer>;
  /** By client id. */
  readonly clients: ReadonlyMap<string, Client>;
  /** By user id. */
  readonly users: ReadonlyMap<string, User>;
  /** By group id; the built-in `Everyone` is always there and has every user. */
  readonly groups: ReadonlyMap<string, Group>;
  /** By hook id. */
  readonly inlineHooks: ReadonlyMap<string, InlineHook>;
  /** By id. */
  readonly hookKeys: ReadonlyMap<string, HookKey>;
  readonly trustedOrigins: readonly TrustedOrigin[];
  readonly switches: Switches;
}

export type ActiveStatus = 'ACTIVE' | 'INACTIVE';

export interface CustomServer {
  /** `aus…`, or `default`. */
  readonly id: string;
  readonly name: string;
  /** Exactly one (section 1). */
  readonly audience: string;
  readonly status: ActiveStatus;
  readonly rotationMode: 'AUTO' | 'MANUAL';
  /** By name; the system scopes among them, unless the file removes one (section 5). */
  readonly scopes: ReadonlyMap<string, Scope>;
  /** The 19 claims of a new server among them (section 6.2). */
  readonly claims: readonly Claim[];
  /** In the order of their priority (section 7). */
  readonly policies: readonly Policy[];
}

export interface Scope {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly system: boolean;
  /** Granted where a request names no scope (section 3.6). */
  readonly isDefault: boolean;
  readonly metadataPublish: 'ALL_CLIENTS' | 'NO_CLIENTS';
  readonly consent: 'IMPLICIT' | 'REQUIRED' | 'FLEXIBLE';
}

export interface Claim {
  readonly id: string;
  readonly name: string;
  readonly status: ActiveStatus;
  readonly system: boolean;
  /** `RESOURCE` is the access token, `IDENTITY` the ID token and userinfo. */
  readonly claimType: 'RESOURCE' | 'IDENTITY';
  readonly source:
    | { readonly valueType: 'EXPRESSION'; readonly value: string }
    | GroupFilter
    | { readonly valueType: 'SYSTEM' };
  /** Empty: any scope. */
  readonly scopes: readonly string[];
  readonly alwaysIncludeInToken: boolean;
}

/** Over the names of a person's groups. */
export interface GroupFilter {
  readonly valueType: 'GROUPS';
  readonly filter: 'STARTS_WITH' | 'EQUALS' | 'CONTAINS' | 'REGEX';
  readonly value: string;
}

export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly status: ActiveStatus;
  readonly priority: number;
  /** Client ids, or `ALL_CLIENTS` alone; empty matches nobody. */
  readonly clients: readonly string[];
  /** In the order of their priority. */
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly status: ActiveStatus;
  readonly priority: number;
  readonly grantTypes: readonly string[];
  readonly users: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** Group ids, or `EVERYONE`. */
  readonly groups: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** Names, or `*` for any. */
  readonly scopes: readonly string[];
  readonly accessTokenLifetimeMinutes: number;
  /** 0 is without a limit. */
  readonly refreshTokenLifetimeMinutes: number;
  readonly refreshTokenWindowMinutes: number;
  readonly inlineHookId: string | null;
}

export type ApplicationType = 'web' | 'browser' | 'native' | 'service';

export type ClientAuthenticationMethod =
  'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt' | 'private_key_jwt' | 'none';

export interface Client {
  /** `0oa…`. */
  readonly id: string;
  readonly label: string;
  readonly status: ActiveStatus;
  readonly applicationType: ApplicationType;
  readonly authenticationMethod: ClientAuthenticationMethod;
  readonly secret: string | null;
  /** Public keys for `private_key_jwt`. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | null;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly pkceRequired: boolean;
  readonly consentMethod: 'TRUSTED' | 'REQUIRED';
  readonly refreshToken: { readonly rotationType: 'ROTATE' | 'STATIC'; readonly leewaySeconds: number };
  /** Free JSON: `app.profile` in expressions. */
  readonly profile: Readonly<Record<string, unknown>>;
  /**
   * Who may use it (section 7): people by user id with their profile in the app, and groups by id, the first ones first, with
   * what their members have for a profile in the app.
   */
  readonly assignments: {
    readonly users: ReadonlyMap<string, AppUser>;
    readonly groups: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  };
}

/** A person's profile in one app: `appuser` in expressions. */
export interface AppUser {
  readonly userName: string;
  readonly profile: Readonly<Record<string, unknown>>;
}

export interface User {
  /** `00u…`. */
  readonly id: string;
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'DEPROVISIONED' | 'STAGED' | 'LOCKED_OUT' | 'PASSWORD_EXPIRED';
  /** `login`, `email`, `firstName`, `lastName`, `locale`, `timeZone` and others. */
  readonly profile: Readonly<Record<string, unknown>> & { readonly login: string };
  /** Made by `digestOfPassword`; null where the file gives the person none. */
  readonly passwordDigest: string | null;
  /** Without `Everyone`. */
  readonly groupIds: readonly string[];
  /** ISO 8601. */
  readonly passwordChanged: string;
  readonly lastUpdated: string;
}

/** An origin of pages that the org trusts; its members are called as in Okta's management API. */
export interface TrustedOrigin {
  readonly name: string;
  /** As browsers send it: scheme, host and port. */
  readonly origin: string;
  /** `CORS`: its pages may read answers. `REDIRECT` is for pages that this emulator does not have. */
  readonly scopes: readonly ('CORS' | 'REDIRECT')[];
}

export interface Group {
  /** `00g…`. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'OKTA_GROUP' | 'APP_GROUP' | 'BUILT_IN';
  /** The app that it was imported from, and its type, such as `active_directory`; null where that is not known, or none. */
  readonly source: { readonly id: string; readonly type: string } | null;
  /** Custom attributes, as expressions see them; the name and the description are not among them. */
  readonly profile: Readonly<Record<string, unknown>>;
}

/**
 * What Okta does not document, or documents twice: each a switch, with the default that the references suggest. The
 * sections are those of okta/token-inline-hook.md (H) and okta/authorization-server.md (A).
 */
export interface Switches {
  /** H 2.11: a 2xx status other than 200 and 204 is processed, or ignored like any other status. */
  readonly otherSuccessStatus: 'ignore' | 'process';
  /** H 2.1: a content type other than JSON is read all the same, or ignored. */
  readonly otherContentType: 'process' | 'ignore';
  /** H 2.2: members of a response that are not known are passed over, or void it. */
  readonly unknownResponseMembers: 'ignore' | 'invalid';
  /** H 2.7: `add` and `replace` with null void the patch, or set null. */
  readonly nullValues: 'invalid' | 'apply';
  /** H 2.10: whether an operation may build on an earlier one of the same response. */
  readonly chainedOperations: 'allow' | 'refuse';
  /** H 2.6: whether `sub` and `aud` of the access token may be removed. */
  readonly removeAccessSubjectOrAudience: 'refuse' | 'allow';
  /** H 2.8: a lifetime out of bounds voids the patch, or is clamped. */
  readonly lifetimeOutOfBounds: 'invalid' | 'clamp';
  /** H 1.4. */
  readonly originalGrantMember: 'originalGrant' | 'OriginalGrant';
  /** H 1.8, A 6.3: the access token's `jti` ends in the id of its refresh token. */
  readonly accessJtiNamesRefreshToken: boolean;
  /** H 1.8: whether `data.refresh_token` is there again on a refresh. */
  readonly refreshTokenOnRefresh: boolean;
  /** H 1.8: `iat`, `exp` and `scp` among the claims that the hook is shown. */
  readonly timesInHookClaims: boolean;
  /** A 3.6: whether the code flow narrows explicit scopes to what a rule allows. */
  readonly narrowCodeFlowScopes: boolean;
  /** A 5: whether `consent: REQUIRED` fails client credentials also for apps with `consent_method: TRUSTED`. */
  readonly consentRequiredForTrustedServices: boolean;
  /** A 4.1: `prompt=none` without a session redirects with `login_required`, or shows a page. */
  readonly promptNoneWithoutSession: 'redirect' | 'page';
  /** H 1.9, variant 08: whether a hook is shown a session when a password is exchanged for tokens. */
  readonly sessionOnPasswordGrant: boolean;
  /** A 4.2: whether a client may introspect the access tokens of other clients, as a resource server would. */
  readonly introspectOthersAccessTokens: boolean;
  /** A 4.2: a `token_type_hint` that is not of the token is passed over, or the token counts as inactive. */
  readonly wrongTokenTypeHint: 'ignore' | 'inactive';
  /** A 11: `offline_access` for a client without the refresh_token grant: granted without a token, or refused. */
  readonly offlineAccessWithoutGrant: 'grant' | 'refuse';
  /** H 6.2: what becomes of a token that a hook answered 401 to: the next call fetches another one, or it is kept as long as it lasts. */
  readonly refusedHookToken: 'drop' | 'keep';
  /** A 6.1, 8: whether an expression that yields an empty list leaves its claim out (a support article), or sets it. */
  readonly emptyListClaims: 'omit' | 'include';
  /** Not Okta's: lets a hook be called, and its token be fetched, over plain HTTP, where a test has no certificate. */
  readonly allowHttpHooks: boolean;
}
