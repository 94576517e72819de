import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SWITCHES } from '../org/switches.js';
import { occasionOf } from '../../../test/support/hook-occasions.js';
import { examplePayload, withMembers } from '../../../test/support/payloads.js';
import type { Switches } from '../org/org.js';
import { hookRequestBody } from './hook-request-body.js';
import type { HookOccasion } from './hook-occasion.js';

function bodyOf(occasion: HookOccasion, event: unknown, switches: Partial<Switches> = {}): unknown {
  const { eventId, eventTime } = event as { readonly eventId: string; readonly eventTime: string };
  return hookRequestBody(occasion, {
    eventId,
    // Samples show no milliseconds, whatever the instant.
    eventTime: Date.parse(eventTime) + 789,
    switches: { ...DEFAULT_SWITCHES, ...switches },
  });
}

describe('hookRequestBody', () => {
  it.each([
    'request_03_implicit_id_token_only',
    'request_04_hybrid_code_id_token',
    'request_05_authorization_code_no_openid',
    'request_06_refresh_token',
    'request_07_client_credentials',
    'request_08_resource_owner_password',
    'request_10_token_exchange',
  ])('is %s, in the order of its members', (name) => {
    const payload = examplePayload(name);
    expect(JSON.stringify(bodyOf(occasionOf(name), payload))).toBe(JSON.stringify(payload));
  });

  it('is request_01, but for the factors that an emulated session has not', () => {
    const payload = examplePayload('request_01_authorization_code_user');
    const expected = withMembers(payload, {
      'data.context.session.amr': ['PASSWORD'],
      'data.context.session.lastFactorVerification': undefined,
    });
    expect(bodyOf(occasionOf('request_01_authorization_code_user'), payload)).toEqual(expected);
  });

  it('shows five members of a profile, and what an org gives those who chose none', () => {
    const occasion = occasionOf('request_06_refresh_token');
    const { user } = occasion;
    if (user === null) throw new Error('the payload has a user');
    const profile = { login: 'kim', firstName: 'Kim', lastName: 'Doe', nickName: 'K' };
    const body = bodyOf(
      { ...occasion, user: { ...user, profile } },
      examplePayload('request_06_refresh_token'),
    );
    expect(body).toHaveProperty('data.context.user.profile', {
      ...{ login: 'kim', firstName: 'Kim', lastName: 'Doe' },
      ...{ locale: 'en_US', timeZone: 'America/Los_Angeles' },
    });
  });

  it.each(['originalGrant', 'OriginalGrant'] as const)('spells the original grant %s', (member) => {
    const payload = examplePayload('request_06_refresh_token');
    const body = bodyOf(occasionOf('request_06_refresh_token'), payload, { originalGrantMember: member });
    expect(body).toHaveProperty(`data.context.protocol.${member}.refresh_token.jti`, 'oar2z8x6Qw4ErTy1Uo1d7');
  });

  it('may leave the refresh token out of a refresh, and never of a first request', () => {
    const shown = (name: string) =>
      bodyOf(occasionOf(name), examplePayload(name), { refreshTokenOnRefresh: false });
    expect(shown('request_06_refresh_token')).not.toHaveProperty('data.refresh_token');
    expect(shown('request_04_hybrid_code_id_token')).toEqual(
      examplePayload('request_04_hybrid_code_id_token'),
    );
    expect(shown('request_01_authorization_code_user')).toHaveProperty('data.refresh_token.jti');
  });

  it('may show times and scopes among the claims', () => {
    const payload = examplePayload('request_01_authorization_code_user');
    const body = bodyOf(occasionOf('request_01_authorization_code_user'), payload, {
      timesInHookClaims: true,
    });
    const iat = Date.parse('2026-03-11T09:41:07.000Z') / 1000;
    expect(body).toHaveProperty('data.identity.claims.exp', iat + 3600);
    expect(body).not.toHaveProperty('data.identity.claims.scp');
    expect(body).toHaveProperty('data.access.claims.iat', iat);
    expect(body).toHaveProperty('data.access.claims.scp', [
      ...['openid', 'profile', 'email', 'offline_access', 'orders:read'],
    ]);
  });
});
