import { describe, expect, it } from '@jest/globals';
import { CLIENT, USER } from '../../support/calls.js';
import { startClientProgram } from './client-program.js';
import { certificatesOnDisk, startThirdPartyOrg } from './third-party-org.js';

// Okta's own client for people, outside a browser; what it does in one is in browser.test.ts.

type Json = Readonly<Record<string, unknown>>;
type Tokens = Readonly<Record<'accessToken' | 'idToken' | 'refreshToken', Json>>;

const certificates = await certificatesOnDisk();
const { server, issuer } = await startThirdPartyOrg(certificates, () => {});
const auth = startClientProgram('okta-auth-js', certificates.caFile);
const configured = await auth.ask('configure', {
  issuer,
  clientId: CLIENT.native,
  redirectUri: 'https://spa.acme.example/cb',
  scopes: ['openid', 'profile', 'email', 'offline_access'],
});

async function signIn(): Promise<Tokens & { readonly nonce: unknown }> {
  const sessionToken = server.createSession(USER.dana);
  const { code, verifier, nonce } = await auth.ask('authorize', { sessionToken, tenant: 'green' });
  return { ...((await auth.ask('exchange', { code, verifier })) as Tokens), nonce };
}

describe('@okta/okta-auth-js', () => {
  it('turns a code into tokens, whose ID token it has verified', async () => {
    expect(configured).toEqual({ verifies: true });
    const { accessToken, idToken, refreshToken } = await signIn();
    expect(idToken['claims']).toMatchObject({
      ...{ iss: issuer, sub: USER.dana, aud: CLIENT.native, at_hash: expect.any(String) },
      ...{ tenant_id: 'green', mintmark: { v: 1 } },
    });
    expect(accessToken).toMatchObject({ tokenType: 'Bearer', userinfoUrl: `${issuer}/v1/userinfo` });
    expect(refreshToken).toMatchObject({ refreshToken: expect.any(String) });
  });

  it('takes an ID token for its client and its nonce alone', async () => {
    const { nonce } = await signIn();
    expect(await auth.ask('verify', { clientId: CLIENT.native, nonce })).toMatchObject({ nonce });
    await expect(auth.ask('verify', { clientId: CLIENT.native, nonce: 'another' })).rejects.toThrow(/nonce/);
    await expect(auth.ask('verify', { clientId: CLIENT.web, nonce })).rejects.toThrow(/audience/);
    const accessToken = 'another-access-token';
    await expect(auth.ask('verify', { clientId: CLIENT.native, nonce, accessToken })).rejects.toThrow(
      'Token hash verification failed',
    );
  });

  it('renews tokens, and keeps the refresh token that replaces the first', async () => {
    const before = await signIn();
    const after = (await auth.ask('renew')) as Tokens;
    expect(after.idToken['claims']).toMatchObject({ sub: USER.dana, tenant_id: 'green' });
    expect(after.accessToken['accessToken']).not.toBe(before.accessToken['accessToken']);
    expect(after.refreshToken['refreshToken']).not.toBe(before.refreshToken['refreshToken']);
  });

  it('asks who somebody is', async () => {
    await signIn();
    expect(await auth.ask('userInfo')).toMatchObject({ sub: USER.dana, family_name: 'Rivers', staff: 'yes' });
  });

  it('revokes tokens, which are of no use from then on', async () => {
    await signIn();
    await auth.ask('revoke');
    await expect(auth.ask('userInfo')).rejects.toMatchObject({ error: 'invalid_token' });
    await expect(auth.ask('renew')).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});
