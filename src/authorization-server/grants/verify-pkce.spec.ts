import { describe, expect, it } from '@jest/globals';
import { verifyPkce } from './verify-pkce.js';

// RFC 7636, appendix B.
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('the proof of a code exchange', () => {
  it('is the verifier that the challenge was made of', () => {
    expect(() => {
      verifyPkce(CHALLENGE, VERIFIER);
    }).not.toThrow();
  });

  it('is not needed where there was no challenge', () => {
    expect(() => {
      verifyPkce(null, undefined);
    }).not.toThrow();
  });

  it.each([
    [CHALLENGE, undefined, 'pkce_missing_verifier'],
    [null, VERIFIER, 'pkce_missing_challenge_verifier_present'],
    [CHALLENGE, CHALLENGE, 'pkce_verification_failed'],
    [CHALLENGE, `${VERIFIER} `, 'pkce_verification_failed'],
    [VERIFIER, VERIFIER, 'pkce_verification_failed'],
  ])('of the challenge %j is not %j', (challenge, verifier, code) => {
    expect(() => {
      verifyPkce(challenge, verifier);
    }).toThrow(expect.objectContaining({ code }));
  });
});
