import { beforeEach, describe, expect, it } from '@jest/globals';
import { CLIENT, USER } from '../support/calls.js';
import { startTestOrg, type MintedTokens } from '../support/test-org.js';

// A chain of refresh tokens: the chosen tenant stays as long as the user is a member of it, and the stamp with it.

const org = await startTestOrg();
const { server, hook } = org;
const { prisma } = hook.database;

const SCOPES = ['openid', 'offline_access', 'orders:read'];
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const membership = (userId: string, tenantId: string) => ({
  orgId_userId_tenantId: { orgId: 'acme', userId, tenantId },
});

const CHOSEN = { client: CLIENT.web, user: USER.dana, scopes: SCOPES, tenantHint: 'blue' };

beforeEach(async () => {
  await prisma.membership.update({
    where: membership(USER.dana, 'blue'),
    data: { validUntil: null, roles: ['admin'] },
  });
});

function refresh({ refreshToken }: MintedTokens, client: string = CLIENT.web): Promise<MintedTokens> {
  return org.mint({ client, grant: 'refresh_token', refreshToken: String(refreshToken) });
}

function refusedRefresh({ refreshToken }: MintedTokens, client: string = CLIENT.web): Promise<unknown> {
  return org.refusal({ client, grant: 'refresh_token', refreshToken: String(refreshToken) });
}

const REFUSED = { error: 'invalid_grant', error_description: 'The refresh token is invalid or expired.' };

describe('the tenant of a chain', () => {
  it('is the one chosen at its beginning, in both tokens, each time', async () => {
    let tokens = await org.mint(CHOSEN);
    expect(tokens.access).toMatchObject({ tenant_id: 'blue', tenant_selection: 'hinted' });
    for (let round = 0; round < 3; round += 1) {
      tokens = await refresh(tokens);
      const stamp = { mintmark: { v: 1 }, tenant_id: 'blue', tenant_selection: 'remembered' };
      expect(tokens.access).toMatchObject({ ...stamp, tenant_roles: ['admin'] });
      expect(tokens.identity).toMatchObject(stamp);
    }
  });

  it('does not follow another chain of the same user', async () => {
    const [blue, green] = [await org.mint(CHOSEN), await org.mint({ ...CHOSEN, tenantHint: 'green' })];
    expect((await refresh(blue)).access).toMatchObject({ tenant_id: 'blue' });
    expect((await refresh(green)).access).toMatchObject({ tenant_id: 'green' });
  });

  it('goes with the membership, and no other takes its place', async () => {
    const tokens = await refresh(await org.mint(CHOSEN));
    const ended = new Date(server.clock.now() - 1000);
    await prisma.membership.update({
      where: membership(USER.dana, 'blue'),
      data: { validUntil: ended },
    });
    const after = await refresh(tokens);
    expect(after.access).toMatchObject({ mintmark: { v: 1 }, tenant_selection: 'refused' });
    for (const claim of ['tenant_id', 'tenant_roles', 'tenant_entitlements'])
      expect(after.access).not.toHaveProperty([claim]);
    expect(after.identity).not.toHaveProperty('tenant_id');
  });

  it('has the roles of this moment', async () => {
    const tokens = await org.mint(CHOSEN);
    await prisma.membership.update({
      where: membership(USER.dana, 'blue'),
      data: { roles: ['viewer'] },
    });
    expect((await refresh(tokens)).access).toMatchObject({ tenant_id: 'blue', tenant_roles: ['viewer'] });
  });

  it('is lost with the stamp where the hook fails on a refresh, and back afterwards', async () => {
    const tokens = await org.mint(CHOSEN);
    server.faults.add({ kind: 'drop' });
    const unstamped = await refresh(tokens);
    expect(unstamped.access).not.toHaveProperty('mintmark');
    expect(unstamped.access).not.toHaveProperty('tenant_id');
    expect((await refresh(unstamped)).access).toMatchObject({ tenant_id: 'blue' });
  });
});

describe('a rotating chain', () => {
  const NATIVE = { client: CLIENT.native, user: USER.dana, scopes: SCOPES };

  it('keeps the stamp over rotations, and lets an old token in within the leeway', async () => {
    const first = await org.mint(NATIVE);
    const second = await refresh(first, CLIENT.native);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    server.clock.advance(29_000);
    expect((await refresh(first, CLIENT.native)).access).toMatchObject({ tenant_id: 'green' });
  });

  it('ends when a token is used again after the leeway', async () => {
    const first = await org.mint(NATIVE);
    const second = await refresh(first, CLIENT.native);
    server.clock.advance(31_000);
    expect(await refusedRefresh(first, CLIENT.native)).toEqual(REFUSED);
    expect(await refusedRefresh(second, CLIENT.native)).toEqual(REFUSED);
    expect(server.events().map(({ eventType }) => eventType)).toContain('app.oauth2.as.token.detect_reuse');
  });
});

describe('a chain', () => {
  it('lives on as long as it is used within its window', async () => {
    let tokens = await org.mint(CHOSEN);
    for (let week = 0; week < 3; week += 1) {
      server.clock.advance(7 * DAY_MS - MINUTE_MS);
      tokens = await refresh(tokens);
      expect(tokens.access).toMatchObject({ tenant_id: 'blue', tenant_selection: 'remembered' });
    }
    server.clock.advance(7 * DAY_MS + MINUTE_MS);
    expect(await refusedRefresh(tokens)).toEqual(REFUSED);
  });

  it('ends with its lifetime, however often it is used', async () => {
    let tokens = await org.mint(CHOSEN);
    for (let day = 0; day < 29; day += 6) {
      server.clock.advance(6 * DAY_MS - MINUTE_MS);
      tokens = await refresh(tokens);
    }
    server.clock.advance(5 * MINUTE_MS);
    expect(await refusedRefresh(tokens)).toEqual(REFUSED);
  });
});
