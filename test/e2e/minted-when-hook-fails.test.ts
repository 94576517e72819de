import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Document } from 'yaml';
import type { HookFault } from '../../src/authorization-server/hook/hook-faults.js';
import { AccessTokenError, createTokenVerifier } from '../../src/verify/verify-access-token.js';
import { whileChanged } from '../support/changed-database.js';
import { CLIENT, USER } from '../support/calls.js';
import { examplePayload } from '../support/payloads.js';
import { startTestOrg, type MintedTokens, type Wish } from '../support/test-org.js';
import { onTeardown } from '../support/teardown.js';
import { SECRETS, testCertificates } from '../support/test-hook.js';

// What becomes of a token when the hook fails: Okta mints it all the same, and only an error object stops it.

/** Okta's own. */
const HOOK_DEADLINE_MS = 3_000;

const org = await startTestOrg({
  configuration: { factsDeadlineMs: 1_000 },
  hookDeadlineMs: HOOK_DEADLINE_MS,
});
const { server } = org;

const BATCH: Wish = { client: CLIENT.batch, scopes: ['orders:read'] };
const DANA: Wish = { client: CLIENT.web, user: USER.dana, scopes: ['openid', 'orders:read'] };
const SUMMARY = 'The token could not be issued for this tenant or user.';

/** The API that the tokens are for. */
const verifier = createTokenVerifier({
  issuer: org.issuer,
  audience: 'api://acme-orders',
  keys: org.keys,
  now: () => server.clock.now(),
});

beforeEach(() => {
  server.faults.clear();
  org.changeOrg(() => undefined);
});

/** The token is as it was drafted, and an API that looks for the stamp refuses it. */
async function expectUnstamped({ access, before, accessToken }: MintedTokens): Promise<void> {
  const { iat: _iat, exp: _exp, scp: _scp, ...drafted } = access;
  expect(drafted).toEqual(before.access);
  const refusal: unknown = await verifier.verify(accessToken).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(AccessTokenError);
  expect(refusal).toMatchObject({ code: 'not_stamped', status: 401 });
}

function failure(eventType: string, reason: unknown): unknown {
  return expect.objectContaining({ eventType, result: 'FAILURE', reason });
}

describe('a token is minted without its claims', () => {
  it.each<[string, HookFault, string]>([
    [
      'comes too late',
      { kind: 'delay', milliseconds: 10 * HOOK_DEADLINE_MS },
      'did not respond within 3000 ms',
    ],
    ['breaks off', { kind: 'drop' }, 'could not be reached'],
    ['has status 500', { kind: 'status', status: 500 }, 'status 500'],
    ['has status 201', { kind: 'status', status: 201 }, 'status 201'],
    ['has status 302', { kind: 'status', status: 302 }, 'status 302'],
    ['is too large', { kind: 'oversize' }, 'not smaller than 256 KB'],
  ])('when the answer %s', async (_title, fault, reason) => {
    server.faults.add(fault);
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents).toEqual([failure('inline_hook.executed', expect.stringContaining(reason))]);
  });

  it('when nobody listens', async () => {
    org.changeOrg(() => undefined, { uri: 'https://localhost:1/okta/token-hook' });
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents).toEqual([
      failure('inline_hook.executed', expect.stringContaining('ECONNREFUSED')),
    ]);
  });

  it('when the certificate is of another CA', async () => {
    const { cert, key } = await testCertificates();
    const port = await listen(createHttpsServer({ cert, key }, (_request, response) => response.end('{}')));
    org.changeOrg(() => undefined, { uri: `https://localhost:${port}/okta/token-hook` });
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents).toEqual([
      failure(
        'inline_hook.executed',
        expect.stringMatching(/could not be reached \([A-Z_]*(CERT|SIGNATURE)/),
      ),
    ]);
  });

  it('when the hook does not know the caller', async () => {
    org.changeOrg(() => undefined, { secret: 'some other secret' });
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents).toEqual([
      failure('inline_hook.executed', expect.stringContaining('status 401')),
    ]);
  });

  it('when the hook is somewhere else, and says where', async () => {
    const location = org.hook.service.url;
    const elsewhere = createServer((_request, response) => response.writeHead(307, { location }).end());
    const port = await listen(elsewhere);
    org.changeOrg((file) => file.setIn(['switches', 'allowHttpHooks'], true), {
      uri: `http://127.0.0.1:${port}/okta/token-hook`,
    });
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents).toEqual([
      failure('inline_hook.executed', expect.stringContaining('status 307')),
    ]);
  });

  it('when the hook is turned off', async () => {
    org.changeOrg((file) => file.setIn(['inlineHooks', 0, 'status'], 'INACTIVE'));
    await expectUnstamped(await org.mint(BATCH));
  });

  it.each([
    ['half of its JSON', undefined],
    ['no JSON', '<html>'],
    ['a list', '[]'],
    ['two documents', '{}{}'],
  ])('when the answer is %s', async (_title, body) => {
    server.faults.add({ kind: 'malformed', ...(body === undefined ? {} : { body }) });
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents.at(-1)).toEqual(
      failure(
        'inline_hook.response.processed',
        expect.stringMatching(
          /^Could not deserialize inline hook response due to error at Line \d+ Column \d+$/,
        ),
      ),
    );
  });

  it.each([
    'response_INVALID_flat_value_object',
    'response_INVALID_lifetime_below_300',
    'response_INVALID_missing_parent',
    'response_INVALID_remove_with_value',
    'response_INVALID_reserved_claim',
  ])('when the answer is %s', async (name) => {
    org.answerOnce(examplePayload(name));
    const minted = await org.mint(DANA);
    await expectUnstamped(minted);
    expect(minted.identity).not.toHaveProperty('mintmark');
    expect(minted.hookEvents.at(-1)).toEqual(failure('inline_hook.response.processed', expect.any(String)));
  });

  it('when one of many commands is for a token that is not minted', async () => {
    org.answerOnce(examplePayload('response_add_claims_both_tokens'));
    const minted = await org.mint(BATCH);
    await expectUnstamped(minted);
    expect(minted.hookEvents.at(-1)).toEqual(
      failure('inline_hook.response.processed', expect.stringContaining('com.okta.identity.patch')),
    );
    org.answerOnce(examplePayload('response_add_claims_both_tokens'));
    expect((await org.mint(DANA)).hookEvents.at(-1)).toMatchObject({ result: 'SUCCESS' });
  });

  it('when a reserved claim of one token is touched: then the other has none, either', async () => {
    const add = (path: string, value: unknown) => [{ op: 'add', path, value }];
    org.answerOnce({
      commands: [
        { type: 'com.okta.identity.patch', value: add('/claims/tier', 'gold') },
        { type: 'com.okta.access.patch', value: add('/claims/scp', ['orders:write']) },
      ],
    });
    const minted = await org.mint(DANA);
    await expectUnstamped(minted);
    expect(minted.identity).not.toHaveProperty('tier');
    expect(minted.hookEvents.at(-1)).toEqual(
      failure(
        'inline_hook.response.processed',
        expect.stringContaining('Unauthorized path was specified(op=add, path=/claims/scp)'),
      ),
    );
  });

  it('when the directory cannot be asked, and the policy is to omit', async () => {
    const lock = 'LOCK TABLE clients IN ACCESS EXCLUSIVE MODE';
    const minted = await whileChanged(org.hook.databaseUrl, lock, () =>
      org.mint({ client: CLIENT.exporter }),
    );
    await expectUnstamped(minted);
    expect(minted.hookEvents.at(-1)).toMatchObject({ result: 'SUCCESS' });
  });
});

describe('no token is minted', () => {
  it('when the directory cannot be asked, and the policy is to deny', async () => {
    const lock = 'LOCK TABLE clients IN ACCESS EXCLUSIVE MODE';
    const wish = { client: CLIENT.payments };
    const refusal = await whileChanged(org.hook.databaseUrl, lock, () => org.refusal(wish));
    expect(refusal).toEqual({ error: 'server_error', error_description: expect.any(String) });
    expect(await org.refusal({ ...wish, tenantHint: 'blue' })).toBe('granted');
  });

  it('when the directory does not know the issuer, and the policy of the credential is to deny', async () => {
    const wish = { ...BATCH, server: UNKNOWN_SERVER };
    org.changeOrg(addUnknownServer, { secret: SECRETS.deny });
    expect(await org.refusal(wish)).toEqual({ error: 'server_error', error_description: expect.any(String) });
    org.changeOrg(addUnknownServer);
    expect((await org.mint(wish)).access).not.toHaveProperty('mintmark');
  });

  it.each<[string, unknown, string]>([
    [
      'with a summary',
      examplePayload('response_error'),
      'Orders entitlements are suspended for this account',
    ],
    ['with causes', examplePayload('response_error_with_causes'), 'Account is suspended'],
    ['without a summary', { error: {} }, 'The callback service returned an error.'],
    [
      'beside commands',
      { ...examplePayload('response_add_claims_both_tokens'), error: { errorSummary: 'No' } },
      'No',
    ],
  ])('when the answer has an error %s', async (_title, body, description) => {
    for (const wish of [BATCH, DANA]) {
      org.answerOnce(body);
      expect(await org.refusal(wish)).toEqual({ error: 'server_error', error_description: description });
    }
  });

  it('when the hook denies what is refused', async () => {
    const wish: Wish = { ...DANA, user: USER.eli, server: 'aus2s4t6StRiCt8Xy1d7', tenantHint: 'green' };
    expect(await org.refusal(wish)).toEqual({ error: 'server_error', error_description: SUMMARY });
  });
});

const UNKNOWN_SERVER = 'aus9u8n7KnOwNx6Wy1d7';

/** An authorization server that nobody has told Mintmark of, in the place of one that it knows. */
function addUnknownServer(file: Document): void {
  file.setIn(['authorizationServers', 0, 'id'], UNKNOWN_SERVER);
}

/** Starts a server on a free port, which it gives, until the tests are over. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTeardown(async () => {
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return String(address.port);
}
