import { TOKEN_HOOK_EVENT_TYPE } from '../../okta/token-hook-request.js';
import { DEFAULT_LIFETIME_SECONDS } from '../../okta/limits.js';
import type { SampleCall, SampleClient, SampleProtocol } from './sample-call.js';
import { DANA, sampleSession, sampleUser, wholeSeconds, type SamplePerson } from './sample-person.js';
import { sampleAccessToken, sampleIdToken, sampleScopes, type TokenFacts } from './sample-tokens.js';
import { SAMPLE_ISSUER, type AuthorizeCall, type SampleVariant } from './sample-variants.js';

/** What a sample is to have in place of what its variant has. */
export interface SampleWish {
  readonly issuer?: string;
  readonly audience?: string;
  readonly client?: string;
  readonly clientName?: string;
  readonly user?: string;
  readonly login?: string;
  readonly scopes?: readonly string[];
  /** The tenant that the query names; null for none. */
  readonly hint?: string | null;
  /** More parameters of the query, which Okta passes on as they are. */
  readonly query?: readonly (readonly [string, string])[];
  readonly refreshTokenJti?: string;
  readonly lifetimeSeconds?: number;
  /** When the hook is called, in milliseconds since the epoch. */
  readonly at?: number;
}

/** A wish that the variant cannot fulfil; the message says why. */
export class SampleRefusedError extends Error {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'SampleRefusedError';
  }
}

const CALLED_AT = Date.parse('2026-03-11T09:41:07.000Z');
const REFRESHED_AT = Date.parse('2026-03-11T10:38:52.000Z');
const SIGNED_IN_AT = Date.parse('2026-03-11T09:40:58.000Z');
const REFRESH_TOKEN_JTI = 'oar2z8x6Qw4ErTy1Uo1d7';
const REQUEST_ID = '8f3a1c5e7b9d20416e8c0a2f4b6d8e01';
const POLICY = { id: '00p6g2h4FrTyUi8Op1d7', rule: { id: '0pr9j3k5SdFgHj1Kl1d7' } };

/**
 * Builds the call that Okta would send: which tokens and members are there follows from the variant and its scopes
 * (okta/token-inline-hook.md section 1.9). The same wish gives the same call, always.
 *
 * @throws SampleRefusedError where the variant cannot have what is wished for
 */
export function buildSample(variant: SampleVariant, wish: SampleWish = {}): SampleCall {
  refuseImpossible(variant, wish);
  const parts = partsOf(variant, wish);
  const { issuer, person, calledAt, signedInAt, refreshTokenJti } = parts;
  const { at, session } = variant;
  const source = `${issuer}/v1/${at.endpoint}`;
  return {
    eventId: variant.eventId,
    eventTime: wholeSeconds(calledAt),
    eventType: TOKEN_HOOK_EVENT_TYPE,
    ...{ eventTypeVersion: '1.0', contentType: 'application/json', cloudEventVersion: '0.1', source },
    data: {
      context: {
        request: {
          id: REQUEST_ID,
          method: at.endpoint === 'authorize' ? 'GET' : 'POST',
          url: { value: withQuery(source, queryOf(variant, parts, wish)) },
          ipAddress: variant.ipAddress,
        },
        protocol: protocolOf(variant, parts),
        ...(person !== null && session !== null
          ? { session: sampleSession(session, person, signedInAt) }
          : {}),
        ...(person === null ? {} : { user: sampleUser(person, originOf(issuer)) }),
        policy: POLICY,
      },
      ...tokensOf(variant, parts),
      ...(refreshTokenJti === null ? {} : { refresh_token: { jti: refreshTokenJti } }),
    },
  };
}

interface Parts {
  readonly issuer: string;
  readonly audience: string;
  readonly client: SampleClient;
  readonly person: SamplePerson | null;
  readonly scopes: readonly string[];
  readonly calledAt: number;
  readonly signedInAt: number;
  readonly refreshTokenJti: string | null;
  readonly lifetimeSeconds: number;
}

function partsOf(variant: SampleVariant, wish: SampleWish): Parts {
  const isRefresh = isRefreshCall(variant);
  const usualAt = isRefresh ? REFRESHED_AT : CALLED_AT;
  const calledAt = wish.at ?? usualAt;
  const scopes = [...new Set(wish.scopes ?? variant.scopes)];
  const isOffline = isRefresh || scopes.includes('offline_access');
  const { client = variant.client.id } = wish;
  const isOther = client !== variant.client.id;
  return {
    issuer: wish.issuer ?? SAMPLE_ISSUER,
    audience: wish.audience ?? 'api://acme-orders',
    client: {
      id: client,
      name: wish.clientName ?? (isOther ? 'Sample Client' : variant.client.name),
      type: variant.client.type,
    },
    person: variant.amr === null ? null : personOf(wish),
    ...{ scopes, calledAt, signedInAt: calledAt - (usualAt - SIGNED_IN_AT) },
    refreshTokenJti: isOffline ? (wish.refreshTokenJti ?? REFRESH_TOKEN_JTI) : null,
    lifetimeSeconds: wish.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS,
  };
}

function isRefreshCall({ at }: SampleVariant): boolean {
  return at.endpoint === 'token' && at.grantType === 'refresh_token';
}

function personOf({ user = DANA.id, login }: SampleWish): SamplePerson {
  if (user === DANA.id) return { ...DANA, login: login ?? DANA.login };
  const name = { firstName: 'Sample', lastName: 'User' };
  return { id: user, login: login ?? `${user.toLowerCase()}@sample.example`, ...name };
}

function originOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).origin : 'https://login.acme.example';
}

/** Section 1.3: parameters that Okta itself ignores are passed on; those of a form are not in the URL. */
function queryOf(
  { at }: SampleVariant,
  { client, scopes }: Parts,
  { hint, query = [] }: SampleWish,
): readonly (readonly [string, string])[] {
  if (at.endpoint === 'token') {
    const named = hint ?? null;
    return [...(named === null ? [] : [['tenant', named] as const]), ...query];
  }
  const tenant = hint === undefined ? at.hint : hint;
  const parameters = authorizeParameters(at, client.id, scopes);
  const known = at.query.flatMap((name) => {
    const value = name === 'tenant' ? tenant : parameters[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  const isPlaced = at.query.includes('tenant') || tenant === null;
  return [...known, ...(isPlaced ? [] : [['tenant', tenant] as const]), ...query];
}

function authorizeParameters(
  at: AuthorizeCall,
  clientId: string,
  scopes: readonly string[],
): Readonly<Record<string, string | null>> {
  return {
    ...{ client_id: clientId, response_type: at.responseType, response_mode: at.responseMode },
    ...{ scope: scopes.join(' '), redirect_uri: at.redirectUri, state: at.state, nonce: at.nonce },
  };
}

function withQuery(url: string, query: readonly (readonly [string, string])[]): string {
  if (query.length === 0) return url;
  return `${url}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString()}`;
}

/** Section 1.4: effective values, and neither nonce nor parameters that Okta does not know. */
function protocolOf(
  variant: SampleVariant,
  { scopes, client, issuer, refreshTokenJti }: Parts,
): SampleProtocol {
  const { at } = variant;
  const scope = scopes.join(' ');
  const end = { issuer: { uri: issuer }, client };
  if (at.endpoint === 'authorize')
    return {
      type: 'OAUTH2.0',
      request: {
        ...{ scope, state: at.state, redirect_uri: at.redirectUri },
        ...{ response_mode: at.responseMode, response_type: at.responseType, client_id: client.id },
      },
      ...end,
    };
  const redirect = at.redirectUri === null ? {} : { redirect_uri: at.redirectUri };
  const isRefresh = isRefreshCall(variant);
  return {
    type: 'OAUTH2.0',
    request: {
      ...(isRefresh || scope === '' ? {} : { scope }),
      ...{ ...redirect, grant_type: at.grantType, client_id: client.id },
    },
    ...(isRefresh && refreshTokenJti !== null
      ? {
          originalGrant: {
            authorization: { scope, ...redirect, response_type: 'code', grant_type: 'authorization_code' },
            refresh_token: { jti: refreshTokenJti },
          },
        }
      : {}),
    ...end,
  };
}

/** Section 1.9: an ID token needs a person and the scope `openid`; an access token is not minted for `id_token` alone. */
function tokensOf(variant: SampleVariant, parts: Parts): Pick<SampleCall['data'], 'identity' | 'access'> {
  const { person, scopes, issuer, audience, client, signedInAt, refreshTokenJti, lifetimeSeconds } = parts;
  const { at, amr, claims } = variant;
  const facts: TokenFacts = {
    ...{ issuer, audience, clientId: client.id, person, claims, refreshTokenJti, lifetimeSeconds },
    ...{ amr: amr ?? [], nonce: at.nonce, authTime: Math.floor(signedInAt / 1000) },
  };
  const hasIdToken = person !== null && scopes.includes('openid');
  const hasAccessToken = at.endpoint === 'token' || at.responseType !== 'id_token';
  return {
    ...(hasIdToken ? { identity: sampleIdToken(facts, person) } : {}),
    ...(hasAccessToken ? { access: { ...sampleAccessToken(facts), scopes: sampleScopes(scopes) } } : {}),
  };
}

/** @throws SampleRefusedError for what Okta would refuse, or never sends */
function refuseImpossible({ name, amr, at }: SampleVariant, wish: SampleWish): void {
  const { user, login, scopes } = wish;
  if (amr === null && (user !== undefined || login !== undefined))
    throw new SampleRefusedError(`${name} has no user: a service gets a token for itself.`);
  if (amr === null && scopes?.some((scope) => scope === 'openid' || scope === 'offline_access'))
    throw new SampleRefusedError(
      `${name} cannot have the scopes openid and offline_access: they are for people.`,
    );
  if (
    at.endpoint === 'authorize' &&
    /\bid_token\b/.test(at.responseType) &&
    scopes?.includes('openid') === false
  )
    throw new SampleRefusedError(`${name} mints an ID token, which needs the scope openid.`);
}
