import type { SampleSession, SampleUser } from './sample-call.js';

/** Whom a sample is about. */
export interface SamplePerson {
  readonly id: string;
  readonly login: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** Of examples/directory.yaml: a member of two tenants. */
export const DANA: SamplePerson = {
  id: '00u4t9y2JkLmWq7Rz1d7',
  login: 'dana.rivers@acme.example',
  firstName: 'Dana',
  lastName: 'Rivers',
};

/** How a session came about: by Identity Engine with a second factor, or by Classic Engine with a password. */
export type SessionKind = 'engine' | 'classic';

/** The org's own id: it is the identity provider of those who sign in at Okta. */
export const ORG_ID = '00o1a5d8ZxCvBn3Mk1d7';

/** Section 1.6: five members of the profile, and no email. */
export function sampleUser({ id, login, firstName, lastName }: SamplePerson, origin: string): SampleUser {
  const links = `${origin}/api/v1/users/${encodeURIComponent(id)}`;
  return {
    id,
    passwordChanged: '2025-11-02T16:20:44.000Z',
    profile: { login, firstName, lastName, locale: 'en_US', timeZone: 'America/Los_Angeles' },
    _links: { groups: { href: `${links}/groups` }, factors: { href: `${links}/factors` } },
  };
}

/** Section 1.5. @param signedInAt milliseconds since the epoch */
export function sampleSession(
  kind: SessionKind,
  { id, login }: SamplePerson,
  signedInAt: number,
): SampleSession {
  const after = (seconds: number): string => wholeSeconds(signedInAt + seconds * 1000);
  const shared = { userId: id, login, createdAt: after(0) };
  const end = { idp: { id: ORG_ID, type: 'OKTA' }, mfaActive: false };
  if (kind === 'classic')
    return {
      ...{ id: '102bT7yHnJm3KqWs5ZxCvRpLg', ...shared, expiresAt: after(7_208), status: 'ACTIVE' },
      ...{ lastPasswordVerification: after(-3), amr: ['PASSWORD'], ...end },
    };
  return {
    ...{ id: 'idxR4t6YuI8oP2aSdFgHjKlZx', ...shared, expiresAt: after(7_200), status: 'ACTIVE' },
    ...{ lastPasswordVerification: after(-27), lastFactorVerification: after(-3) },
    ...{ amr: ['PASSWORD', 'POP_SOFTWARE_KEY', 'MULTIFACTOR_AUTHENTICATION'], ...end },
  };
}

/** ISO 8601 as every recorded payload has it: `.000Z` (section 1.2). */
export function wholeSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString();
}
