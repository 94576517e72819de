import { describe, expect, it } from '@jest/globals';
import { CLIENT, USER } from '../../support/calls.js';
import { SERVER } from '../../support/test-org.js';
import { startClientProgram } from './client-program.js';
import { certificatesOnDisk, startThirdPartyOrg } from './third-party-org.js';

// Okta's own verifier, over HTTPS: it takes what the emulator mints, and refuses what it should.

const AUDIENCE = 'api://acme-orders';

const certificates = await certificatesOnDisk();
const { server, issuer } = await startThirdPartyOrg(certificates, () => {});
const verifier = startClientProgram('okta-jwt-verifier', certificates.caFile);

const machine = await server.mint({
  ...{ server: SERVER.orders, client: CLIENT.batch, grant: 'client_credentials' },
  scopes: ['orders:read'],
});
const person = await mintForDana();

function mintForDana() {
  return server.mint({
    ...{ server: SERVER.orders, client: CLIENT.web, grant: 'authorization_code', user: USER.dana },
    ...{ scopes: ['openid', 'email', 'orders:read'], tenantHint: 'blue' },
  });
}

function verifyAccess(token: string, more: Readonly<Record<string, unknown>> = {}) {
  return verifier.ask('verifyAccessToken', { issuer, token, audience: AUDIENCE, ...more });
}

const nonce = person.decoded.identity?.payload['nonce'];

function verifyIdentity(more: Readonly<Record<string, unknown>> = {}) {
  return verifier.ask('verifyIdToken', {
    ...{ issuer, token: person.idToken, clientId: CLIENT.web, nonce },
    ...more,
  });
}

describe('@okta/jwt-verifier', () => {
  it('takes a stamped access token of a person, and what is asserted of it', async () => {
    const assertClaims = { cid: CLIENT.web, tenant_id: 'blue', 'scp.includes': ['orders:read', 'email'] };
    const { header, claims } = await verifyAccess(person.accessToken, { assertClaims });
    expect(header).toEqual({ alg: 'RS256', kid: expect.any(String) });
    expect(claims).toMatchObject({ iss: issuer, uid: USER.dana, mintmark: { v: 1 } });
  });

  it('takes a stamped access token of a service', async () => {
    const assertClaims = { cid: CLIENT.batch, sub: CLIENT.batch, tenant_id: 'blue' };
    await expect(verifyAccess(machine.accessToken, { assertClaims })).resolves.toBeDefined();
  });

  it('takes an ID token for its client and its nonce', async () => {
    const { claims } = await verifyIdentity();
    expect(claims).toMatchObject({ sub: USER.dana, aud: CLIENT.web, tenant_id: 'blue' });
  });

  it.each([
    ['for another audience', { audience: 'api://other' }, /does not match expected audience/],
    ['of another client', { assertClaims: { cid: CLIENT.web } }, /claim 'cid' value .* does not match/],
    ['without a scope', { assertClaims: { 'scp.includes': ['orders:write'] } }, /does not include expected/],
  ])('refuses an access token %s', async (_title, expected, message) => {
    await expect(verifyAccess(machine.accessToken, expected)).rejects.toThrow(message);
  });

  it('refuses an access token of the org’s other servers', async () => {
    const strict = server.issuer(SERVER.strict);
    // Its key is not among those of the other issuer.
    await expect(verifyAccess(machine.accessToken, { issuer: strict })).rejects.toThrow(
      'Error while resolving signing key',
    );
  });

  it('refuses an access token whose claims were changed', async () => {
    const [header = '', , signature = ''] = machine.accessToken.split('.');
    const claims = { ...machine.decoded.access.payload, tenant_id: 'green' };
    const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    await expect(verifyAccess(forged)).rejects.toThrow('Signature verification failed');
  });

  it.each([
    ['for another client', { clientId: CLIENT.native }, /does not match expected client id/],
    ['with another nonce', { nonce: 'another' }, /nonce claim .* does not match expected nonce: another/],
    ['whose nonce nobody expects', { nonce: undefined }, /expected nonce is required/],
  ])('refuses an ID token %s', async (_title, expected, message) => {
    await expect(verifyIdentity(expected)).rejects.toThrow(message);
  });

  it('refuses a token that has expired', async () => {
    server.clock.advance(-2 * 3_600_000);
    const { accessToken } = await mintForDana();
    server.clock.reset();
    await expect(verifyAccess(accessToken)).rejects.toThrow('Jwt is expired');
  });

  it('follows a rotation of keys, and goes on taking what was signed before', async () => {
    await server.rotateKeys(SERVER.orders);
    const rotated = await mintForDana();
    expect(rotated.decoded.access.header['kid']).not.toBe(person.decoded.access.header['kid']);
    await expect(verifyAccess(rotated.accessToken)).resolves.toBeDefined();
    await expect(verifyAccess(person.accessToken)).resolves.toBeDefined();
  });
});
