/** Passwords of the people of `peopleOrg`. */
export const PASSWORDS = {
  dana: 'correct horse battery staple',
  gus: 'an old one of gus',
  fay: 'fay is suspended',
} as const;

/** Secrets of the clients of `peopleOrg`. */
export const WEB_SECRET = 'secret-of-the-web-app-of-the-people';
export const NATIVE_SECRET = 'secret-of-the-native-app-of-the-people';
export const API_SECRET = 'secret-of-the-api-of-the-people';

/** The file of an org of people who sign in by password, but for Eli, who has none; scopes want their consent, or do not. */
export function peopleOrg({ hookUrl = 'http://127.0.0.1:1/hook', switches = '' } = {}): string {
  return `
version: 1
org: { name: People, subDomain: people }
groups: [{ name: Staff }]
users:
  - id: 00uDana
    password: ${PASSWORDS.dana}
    groups: [Staff]
    lastUpdated: 2026-02-03T04:05:06.000Z
    profile:
      login: Dana@people.example
      email: dana@people.example
      firstName: Dana
      lastName: Rivers
      nickName: Dee
      middleName: ''
      locale: en_US
      timeZone: America/Los_Angeles
      primaryPhone: '+1 555 0100'
      streetAddress: 1 Main Street
      city: Springfield
      countryCode: US
  - { id: 00uEli, profile: { login: eli@people.example, firstName: Eli, lastName: Bond } }
  - { id: 00uFay, status: SUSPENDED, password: ${PASSWORDS.fay}, profile: { login: fay@people.example } }
  - { id: 00uGus, status: PASSWORD_EXPIRED, password: ${PASSWORDS.gus}, profile: { login: gus@people.example } }
clients:
  - id: 0oaWeb
    label: Web <b>&amp;</b>
    secret: ${WEB_SECRET}
    redirectUris: [https://app.people.example/callback]
    postLogoutRedirectUris: [https://app.people.example/bye, 'https://app.people.example/bye?x=1']
    grantTypes: [authorization_code, refresh_token]
    assignments: { groups: [Everyone] }
  - id: 0oaAsking
    label: Asking
    secret: ${WEB_SECRET}
    redirectUris: [https://asking.people.example/callback]
    grantTypes: [authorization_code, password]
    consentMethod: REQUIRED
    assignments: { groups: [Everyone] }
  - id: 0oaNative
    label: Native
    applicationType: native
    authenticationMethod: client_secret_post
    secret: ${NATIVE_SECRET}
    redirectUris: ['com.people.app:/callback']
    grantTypes: [authorization_code, refresh_token, password]
    assignments: { groups: [Staff] }
  - id: 0oaSpa
    label: Single page
    applicationType: browser
    redirectUris: ['https://spa.people.example:8443/callback']
    grantTypes: [authorization_code, refresh_token]
    assignments: { groups: [Everyone] }
  - id: 0oaApi
    label: API
    applicationType: service
    secret: ${API_SECRET}
    grantTypes: [client_credentials]
inlineHooks:
  - { name: Stamp, id: calStamp, channel: { uri: '${hookUrl}' } }
trustedOrigins:
  - { name: Docs, origin: 'https://docs.people.example' }
  - { name: Portal, origin: 'https://portal.people.example', scopes: [REDIRECT] }
authorizationServers:
  - id: default
    name: default
    audience: api://people
    scopes:
      - { name: 'mail:read', displayName: Read your mail, description: All folders, consent: REQUIRED, default: true }
      - { name: 'mail:send', displayName: Send mail in your name, consent: FLEXIBLE }
      - { name: 'news:read', displayName: Read the news }
    claims:
      - { name: team, claimType: IDENTITY, value: 'isMemberOfGroupName("Staff") ? "staff" : "guests"', scopes: [profile], alwaysIncludeInToken: false }
      - { name: mood, claimType: IDENTITY, value: '"fine"', scopes: ['news:read'], alwaysIncludeInToken: false }
      - { name: plan, value: '"gold"' }
    policies:
      - name: All
        clients: [ALL_CLIENTS]
        rules:
          - { name: Passwords, grantTypes: [password], accessTokenLifetimeMinutes: 20, inlineHook: Stamp }
          - name: Others
            grantTypes: [client_credentials, authorization_code]
            refreshTokenLifetimeMinutes: 1440
            refreshTokenWindowMinutes: 60
  - { id: ausOther, name: Other, audience: api://other, policies: [{ name: All, clients: [ALL_CLIENTS], rules: [{ name: All, grantTypes: [authorization_code] }] }] }
switches: { allowHttpHooks: true${switches === '' ? '' : `, ${switches}`} }
`;
}
