import type { Switches, User } from '../org/org.js';
import type { HookOccasion, Session } from './hook-occasion.js';

/** What an org gives people who chose neither; the samples show both (section 1.6). */
const DEFAULT_LOCALE = 'en_US';
const DEFAULT_TIME_ZONE = 'America/Los_Angeles';

/** `data.context`: what the request was, and who is signing in (sections 1.3 to 1.7). Members that do not apply are absent. */
export function hookContext(
  occasion: HookOccasion,
  { originalGrantMember }: Switches,
): Readonly<Record<string, unknown>> {
  const { request, session, user, policy, rule } = occasion;
  return {
    request: {
      id: request.id,
      method: request.method,
      url: { value: request.url },
      ipAddress: request.ipAddress,
    },
    protocol: protocol(occasion, originalGrantMember),
    ...(session === null ? {} : { session: sessionMember(session, occasion) }),
    ...(user === null ? {} : { user: userMember(user, new URL(occasion.issuer).origin) }),
    policy: { id: policy.id, rule: { id: rule.id } },
  };
}

/** Section 1.4. */
function protocol(
  { protocolRequest, originalGrant, issuer, client }: HookOccasion,
  member: Switches['originalGrantMember'],
): Readonly<Record<string, unknown>> {
  const original = originalGrant && {
    authorization: originalGrant.authorization,
    refresh_token: { jti: originalGrant.refreshTokenJti },
  };
  return {
    type: 'OAUTH2.0',
    request: protocolRequest,
    ...(original === null ? {} : { [member]: original }),
    issuer: { uri: issuer },
    client: {
      id: client.id,
      name: client.label,
      type: client.authenticationMethod === 'none' ? 'PUBLIC' : 'CONFIDENTIAL',
    },
  };
}

/** Section 1.5. */
function sessionMember(session: Session, { user, orgId }: HookOccasion): Readonly<Record<string, unknown>> {
  return {
    id: session.id,
    userId: session.userId,
    ...(user === null ? {} : { login: user.profile.login }),
    createdAt: wholeSeconds(session.createdAt),
    expiresAt: wholeSeconds(session.expiresAt),
    status: 'ACTIVE',
    lastPasswordVerification: wholeSeconds(session.lastPasswordVerificationAt),
    amr: ['PASSWORD'],
    idp: { id: orgId, type: 'OKTA' },
    mfaActive: false,
  };
}

/** Section 1.6: five members of the profile, whatever else it has. */
function userMember(
  { id, passwordChanged, profile }: User,
  origin: string,
): Readonly<Record<string, unknown>> {
  const { login, firstName, lastName, locale, timeZone } = profile;
  const links = `${origin}/api/v1/users/${encodeURIComponent(id)}`;
  return {
    id,
    passwordChanged,
    profile: {
      login,
      firstName,
      lastName,
      locale: locale ?? DEFAULT_LOCALE,
      timeZone: timeZone ?? DEFAULT_TIME_ZONE,
    },
    _links: { groups: { href: `${links}/groups` }, factors: { href: `${links}/factors` } },
  };
}

/** ISO 8601 as every sample has it: `.000Z` (section 1.2). */
export function wholeSeconds(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString();
}
