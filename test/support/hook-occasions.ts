import type { DraftToken, DraftTokens } from '../../src/authorization-server/hook/draft-tokens.js';
import type { HookOccasion, ProtocolRequest } from '../../src/authorization-server/hook/hook-occasion.js';
import type { HttpChannel, InlineHook } from '../../src/authorization-server/org/inline-hook.js';
import type { Client, Scope, User } from '../../src/authorization-server/org/org.js';
import { examplePayload } from './payloads.js';

export const HOOK_SECRET = 'hook-secret-5f2c';

export function inlineHook(channel: Partial<HttpChannel> = {}): InlineHook {
  return {
    id: 'cal1',
    name: 'Mintmark',
    status: 'ACTIVE',
    version: '1.0.0',
    channel: {
      type: 'HTTP',
      uri: 'https://hook.acme.example/okta/token-hook',
      headers: [],
      authScheme: { key: 'X-Hook-Secret', value: HOOK_SECRET },
      ...channel,
    },
  };
}

/** The part of a recorded payload that an occasion is made of. */
interface Recorded {
  readonly source: string;
  readonly data: {
    readonly context: {
      readonly request: {
        readonly id: string;
        readonly method: 'GET' | 'POST';
        readonly url: { readonly value: string };
        readonly ipAddress: string;
      };
      readonly protocol: {
        readonly request: ProtocolRequest;
        readonly originalGrant?: {
          readonly authorization: ProtocolRequest;
          readonly refresh_token: { readonly jti: string };
        };
        readonly issuer: { readonly uri: string };
        readonly client: { readonly id: string; readonly name: string; readonly type: string };
      };
      readonly session?: Readonly<
        Record<'id' | 'userId' | 'createdAt' | 'expiresAt' | 'lastPasswordVerification', string>
      >;
      readonly user?: {
        readonly id: string;
        readonly passwordChanged: string;
        readonly profile: User['profile'];
      };
      readonly policy: { readonly id: string; readonly rule: { readonly id: string } };
    };
    readonly identity?: RecordedToken;
    readonly access?: RecordedToken & {
      readonly scopes: Readonly<Record<string, { readonly id: string }>>;
    };
    readonly refresh_token?: { readonly jti: string };
  };
}

interface RecordedToken {
  readonly claims: DraftToken['claims'];
  readonly token: { readonly lifetime: { readonly expiration: number } };
}

/** The occasion at which Okta would have sent an example payload, such as `request_07_client_credentials`. */
export function occasionOf(name: string, hook: InlineHook = inlineHook()): HookOccasion {
  const { source, data } = examplePayload(name) as unknown as Recorded;
  const { request, protocol, policy } = data.context;
  const original = protocol.originalGrant;
  return {
    hook,
    issuer: protocol.issuer.uri,
    orgId: '00o1a5d8ZxCvBn3Mk1d7',
    source,
    request: { ...request, url: request.url.value },
    protocolRequest: protocol.request,
    originalGrant:
      original === undefined
        ? null
        : { authorization: original.authorization, refreshTokenJti: original.refresh_token.jti },
    client: clientOf(protocol.client),
    session: sessionOf(data.context.session),
    user: userOf(data.context.user),
    policy: { ...{ id: policy.id, name: 'Orders', status: 'ACTIVE', priority: 1 }, clients: [], rules: [] },
    rule: ruleOf(policy.rule.id, hook.id),
    drafts: draftsOf(data),
    grantedScopes: Object.entries(data.access?.scopes ?? {}).map(([scope, { id }]) => scopeOf(scope, id)),
    refreshTokenJti: data.refresh_token?.jti ?? null,
  };
}

export function draftsOf({ identity, access }: Recorded['data']): DraftTokens {
  const draft = ({ claims, token }: RecordedToken): DraftToken => ({
    claims,
    lifetimeSeconds: token.lifetime.expiration,
  });
  return {
    ...(identity === undefined ? {} : { identity: draft(identity) }),
    ...(access === undefined ? {} : { access: draft(access) }),
  };
}

function clientOf({
  id,
  name,
  type,
}: {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}): Client {
  return {
    id,
    label: name,
    status: 'ACTIVE',
    applicationType: 'web',
    authenticationMethod: type === 'PUBLIC' ? 'none' : 'client_secret_basic',
    secret: null,
    jwks: null,
    redirectUris: [],
    postLogoutRedirectUris: [],
    grantTypes: [],
    responseTypes: [],
    pkceRequired: false,
    consentMethod: 'TRUSTED',
    refreshToken: { rotationType: 'STATIC', leewaySeconds: 30 },
    profile: {},
    assignments: { users: new Map(), groups: new Map() },
  };
}

function sessionOf(session: Recorded['data']['context']['session']): HookOccasion['session'] {
  if (session === undefined) return null;
  const { id, userId, createdAt, expiresAt, lastPasswordVerification } = session;
  return {
    id,
    userId,
    createdAt: Date.parse(createdAt),
    expiresAt: Date.parse(expiresAt),
    lastPasswordVerificationAt: Date.parse(lastPasswordVerification),
  };
}

function userOf(user: Recorded['data']['context']['user']): User | null {
  if (user === undefined) return null;
  const { id, passwordChanged, profile } = user;
  return {
    id,
    status: 'ACTIVE',
    profile: { ...profile, email: 'dana.rivers@acme.example', department: 'Fulfilment' },
    groupIds: [],
    passwordChanged,
    lastUpdated: passwordChanged,
    passwordDigest: null,
  };
}

function ruleOf(id: string, inlineHookId: string): HookOccasion['rule'] {
  return {
    id,
    name: 'Everyone',
    status: 'ACTIVE',
    priority: 1,
    grantTypes: [],
    users: { include: [], exclude: [] },
    groups: { include: ['EVERYONE'], exclude: [] },
    scopes: ['*'],
    accessTokenLifetimeMinutes: 60,
    refreshTokenLifetimeMinutes: 0,
    refreshTokenWindowMinutes: 10_080,
    inlineHookId,
  };
}

function scopeOf(name: string, id: string): Scope {
  return {
    id,
    name,
    displayName: name,
    description: '',
    system: false,
    isDefault: false,
    metadataPublish: 'ALL_CLIENTS',
    consent: 'IMPLICIT',
  };
}
