import type { User } from '../org/org.js';

type Profile = User['profile'];

/** Where a standard claim of a person comes from (okta/authorization-server.md section 6.2). */
const SOURCES: Readonly<Record<string, (user: User) => unknown>> = {
  name: ({ profile }) => profile['displayName'] ?? fullName(profile),
  preferred_username: ({ profile }) => profile.login,
  nickname: ({ profile }) => profile['nickName'],
  given_name: ({ profile }) => profile['firstName'],
  middle_name: ({ profile }) => profile['middleName'],
  family_name: ({ profile }) => profile['lastName'],
  profile: ({ profile }) => profile['profileUrl'],
  zoneinfo: ({ profile }) => profile['timeZone'] ?? profile['timezone'],
  locale: ({ profile }) => profile['locale'],
  updated_at: ({ lastUpdated }) => Math.floor(Date.parse(lastUpdated) / 1_000),
  email: ({ profile }) => profile['email'],
  email_verified: ({ profile }) => isSet(profile['email']) || undefined,
  phone_number: ({ profile }) => profile['primaryPhone'],
  address: ({ profile }) => addressOf(profile),
};

/** The value of a `SYSTEM` claim; undefined where the attribute is not set, or Okta has none for it. */
export function personClaim(name: string, user: User): unknown {
  const value = Object.hasOwn(SOURCES, name) ? SOURCES[name]?.(user) : undefined;
  return isSet(value) ? value : undefined;
}

function fullName({ firstName, lastName }: Profile): string {
  return [firstName, lastName].filter(isSet).join(' ');
}

const ADDRESS_PARTS = {
  street_address: 'streetAddress',
  locality: 'city',
  region: 'state',
  postal_code: 'zipCode',
  country: 'countryCode',
} as const;

function addressOf(profile: Profile): unknown {
  const parts = Object.entries(ADDRESS_PARTS).flatMap(([part, attribute]) => {
    const value = profile[attribute];
    return isSet(value) ? [[part, value] as const] : [];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
