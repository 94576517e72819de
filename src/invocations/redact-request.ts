import { GRANT_TYPES } from '../okta/grant-types.js';
import { parseRequestUrl } from '../okta/request-url.js';
import type { TokenHookRequest } from '../okta/token-hook-request.js';
import type { Json } from '../okta/token-hook-response.js';
import type { Redactor } from './redactor.js';

type JsonObject = Readonly<Record<string, Json>>;
type Members = Readonly<Record<string, unknown>>;

// Member by member, by section 1 of okta/token-inline-hook.md: what is not named here is left out.

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const VERSION = /^\d{1,3}(?:\.\d{1,3}){0,2}$/;
const METHOD = /^(?:GET|POST)$/;
const RESPONSE_MODE = /^(?:query|fragment|form_post|okta_post_message)$/;
const RESPONSE_TYPE = /^(?:code|id_token|token|none)$/;
const CLIENT_TYPE = /^(?:PUBLIC|CONFIDENTIAL)$/;
const SESSION_STATUS = /^(?:ACTIVE|MFA_REQUIRED|MFA_ENROLL)$/;
const IDP_TYPE = /^(?:OKTA|ACTIVE_DIRECTORY|LDAP|FEDERATION|SOCIAL)$/;
/** Section 1.5: `PASSWORD` in the session, `pwd` in a token. */
const AUTHENTICATION_METHOD = /^(?:[A-Z_]{3,40}|[a-z]{2,5})$/;
/** Policies, rules and scopes: ids of the org's configuration. */
const CONFIGURATION_ID = /^(?:00p|0pr|scp)\w{17}$/;
/** What an authorization server is configured to mint for. */
const AUDIENCE = /^[\w:/.+-]{1,200}$/;

/** No URL: a hint that cannot be read stays one. */
const NO_URL = ':';

/** The payload as it is kept: of its own shape, and decided as the original was. */
export function redactRequest(request: TokenHookRequest, redactor: Redactor): JsonObject {
  const { eventType, source, data } = request;
  const eventTime = Reflect.get(request, 'eventTime') as unknown;
  const call = { issuerUri: data.context.protocol.issuer.uri, eventTime, redactor };
  const members = membersOf(request);
  return compact({
    eventId: present(members['eventId'], (id) => redactor.value(id)),
    eventTime: instantOf(eventTime),
    eventType,
    eventTypeVersion: present(members['eventTypeVersion'], (v) => redactor.matching(v, VERSION)),
    contentType: members['contentType'] === 'application/json' ? 'application/json' : undefined,
    cloudEventVersion: present(members['cloudEventVersion'], (v) => redactor.matching(v, VERSION)),
    source: typeof source === 'string' ? endpointOf(source, call) : undefined,
    data: redactData(data, call),
  });
}

interface Call {
  readonly issuerUri: string;
  readonly eventTime: unknown;
  readonly redactor: Redactor;
}

function redactData(data: TokenHookRequest['data'], call: Call): JsonObject {
  const { redactor } = call;
  const granted = new Set(Object.keys(data.access?.scopes ?? {}));
  const context = membersOf(data.context);
  return compact({
    context: compact({
      request: present(context['request'], (request) => redactWebRequest(request, call)),
      protocol: redactProtocol(data.context.protocol, granted, call),
      session: present(context['session'], (session) => redactSession(session, call)),
      user: present(context['user'], (user) => redactUser(user, redactor)),
      policy: present(context['policy'], (policy) => redactPolicy(policy, redactor)),
    }),
    identity: present(data.identity, (draft) => redactDraft(draft, redactor, 'identity')),
    access: present(data.access, (draft) => redactDraft(draft, redactor, 'access')),
    refresh_token: present(data.refresh_token, (token) => redactRefreshToken(token, redactor)),
  });
}

/** The end user's browser says what it likes there: of its URL the hints are kept, and nothing else. */
function redactWebRequest(request: unknown, call: Call): JsonObject {
  const { redactor } = call;
  if (!isObject(request)) return { url: { value: NO_URL } };
  const { id, method, url } = membersOf(request);
  return compact({
    id: present(id, (value) => redactor.value(value)),
    method: present(method, (value) => redactor.matching(value, METHOD)),
    url: present(url, (value) => redactUrl(value, call)),
  });
}

function redactUrl(url: unknown, call: Call): JsonObject {
  if (!isObject(url)) return { value: NO_URL };
  const { value } = membersOf(url);
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string') return { value: NO_URL };
  const parsed = parseRequestUrl(value);
  if (parsed === undefined) return { value: NO_URL };
  // Two are as good as many.
  const hints = parsed.searchParams.getAll('tenant').slice(0, 2);
  const query = new URLSearchParams(
    hints.map((hint) => ['tenant', call.redactor.hint(hint)] as [string, string]),
  );
  const endpoint = endpointOf(value, call);
  return { value: hints.length === 0 ? endpoint : `${endpoint}?${query.toString()}` };
}

/** Section 1.2: calls are made from one of two endpoints of the issuer's. */
function endpointOf(url: string, { issuerUri }: Call): string {
  return `${issuerUri}/v1/${/\/authorize(?:\?|$)/.test(url) ? 'authorize' : 'token'}`;
}

type Protocol = TokenHookRequest['data']['context']['protocol'];

function redactProtocol(protocol: Protocol, granted: ReadonlySet<string>, { redactor }: Call): JsonObject {
  const client = membersOf(protocol.client);
  return compact({
    type: membersOf(protocol)['type'] === 'OAUTH2.0' ? 'OAUTH2.0' : undefined,
    request: present(protocol.request, (request) => redactOAuthRequest(request, granted, redactor)),
    originalGrant: present(protocol.originalGrant, (grant) =>
      compact({
        authorization: present(membersOf(grant)['authorization'], (request) =>
          redactOAuthRequest(request, granted, redactor),
        ),
        refresh_token: present(membersOf(grant)['refresh_token'], (token) =>
          redactRefreshToken(token, redactor),
        ),
      }),
    ),
    issuer: { uri: protocol.issuer.uri },
    client: compact({
      id: redactor.client(protocol.client.id),
      name: present(client['name'], (name) => redactor.value(name)),
      type: present(client['type'], (type) => redactor.matching(type, CLIENT_TYPE)),
    }),
  });
}

function redactOAuthRequest(request: unknown, granted: ReadonlySet<string>, redactor: Redactor): JsonObject {
  const members = membersOf(request);
  return compact({
    scope: wordsOf(members['scope'], (name) =>
      granted.has(name) ? redactor.scope(name) : redactor.text(name),
    ),
    state: present(members['state'], (state) => redactor.value(state)),
    redirect_uri: present(members['redirect_uri'], (uri) => redactor.value(uri)),
    response_mode: present(members['response_mode'], (mode) => redactor.matching(mode, RESPONSE_MODE)),
    response_type: wordsOf(members['response_type'], (type) =>
      RESPONSE_TYPE.test(type) ? type : redactor.text(type),
    ),
    grant_type: present(members['grant_type'], (type) =>
      typeof type === 'string' && GRANT_TYPES.has(type) ? type : redactor.value(type),
    ),
    client_id: present(members['client_id'], (id) => redactor.client(id)),
  });
}

/** Words that spaces part. */
function wordsOf(value: unknown, redact: (word: string) => string): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value
    .split(' ')
    .map((word) => (word === '' ? '' : redact(word)))
    .join(' ');
}

function redactSession(session: unknown, { redactor, eventTime }: Call): JsonObject {
  const members = membersOf(session);
  const idp = membersOf(members['idp']);
  return compact({
    id: present(members['id'], (id) => redactor.value(id)),
    userId: present(members['userId'], (id) => redactor.person(id)),
    login: present(members['login'], (login) => redactor.value(login)),
    ...instantsOf(members, eventTime),
    status: present(members['status'], (status) => redactor.matching(status, SESSION_STATUS)),
    amr: present(members['amr'], (methods) => redactMethods(methods, redactor)),
    idp: present(members['idp'], () =>
      compact({
        id: present(idp['id'], (id) => redactor.value(id)),
        type: present(idp['type'], (type) => redactor.matching(type, IDP_TYPE)),
      }),
    ),
    mfaActive: typeof members['mfaActive'] === 'boolean' ? members['mfaActive'] : undefined,
  });
}

/** When somebody signed in tells who it was: the instant of the call, which is kept anyhow, stands in for it. */
function instantsOf(session: Members, eventTime: unknown): Members {
  const names = ['createdAt', 'expiresAt', 'lastPasswordVerification', 'lastFactorVerification'];
  const given = names.filter((name) => instantOf(session[name]) !== undefined);
  return Object.fromEntries(given.map((name) => [name, instantOf(eventTime)]));
}

function redactUser(user: unknown, redactor: Redactor): JsonObject {
  const { id, profile } = membersOf(user);
  const names = ['login', 'firstName', 'lastName', 'locale', 'timeZone'];
  return compact({
    id: present(id, (value) => redactor.person(value)),
    profile: present(profile, (value) => {
      const members = membersOf(value);
      return compact(
        Object.fromEntries(
          names.map((name) => [name, present(members[name], (text) => redactor.value(text))]),
        ),
      );
    }),
  });
}

function redactPolicy(policy: unknown, redactor: Redactor): JsonObject {
  const { id, rule } = membersOf(policy);
  const idOf = (value: unknown) => present(value, (text) => redactor.matching(text, CONFIGURATION_ID));
  return compact({
    id: idOf(id),
    rule: present(rule, (value) => compact({ id: idOf(membersOf(value)['id']) })),
  });
}

function redactRefreshToken(token: unknown, redactor: Redactor): JsonObject {
  return compact({ jti: present(membersOf(token)['jti'], (jti) => redactor.refreshToken(jti)) });
}

type Token = 'identity' | 'access';

function redactDraft(draft: unknown, redactor: Redactor, token: Token): JsonObject {
  const { claims, token: times, scopes } = membersOf(draft);
  const { expiration } = membersOf(membersOf(times)['lifetime']);
  return compact({
    claims: present(claims, (value) => redactClaims(membersOf(value), redactor, token)),
    token: typeof expiration === 'number' ? { lifetime: { expiration } } : undefined,
    scopes: present(scopes, (value) => redactScopes(membersOf(value), redactor)),
  });
}

function redactScopes(scopes: Members, redactor: Redactor): JsonObject {
  return Object.fromEntries(
    Object.entries(scopes).map(([name, scope]) => {
      const { id, action } = membersOf(scope);
      const kept = compact({
        id: present(id, (value) => redactor.matching(value, CONFIGURATION_ID)),
        action: action === 'GRANT' ? action : undefined,
      });
      return [redactor.scope(name), kept] as const;
    }),
  );
}

function redactClaims(claims: Members, redactor: Redactor, token: Token): JsonObject {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      redactor.claimName(name),
      redactClaim({ name, value, token }, redactor),
    ]),
  );
}

interface Claim {
  readonly name: string;
  readonly value: unknown;
  readonly token: Token;
}

function redactClaim({ name, value, token }: Claim, redactor: Redactor): Json {
  if (value === null) return null;
  switch (name) {
    case 'uid':
      return redactor.person(value);
    case 'sub':
      return token === 'identity' ? redactor.person(value) : redactor.value(value);
    case 'cid':
      return redactor.client(value);
    case 'aud':
      return Array.isArray(value)
        ? value.map((audience: unknown) => redactor.matching(audience, AUDIENCE))
        : redactor.matching(value, AUDIENCE);
    case 'amr':
      return redactMethods(value, redactor);
    default:
      return redactor.value(value);
  }
}

function redactMethods(methods: unknown, redactor: Redactor): Json {
  if (!Array.isArray(methods)) return redactor.value(methods);
  return methods.map((method: unknown) => redactor.matching(method, AUTHENTICATION_METHOD));
}

function instantOf(value: unknown): string | undefined {
  return typeof value === 'string' && INSTANT.test(value) ? value : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function membersOf(value: unknown): Members {
  return isObject(value) ? (value as Members) : {};
}

/** Null counts as absent, in every member of the contract. */
function present(value: unknown, redact: (value: unknown) => Json): Json | undefined {
  return value === undefined || value === null ? undefined : redact(value);
}

function compact(members: Members): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, member]) => member !== undefined),
  ) as JsonObject;
}
