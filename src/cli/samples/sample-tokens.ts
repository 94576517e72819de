import type { SampleScopes, SampleToken } from './sample-call.js';
import { ORG_ID, type SamplePerson } from './sample-person.js';

/** What the tokens of a sample are made of. */
export interface TokenFacts {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  /** Null for a machine call. */
  readonly person: SamplePerson | null;
  readonly amr: readonly string[];
  readonly nonce: string | null;
  /** Seconds since the epoch. */
  readonly authTime: number;
  readonly refreshTokenJti: string | null;
  readonly lifetimeSeconds: number;
  /** Claims that the authorization server was told to add to the access token. */
  readonly claims: Readonly<Record<string, unknown>>;
}

const ID_TOKEN_JTI = 'ID.q7Wb2Nf0Hs5Vt8Lk1Rz4Cx9Yd6Ae3Gm0Jp7Ku2Xo5Iw';
const ACCESS_TOKEN_JTI = 'AT.m4Zx8Kq1Wv6Rb3Ty9Nh2Lc7Gf0Ds5Pj8Ua1Ei4Xo6Vk';

/** Section 1.8: claims before the hook; `iat`, `exp` and hashes come after it. */
export function sampleIdToken(facts: TokenFacts, person: SamplePerson): SampleToken {
  const { issuer, clientId, amr, nonce, authTime } = facts;
  const { id, login, firstName, lastName } = person;
  return token(facts, {
    ...{ sub: id, name: `${firstName} ${lastName}`, email: login, ver: 1, iss: issuer, aud: clientId },
    ...{ jti: ID_TOKEN_JTI, amr, idp: ORG_ID },
    ...(nonce === null ? {} : { nonce }),
    ...{ preferred_username: login, auth_time: authTime },
  });
}

/** Section 1.8: with a refresh token the jti has a third part; `uid` is for people alone. */
export function sampleAccessToken(facts: TokenFacts): SampleToken {
  const { issuer, audience, clientId, person, refreshTokenJti, claims } = facts;
  const subject = person === null ? { sub: clientId } : { uid: person.id, sub: person.login };
  return token(facts, {
    ver: 1,
    jti: refreshTokenJti === null ? ACCESS_TOKEN_JTI : `${ACCESS_TOKEN_JTI}.${refreshTokenJti}`,
    ...{ iss: issuer, aud: audience, cid: clientId, ...subject, ...claims },
  });
}

function token({ lifetimeSeconds }: TokenFacts, claims: SampleToken['claims']): SampleToken {
  return { claims, token: { lifetime: { expiration: lifetimeSeconds } } };
}

const SCOPE_IDS: Readonly<Record<string, string>> = {
  openid: 'scp1q2w3ErTyUiOpA1d7',
  profile: 'scp2w3e4RtYuIoPaS1d7',
  email: 'scp3e4r5TyUiOpAsD1d7',
  offline_access: 'scp4r5t6YuIoPaSdF1d7',
  'orders:read': 'scp5t6y7UiOpAsDfG1d7',
  'orders:write': 'scp6y7u8IoPaSdFgH1d7',
};

/** Scopes by name, each granted: no other action is ever shown. */
export function sampleScopes(names: readonly string[]): SampleScopes {
  return Object.fromEntries(
    names.map((name, index) => {
      const id = SCOPE_IDS[name] ?? `scp9z8x7CvBnMqWeR${String(index).padStart(3, '0')}`;
      return [name, { id, action: 'GRANT' as const }];
    }),
  );
}
