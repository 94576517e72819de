import type { SampleClient } from './sample-call.js';
import type { SessionKind } from './sample-person.js';

/** How sure it is what Okta sends for this variant (section 1.9). */
export type Confidence = 'high' | 'medium' | 'low';

/** One variant of the contract (okta/token-inline-hook.md section 1.9), as data. */
export interface SampleVariant {
  readonly name: string;
  readonly summary: string;
  readonly confidence: Confidence;
  readonly eventId: string;
  readonly ipAddress: string;
  readonly client: SampleClient;
  readonly scopes: readonly string[];
  /** Null where nobody is signed in. */
  readonly session: SessionKind | null;
  /** Authentication methods of the person, as an ID token names them; null where there is no person. */
  readonly amr: readonly string[] | null;
  /** Claims that the authorization server was told to add to the access token. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly at: AuthorizeCall | TokenCall;
}

/** The hook runs at `/authorize`: the request is a URL that a browser opens. */
export interface AuthorizeCall {
  readonly endpoint: 'authorize';
  readonly responseType: string;
  readonly responseMode: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string | null;
  /** Parameters of the query, in their order. */
  readonly query: readonly string[];
  /** The tenant that the query names; null for none. */
  readonly hint: string | null;
}

/** The hook runs at `/token`: nothing of the form is in the URL. */
export interface TokenCall {
  readonly endpoint: 'token';
  readonly grantType: string;
  readonly redirectUri: string | null;
  readonly nonce: string | null;
}

export const SAMPLE_ISSUER = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7';

const WEB: SampleClient = { id: '0oa8h3n5LpCfGs6Zk1d7', name: 'Acme Orders Web', type: 'CONFIDENTIAL' };
const PUBLIC = { id: '0oa5c1r7BnMjHt9Xq1d7', type: 'PUBLIC' } as const;
const BATCH: SampleClient = { id: '0oa3w6e8DvKyPu2Na1d7', name: 'Acme Batch Service', type: 'CONFIDENTIAL' };

const URN = 'urn:ietf:params:oauth:grant-type';
const CALLBACK = 'https://app.acme.example/callback';
const SPA_CALLBACK = 'https://spa.acme.example/cb';
const NO_CLAIMS = {};

const IN_BROWSER = { eventId: 'Kc3vQ2mTR0a7nXb5pYdLwg', ipAddress: '203.0.113.24' } as const;
const WITH_PASSWORD = { session: 'classic', amr: ['pwd'] } as const;
const WITHOUT_SESSION = { session: null, amr: ['pwd'] } as const;

const HINTED_CODE: AuthorizeCall = {
  ...{ endpoint: 'authorize', responseType: 'code', responseMode: 'query' },
  ...{ redirectUri: CALLBACK, state: 'st-51f0c2', nonce: 'n-7d90ab' },
  query: 'client_id response_type response_mode scope redirect_uri state nonce tenant'.split(' '),
  hint: 'blue',
};

const SPA_QUERY = 'scope response_type redirect_uri state nonce client_id'.split(' ');

function atToken(grantType: string, more: Partial<TokenCall> = {}): TokenCall {
  return { endpoint: 'token', grantType, redirectUri: null, nonce: null, ...more };
}

/** Claims of every kind: nested, listed, with names that a path has to escape. */
const RICH_CLAIMS = {
  department: 'Fulfilment',
  'https://acme.example/claims/tenant': 'blue',
  employee_profile: { employee_id: '1234', name: 'Dana', email: 'dana.rivers@acme.example' },
  preferred_airports: ['sjc', 'lax', 'sfo', 'oak'],
  groups: ['Everyone', 'orders-admins'],
  mixed: [null],
  'a~b': 1,
};

const CODE_SCOPES = ['openid', 'profile', 'email', 'offline_access', 'orders:read'];
const PERSON_SCOPES = ['openid', 'profile', 'email'];

/** Every variant of a token inline hook's call. */
export const SAMPLE_VARIANTS: readonly SampleVariant[] = [
  {
    name: 'authorization-code',
    summary: 'a person signs in: both tokens, a refresh token, and a tenant named in the query',
    confidence: 'high',
    ...{ ...IN_BROWSER, client: WEB, scopes: CODE_SCOPES },
    ...{ session: 'engine', amr: ['mfa', 'swk', 'pwd'], claims: { department: 'Fulfilment' } },
    at: HINTED_CODE,
  },
  {
    name: 'implicit',
    summary: 'a single-page application gets both tokens at once, without a code',
    confidence: 'high',
    ...{ ...IN_BROWSER, client: { ...PUBLIC, name: 'Acme SPA' }, scopes: PERSON_SCOPES },
    ...{ ...WITH_PASSWORD, claims: NO_CLAIMS },
    at: {
      ...{ endpoint: 'authorize', responseType: 'token id_token', responseMode: 'fragment' },
      ...{ redirectUri: SPA_CALLBACK, state: 'st-9a1', nonce: 'n-3c4', query: SPA_QUERY, hint: null },
    },
  },
  {
    name: 'implicit-id-token',
    summary: 'an ID token alone: no access token is minted, and none may be patched',
    confidence: 'high',
    ...{ ...IN_BROWSER, client: { ...PUBLIC, name: 'Acme SPA' }, scopes: ['openid', 'profile'] },
    ...{ ...WITH_PASSWORD, claims: NO_CLAIMS },
    at: {
      ...{ endpoint: 'authorize', responseType: 'id_token', responseMode: 'fragment' },
      ...{ redirectUri: SPA_CALLBACK, state: 'st-9a2', nonce: 'n-3c5', query: SPA_QUERY, hint: null },
    },
  },
  {
    name: 'hybrid',
    summary: 'a code and an ID token at once',
    confidence: 'medium',
    ...{ ...IN_BROWSER, client: WEB, scopes: PERSON_SCOPES, ...WITH_PASSWORD, claims: NO_CLAIMS },
    at: {
      ...{ endpoint: 'authorize', responseType: 'code id_token', responseMode: 'form_post' },
      ...{ redirectUri: CALLBACK, state: 'st-9a3', nonce: 'n-3c6', hint: null },
      query: 'scope response_type response_mode redirect_uri state nonce client_id'.split(' '),
    },
  },
  {
    name: 'authorization-code-without-openid',
    summary: 'plain OAuth: an access token alone, for a person',
    confidence: 'high',
    ...{ ...IN_BROWSER, client: WEB, scopes: ['orders:read'], ...WITH_PASSWORD, claims: NO_CLAIMS },
    at: {
      ...{ endpoint: 'authorize', responseType: 'code', responseMode: 'query' },
      ...{ redirectUri: CALLBACK, state: 'st-9a4', nonce: null, hint: null },
      query: 'client_id response_type scope redirect_uri state'.split(' '),
    },
  },
  {
    name: 'refresh-token',
    summary: 'a refresh: no session, no query, and the original grant beside the request',
    confidence: 'medium',
    ...{ eventId: 'Zt8pL1sWQd2hVn4cXy6BkA', ipAddress: '198.51.100.7', client: WEB, scopes: CODE_SCOPES },
    ...{ session: null, amr: ['mfa', 'swk', 'pwd'], claims: { department: 'Fulfilment' } },
    at: atToken('refresh_token', { redirectUri: CALLBACK }),
  },
  {
    name: 'client-credentials',
    summary: 'a service gets a token for itself: no user, no session, no ID token',
    confidence: 'medium',
    ...{ eventId: 'Hn5rT9uYRg3kMb7wZq1CxQ', ipAddress: '192.0.2.60', client: BATCH },
    ...{ scopes: ['orders:read', 'orders:write'], session: null, amr: null, claims: NO_CLAIMS },
    at: atToken('client_credentials'),
  },
  {
    name: 'password',
    summary: 'the resource owner password grant',
    confidence: 'low',
    ...{ eventId: 'Jp6sU0vZSh4lNc8xAr2DyR', ipAddress: '192.0.2.61', client: WEB },
    ...{ scopes: [...PERSON_SCOPES, 'orders:read'], ...WITHOUT_SESSION, claims: NO_CLAIMS },
    at: atToken('password'),
  },
  {
    name: 'device-code',
    summary: 'a device without a browser of its own, with a refresh token',
    confidence: 'low',
    ...{ eventId: 'Kq7tV1wATi5mOd9yBs3EzS', ipAddress: '192.0.2.62' },
    ...{ client: { ...PUBLIC, name: 'Acme TV App' }, scopes: ['openid', 'profile', 'offline_access'] },
    ...{ ...WITH_PASSWORD, claims: NO_CLAIMS },
    at: atToken(`${URN}:device_code`),
  },
  {
    name: 'token-exchange',
    summary: 'one application’s token for another’s (native single sign-on)',
    confidence: 'low',
    ...{ eventId: 'Lr8uW2xBUj6nPe0zCt4FaT', ipAddress: '192.0.2.63' },
    ...{ client: { ...PUBLIC, name: 'Acme Mobile B' }, scopes: ['openid', 'profile', 'offline_access'] },
    ...{ ...WITHOUT_SESSION, claims: NO_CLAIMS },
    at: atToken(`${URN}:token-exchange`),
  },
  {
    name: 'saml2-bearer',
    summary: 'a SAML assertion for an access token',
    confidence: 'low',
    ...{ eventId: 'Ms9vX3yCVk7oQf1aDu5GbU', ipAddress: '192.0.2.64', client: WEB, scopes: ['orders:read'] },
    ...{ ...WITHOUT_SESSION, claims: NO_CLAIMS },
    at: atToken(`${URN}:saml2-bearer`),
  },
  {
    name: 'jwt-bearer',
    summary: 'a signed assertion for an access token',
    confidence: 'low',
    ...{ eventId: 'Mt9vX3yCVk7oQf1aDu5GbU', ipAddress: '192.0.2.66', client: WEB, scopes: ['orders:read'] },
    ...{ ...WITHOUT_SESSION, claims: NO_CLAIMS },
    at: atToken(`${URN}:jwt-bearer`),
  },
  {
    name: 'interaction-code',
    summary: 'a sign-in page that is a part of the application (Identity Engine)',
    confidence: 'low',
    ...{ eventId: 'Nt0wY4zDWl8pRg2bEv6HcV', ipAddress: '192.0.2.65' },
    ...{ client: { ...WEB, name: 'Acme Embedded App' }, scopes: PERSON_SCOPES },
    ...{ session: 'engine', amr: ['mfa', 'pwd'], claims: NO_CLAIMS },
    at: atToken('interaction_code', {
      redirectUri: 'https://embed.acme.example/login/callback',
      nonce: 'n-e1',
    }),
  },
  {
    name: 'rich-claims',
    summary: 'a sign-in whose draft carries claims of every kind, with names that a path has to escape',
    confidence: 'high',
    ...{ eventId: 'Ou1xZ5aEXm9qSh3cFw7IdW', ipAddress: '203.0.113.24', client: WEB, scopes: CODE_SCOPES },
    ...{ session: 'engine', amr: ['mfa', 'swk', 'pwd'], claims: RICH_CLAIMS },
    at: HINTED_CODE,
  },
];
