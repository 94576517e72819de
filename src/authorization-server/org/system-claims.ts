import type { Claim } from './org.js';

type SystemClaim = Omit<Claim, 'id'>;

/** The claims of people in the ID token, by the scope that they need; those with a star are in a thin one too. */
const IDENTITY_CLAIMS = {
  profile:
    'name* preferred_username* nickname given_name middle_name family_name profile picture website gender birthdate ' +
    'zoneinfo locale updated_at',
  email: 'email* email_verified',
  address: 'address',
  phone: 'phone_number',
} as const;

/** The 19 claims of a new server (okta/authorization-server.md section 6.2). */
export const SYSTEM_CLAIMS: readonly SystemClaim[] = [
  {
    name: 'sub',
    status: 'ACTIVE',
    system: true,
    claimType: 'RESOURCE',
    source: { valueType: 'EXPRESSION', value: '(appuser != null) ? appuser.userName : app.clientId' },
    scopes: [],
    alwaysIncludeInToken: true,
  },
  ...Object.entries(IDENTITY_CLAIMS).flatMap(([scope, names]) =>
    names.split(' ').map((name) => identityClaim(name, scope)),
  ),
];

function identityClaim(name: string, scope: string): SystemClaim {
  return {
    name: name.replace('*', ''),
    status: 'ACTIVE',
    system: true,
    claimType: 'IDENTITY',
    source: { valueType: 'SYSTEM' },
    scopes: [scope],
    alwaysIncludeInToken: name.endsWith('*'),
  };
}
