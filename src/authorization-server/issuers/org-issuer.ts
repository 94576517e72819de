import type { Claim, CustomServer, Org, Policy, Rule, Scope } from '../org/org.js';
import { SYSTEM_CLAIMS } from '../org/system-claims.js';
import { GRANTS } from '../grants/grants-by-type.js';
import type { Issuer } from './issuer.js';

/** What the org's own server is called where it stands beside custom ones. */
export const ORG_SERVER_ID = 'org';

/** The scopes of the org's own server: none of them custom (okta/authorization-server.md section 1). */
const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'groups'];

const DAY_MINUTES = 24 * 60;

/** Fixed lifetimes, whoever asks, and no hook (section 1). */
const RULE: Rule = {
  id: '0prOrgServer',
  name: 'Org authorization server',
  status: 'ACTIVE',
  priority: 1,
  grantTypes: [...GRANTS.keys()],
  users: { include: [], exclude: [] },
  groups: { include: ['EVERYONE'], exclude: [] },
  scopes: ['*'],
  accessTokenLifetimeMinutes: 60,
  refreshTokenLifetimeMinutes: 90 * DAY_MINUTES,
  refreshTokenWindowMinutes: 90 * DAY_MINUTES,
  inlineHookId: null,
};

const POLICY: Policy = {
  id: '00pOrgServer',
  name: 'Org authorization server',
  status: 'ACTIVE',
  priority: 1,
  clients: ['ALL_CLIENTS'],
  rules: [RULE],
};

/** What an ID token says of a person; access tokens have no claims of a configuration (section 1). */
const CLAIMS: readonly Claim[] = SYSTEM_CLAIMS.filter(({ claimType }) => claimType === 'IDENTITY').map(
  (claim) => ({ ...claim, id: `oclOrg.${claim.name}` }),
);

/** The org as an issuer of its own: its tokens are for the org itself, and no API should take them (section 1). */
export function orgIssuer({ name }: Org, url: string): Issuer {
  const server: CustomServer = {
    id: ORG_SERVER_ID,
    name,
    audience: url,
    status: 'ACTIVE',
    rotationMode: 'AUTO',
    scopes: new Map(SCOPES.map((scope) => [scope, orgScope(scope)])),
    claims: CLAIMS,
    policies: [POLICY],
  };
  return { kind: 'org', uri: url, endpoints: `${url}/oauth2/v1`, server };
}

function orgScope(name: string): Scope {
  return {
    id: `scpOrg.${name}`,
    name,
    displayName: name,
    description: '',
    system: true,
    isDefault: false,
    metadataPublish: 'ALL_CLIENTS',
    consent: 'IMPLICIT',
  };
}
