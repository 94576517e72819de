import type { TokenHookRequest } from '../../okta/token-hook-request.js';

/** What every inline hook is sent, whatever its event (section 1.2). */
export interface SampleEnvelope {
  readonly eventId: string;
  readonly eventTime: string;
  readonly eventType: string;
  readonly eventTypeVersion: string;
  readonly contentType: string;
  readonly cloudEventVersion: string;
  readonly source: string;
}

/** The request of the end user or client (section 1.3). */
export interface SampleRequest {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly url: { readonly value: string };
  readonly ipAddress: string;
}

export interface SampleClient {
  readonly id: string;
  readonly name: string;
  readonly type: 'PUBLIC' | 'CONFIDENTIAL';
}

/** Section 1.4: only the members that apply are there. */
export interface SampleProtocol {
  readonly type: 'OAUTH2.0';
  readonly request: Readonly<Record<string, string>>;
  readonly originalGrant?: {
    readonly authorization: Readonly<Record<string, string>>;
    readonly refresh_token: { readonly jti: string };
  };
  readonly issuer: { readonly uri: string };
  readonly client: SampleClient;
}

/** Section 1.5. */
export interface SampleSession {
  readonly id: string;
  readonly userId: string;
  readonly login: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly status: string;
  readonly lastPasswordVerification: string;
  readonly lastFactorVerification?: string;
  readonly amr: readonly string[];
  readonly idp: { readonly id: string; readonly type: string };
  readonly mfaActive: boolean;
}

/** Section 1.6. */
export interface SampleUser {
  readonly id: string;
  readonly passwordChanged: string;
  readonly profile: {
    readonly login: string;
    readonly firstName: string;
    readonly lastName: string;
    readonly locale: string;
    readonly timeZone: string;
  };
  readonly _links: {
    readonly groups: { readonly href: string };
    readonly factors: { readonly href: string };
  };
}

export interface SampleToken {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly token: { readonly lifetime: { readonly expiration: number } };
}

export type SampleScopes = Readonly<Record<string, { readonly id: string; readonly action: 'GRANT' }>>;

/** A whole call of a token inline hook, as Okta sends it. */
export interface SampleCall extends SampleEnvelope, TokenHookRequest {
  readonly eventType: string;
  readonly source: string;
  readonly data: {
    readonly context: {
      readonly request: SampleRequest;
      readonly protocol: SampleProtocol;
      readonly session?: SampleSession;
      readonly user?: SampleUser;
      readonly policy: { readonly id: string; readonly rule: { readonly id: string } };
    };
    readonly identity?: SampleToken;
    readonly access?: SampleToken & { readonly scopes: SampleScopes };
    readonly refresh_token?: { readonly jti: string };
  };
}
