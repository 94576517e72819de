import { withMembers, type Payload } from './payloads.js';

/** Secrets that the configuration holds, each with its name. */
export const PLANTED_SECRETS = {
  'header secret of nobody': 'zqv01-header-secret-of-nobody',
  'database user': 'zqv02_database_user',
  'database password': 'zqv03/data base?pass"word%',
  'log hash key': 'zqv04-log-hash-key-of-the-hook',
  'collector key': 'zqv05-collector-key',
  'password of a collector': 'zqv06-collector-password',
  'password of a JWKS URI': 'zqv07-jwks-password',
  'query of a JWKS URI': 'zqv08-jwks-query',
  'password of an issuer': 'zqv09-issuer-password',
  'short hash key': 'zqv10-short',
  'value of a misspelled variable': 'zqv11-misspelled',
  'text of a TLS key file': 'zqv12TextOfATlsKeyFile',
  'path that is a key': 'zqv13PathThatIsAKey',
  'pinned symmetric key': 'zqv14PinnedSymmetricKey',
  'text of a refused snapshot': 'zqv15-refused-snapshot',
  'folder of a person': 'zqv16-folder',
  'key of recordings': 'zqv17-key-of-the-pseudonyms-in-recordings',
  'short key of recordings': 'zqv18-short-key',
} as const;

/** What callers send: personal values, and what belongs to sessions, tokens and requests. Each has its name. */
export const PLANTED_IN_CALLS = {
  'user id': '00uzqv20User',
  'user id in another place': '00uzqv21User',
  'user id of many tenants': '00uzqv22User',
  'user id of nobody': '00uzqv23User',
  'user id with NUL': '00uzqv24\u0000User',
  login: 'zqv25.login+tag@planted.example',
  'long login': `zqv26.${'long-'.repeat(30)}login@planted.example`,
  'display name': 'Zqv27 "Dana" Rivers',
  'first name': 'Zqv28-Dàna',
  'last name': 'Zqv29 O’Rivers',
  'e-mail': 'zqv30.mail@planted.example',
  'second e-mail': 'zqv31.second@planted.example',
  'phone number': '+1 555 0132 987',
  'street address': 'Zqv32 Planted Street 5',
  'IP address': '203.0.113.177',
  'forwarded IP address': '198.51.100.123',
  'IPv6 address': '2001:db8:77:88::99',
  'user agent': 'Zqv33Agent/1.0 (Planted; X11)',
  'device id': 'guozqv34device',
  'device name': 'Zqv35’s laptop',
  'session id': 'idxzqv36Session',
  'identity provider': '0oazqv37Idp',
  state: 'zqv38-state',
  nonce: 'zqv39-nonce',
  'login hint': 'zqv40.hint@planted.example',
  'ID token hint': 'eyJ.zqv41.hint',
  'code challenge': 'zqv42-challenge',
  'query value': 'zqv43 query/value',
  'redirect URI': 'https://zqv44.planted.example/callback',
  'requested scope': 'zqv45:requested',
  'granted scope': 'zqv46:granted',
  'tenant hint': 'zqv47-hint',
  'tenant hint in a scope': 'zqv48-hint',
  'tenant hint with NUL': 'zqv49\u0000hint',
  'access token id': 'AT.zqv50',
  'ID token id': 'ID.zqv51',
  'refresh token id': 'oarzqv52',
  'presented refresh token id': 'oarzqv53',
  'group name': 'Zqv54 Administrators',
  'profile attribute': 'zqv55-cost-center',
  department: 'zqv56-department',
  'claim of the ID token': 'zqv57-claim',
  'claim name': 'zqv58_claim_name',
  'authentication method': 'zqv59-amr',
  'event id': 'zqv60-event',
  'event type': 'zqv61.event.type',
  source: 'https://login.acme.example/zqv62/authorize',
  'request id': 'zqv63-request',
  'client name': 'Zqv64 client',
  'client id that is an address': 'zqv65@planted.example',
  'client id with NUL': 'zqv66\u0000client',
  'grant type': 'urn:zqv67:grant',
  'unknown issuer': 'https://zqv68.planted.example/oauth2/x',
  cookie: 'zqv69-cookie',
  referer: 'https://zqv70.planted.example/page',
  'unasked header': 'zqv71-header',
  'Basic authorization': 'Basic enF2NzItdXNlcjp6cXY3Mi1wYXNz',
  'query of the hook’s URL': 'zqv73-code',
  path: 'zqv74-path',
  'method of a request': 'ZQV75METHOD',
  'media type': 'application/zqv76',
  'text in broken JSON': 'zqv77 broken',
  'text in place of JSON': 'zqv78 text',
  'part of a body that is too large': 'zqv79-large',
  'part of a body that never ends': 'zqv80-endless',
  'value of another type': 'zqv81-number',
  'member of a prototype': 'zqv82-proto',
  'key id of a token': 'zqv83-kid',
  'subject of a token': 'zqv84-subject',
  'id of a token': 'zqv85-jti',
  'audience of a token': 'zqv86-audience',
  'login in a directory file': 'zqv87.file@planted.example',
  'text in a broken directory file': 'zqv88 broken file',
} as const;

const P = PLANTED_IN_CALLS;

/** In a URL as Okta's own: the query of the request that began it all. */
export const PLANTED_URL_QUERY = [
  ['state', P.state],
  ['nonce', P.nonce],
  ['login_hint', P['login hint']],
  ['id_token_hint', P['ID token hint']],
  ['code_challenge', P['code challenge']],
  ['q', P['query value']],
]
  .map(([name, value]) => `${name ?? ''}=${encodeURIComponent(value ?? '')}`)
  .join('&');

/** Headers that nobody asked for. */
export const PLANTED_HEADERS = [
  ['user-agent', P['user agent']],
  ['cookie', `session=${P.cookie}`],
  ['x-forwarded-for', `${P['forwarded IP address']}, ${P['IPv6 address']}`],
  ['forwarded', `for="[${P['IPv6 address']}]"`],
  ['referer', P.referer],
  ['x-planted', P['unasked header']],
] as const;

/** About the request and its session; machine calls have it too. */
const REQUEST = {
  eventId: P['event id'],
  source: P.source,
  'data.context.request.id': P['request id'],
  'data.context.request.ipAddress': P['IP address'],
  'data.context.request.userAgent': P['user agent'],
  'data.context.request.url.value': `https://login.acme.example/v1/authorize?${PLANTED_URL_QUERY}`,
  'data.context.device': { id: P['device id'], profile: { displayName: P['device name'] } },
  'data.context.protocol.request.scope': `openid ${P['requested scope']}`,
  'data.context.protocol.request.state': P.state,
  'data.context.protocol.request.redirect_uri': P['redirect URI'],
  'data.context.protocol.client.name': P['client name'],
  [`data.access.scopes.${P['granted scope']}`]: { id: 'scp1', action: 'GRANT' },
};

/** A machine call in which everything about the request is planted. */
export function plantedMachineCall(payload: Payload, members: Payload = {}): Payload {
  return withMembers(payload, { ...REQUEST, ...members });
}

/** A user call in which everything about people, sessions, tokens and requests is planted. */
export function plantedUserCall(payload: Payload, user: string, members: Payload = {}): Payload {
  const drafts = {
    'data.identity.claims.sub': user,
    'data.identity.claims.name': P['display name'],
    'data.identity.claims.email': P['e-mail'],
    'data.identity.claims.phone_number': P['phone number'],
    'data.identity.claims.nonce': P.nonce,
    'data.identity.claims.jti': P['ID token id'],
    'data.identity.claims.custom': P['claim of the ID token'],
    'data.identity.claims.amr': [P['authentication method']],
    'data.access.claims.uid': user,
    'data.access.claims.sub': P.login,
    'data.access.claims.jti': P['access token id'],
    'data.access.claims.department': P.department,
    'data.access.claims.groups': [P['group name']],
    [`data.access.claims.${P['claim name']}`]: true,
    'data.refresh_token.jti': P['refresh token id'],
  };
  const profile = {
    ...{ login: P.login, firstName: P['first name'], lastName: P['last name'], email: P['e-mail'] },
    ...{ secondEmail: P['second e-mail'], mobilePhone: P['phone number'] },
    ...{ streetAddress: P['street address'], costCenter: P['profile attribute'] },
  };
  const person = {
    'data.context.session': {
      ...{ id: P['session id'], userId: user, login: P.login },
      idp: { id: P['identity provider'] },
    },
    'data.context.user': { id: user, profile, groups: [P['group name']] },
  };
  return withMembers(payload, { ...REQUEST, ...person, ...drafts, ...members });
}
