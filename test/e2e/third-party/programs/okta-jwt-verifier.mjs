// `@okta/jwt-verifier`, as an API uses it: one verifier for each issuer, which keeps the keys that it has fetched.
import OktaJwtVerifier from '@okta/jwt-verifier';
import { serveOperations } from './serve-operations.mjs';

const verifiers = new Map();

function verifierOf(issuer, assertClaims = {}) {
  const key = JSON.stringify([issuer, assertClaims]);
  if (!verifiers.has(key)) verifiers.set(key, new OktaJwtVerifier({ issuer, assertClaims }));
  return verifiers.get(key);
}

serveOperations({
  async verifyAccessToken({ issuer, token, audience, assertClaims }) {
    const { header, claims } = await verifierOf(issuer, assertClaims).verifyAccessToken(token, audience);
    return { header: { ...header }, claims: { ...claims } };
  },

  async verifyIdToken({ issuer, token, clientId, nonce }) {
    const { claims } = await verifierOf(issuer).verifyIdToken(token, clientId, nonce);
    return { claims: { ...claims } };
  },
});
