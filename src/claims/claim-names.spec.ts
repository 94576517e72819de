import { describe, expect, it } from '@jest/globals';
import { readPayload } from '../../test/support/claims-fixtures.js';
import { PROFILE_CLAIMS, RESERVED_CLAIMS } from '../okta/reserved-claims.js';
import { DROPPED_CLAIM, MARKER_CLAIM, refuseClaimName, SELECTION_CLAIM } from './claim-names.js';

interface ReservedClaims {
  readonly id_token: readonly string[];
  readonly access_token: readonly string[];
}

const reserved = readPayload('reserved-claims.json') as ReservedClaims;

describe('RESERVED_CLAIMS', () => {
  it('holds Okta’s table for ID tokens', () => {
    expect([...RESERVED_CLAIMS.identity].sort()).toEqual([...reserved.id_token].sort());
  });

  it('holds Okta’s table for access tokens', () => {
    expect([...RESERVED_CLAIMS.access].sort()).toEqual([...reserved.access_token].sort());
  });
});

describe('refuseClaimName', () => {
  it.each([...new Set([...reserved.id_token, ...reserved.access_token])])(
    'refuses %s in any token, since one of Okta’s lists has it',
    (name) => {
      expect(refuseClaimName(name, true)).toBeDefined();
    },
  );

  it.each(['nbf', 'azp', 'act', 's_hash', 'okta_auth', 'okta_', DROPPED_CLAIM, '__proto__', 'constructor'])(
    'refuses %s',
    (name) => {
      expect(refuseClaimName(name, true)).toBeDefined();
    },
  );

  it('names the list that reserves a claim', () => {
    expect(refuseClaimName('uid', false)).toContain('access token');
    expect(refuseClaimName('uid', false)).not.toContain('ID token');
    expect(refuseClaimName('iss', false)).toMatch(/ID token.*access token/);
  });

  it.each([...PROFILE_CLAIMS])('leaves %s to the person, unless the mapping overrides it', (name) => {
    expect(refuseClaimName(name, false)).toBeDefined();
    expect(refuseClaimName(name, true)).toBeUndefined();
  });

  // OpenID Connect Core 1.0, section 5.1, without `sub`, which Okta reserves.
  it('knows the standard profile claims', () => {
    expect([...PROFILE_CLAIMS].sort()).toEqual(
      [
        'address',
        'birthdate',
        'email',
        'email_verified',
        'family_name',
        'gender',
        'given_name',
        'locale',
        'middle_name',
        'name',
        'nickname',
        'phone_number',
        'phone_number_verified',
        'picture',
        'preferred_username',
        'profile',
        'updated_at',
        'website',
        'zoneinfo',
      ].sort(),
    );
  });

  it.each([
    MARKER_CLAIM,
    SELECTION_CLAIM,
    'tenant_id',
    'https://acme.example/claims/tenant',
    'a~b',
    'toString',
    'oktalike',
    'OKTA_x',
    'Sub',
  ])('takes %s', (name) => {
    expect(refuseClaimName(name, false)).toBeUndefined();
  });
});
