import { describe, expect, it } from '@jest/globals';
import { orgOf, serverOf } from '../../../test/support/org-fixtures.js';
import { finishAccessClaims, finishIdentityClaims } from './finish-claims.js';

const ISSUED_AT = 1_773_222_067;

describe('finishAccessClaims', () => {
  const scopes = [...serverOf(orgOf()).scopes.values()].slice(0, 2);
  const claims = { ver: 1, jti: 'AT.1', iss: 'i', aud: 'a', cid: 'c', sub: 's', tenant_id: 'blue' };

  it('adds the times by the lifetime that the hook left, and the scopes, in wire order', () => {
    const finished = finishAccessClaims({ claims, lifetimeSeconds: 300 }, { issuedAt: ISSUED_AT, scopes });
    expect(finished).toEqual({
      ...claims,
      iat: ISSUED_AT,
      exp: ISSUED_AT + 300,
      scp: ['read:invoices', 'write:invoices'],
    });
    expect(Object.keys(finished)).toEqual([
      ...['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'scp', 'sub', 'tenant_id'],
    ]);
  });

  it('keeps claims that a hook called after members of every object', () => {
    const named: Record<string, unknown> = JSON.parse('{"__proto__": 1, "constructor": 2}');
    const finished = finishAccessClaims({ claims: named, lifetimeSeconds: 300 }, { issuedAt: 0, scopes: [] });
    expect(JSON.stringify(finished)).toBe('{"iat":0,"exp":300,"scp":[],"__proto__":1,"constructor":2}');
  });
});

describe('finishIdentityClaims', () => {
  const draft = { claims: { sub: '00u', iss: 'i' }, lifetimeSeconds: 3_600 };

  it('adds the hash of the access token (the example of OpenID Connect Core 1.0, appendix A.3)', () => {
    const accessToken = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
    expect(finishIdentityClaims(draft, { issuedAt: ISSUED_AT, accessToken })).toEqual({
      ...{ sub: '00u', iss: 'i', iat: ISSUED_AT, exp: ISSUED_AT + 3_600 },
      at_hash: '77QmUPtjPfzWtF2AnpK9RQ',
    });
  });

  it('adds the hash of a code (the example of appendix A.4)', () => {
    const code = 'Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk';
    expect(finishIdentityClaims(draft, { issuedAt: 0, accessToken: null, code })['c_hash']).toBe(
      'LDktKdoQak3Pk0cnXxCltA',
    );
  });

  it('has no hash of what is not issued', () => {
    const claims = finishIdentityClaims(draft, { issuedAt: 0, accessToken: null });
    expect(claims).not.toHaveProperty('at_hash');
    expect(claims).not.toHaveProperty('c_hash');
  });
});
