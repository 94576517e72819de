import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { BOUNDS, type Figure } from './figures.js';
import type { Load } from './load.js';
import type { Amounts } from './options.js';
import type { Bench } from './prepare.js';
import { ServerEndedError } from './programs.js';
import { HOOK_WITH_KEPT_FACTS, startBare, startHook, type HookServer } from './servers.js';
import { compareThroughput, UNCOUNTED_ROUNDS } from './throughput.js';

const ISSUER = 'https://login.acme.example/oauth2/ausBench0000000001d7';
const AUDIENCE = 'https://hook.acme.example';
const CLIENT = '0oaBench0000000001d7';
const SCOPE = 'mintmark.stamp';
const KEY_ID = 'bench-key-1';

/** How many tokens are signed at once: as many as libuv has threads. */
const AT_ONCE = 4;

/**
 * The bearer scheme: the same token again and again, then RS256 on every call.
 *
 * @returns the figures, or why there are none
 */
export async function measureBearer(
  bench: Bench,
  load: Load,
  amounts: Amounts,
): Promise<readonly Figure[] | string> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
  const jwksFile = join(bench.folder, 'jwks.json');
  const key = { ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' };
  await writeFile(jwksFile, JSON.stringify({ keys: [key] }));
  const [first = ''] = await mintTokens(privateKey, 1);
  const hook = await startBearerHook(bench, jwksFile, first);
  if (typeof hook === 'string') return hook;
  const bare = await startBare(bench, hook);
  try {
    const servers = { hook, bare, answerBytes: hook.answer.length };
    const remembered = { ...servers, name: 'bearer, remembered', bound: BOUNDS.bearerRemembered };
    const figures = await compareThroughput(
      load,
      { ...remembered, header: `authorization: Bearer ${first}\r\n` },
      amounts,
    );
    const tokensFile = join(bench.folder, 'tokens');
    const count = 1 + (UNCOUNTED_ROUNDS + amounts.rounds) * amounts.callsPerTokenRound;
    await writeFile(tokensFile, (await mintTokens(privateKey, count)).join('\n'));
    const verified = {
      ...servers,
      name: 'bearer, RS256 on every call',
      bound: BOUNDS.bearerVerified,
      tokensFile,
    };
    return [...figures, ...(await compareThroughput(load, verified, amounts))];
  } finally {
    await Promise.all([hook.stop(), bare.stop()]);
  }
}

/** @returns why not, where what was built does not know the bearer scheme yet */
async function startBearerHook(bench: Bench, jwksFile: string, token: string): Promise<HookServer | string> {
  const credential = [
    'credential',
    'create',
    '--scheme',
    'bearer',
    '--client-id',
    CLIENT,
    '--issuer',
    'acme-orders',
  ];
  try {
    await bench.mintmark(...credential);
  } catch {
    return 'the built command line makes no credential of the bearer scheme';
  }
  const environment = {
    MINTMARK_BEARER_ISSUER: ISSUER,
    MINTMARK_BEARER_AUDIENCE: AUDIENCE,
    MINTMARK_BEARER_CLIENT_IDS: CLIENT,
    MINTMARK_BEARER_SCOPE: SCOPE,
    MINTMARK_BEARER_ALGORITHMS: 'RS256',
    MINTMARK_BEARER_JWKS_FILE: jwksFile,
  };
  try {
    return await startHook(bench, {
      environment,
      authorization: `Bearer ${token}`,
      program: HOOK_WITH_KEPT_FACTS,
    });
  } catch (error) {
    if (!(error instanceof ServerEndedError) || error.exitCode !== 78) throw error;
    return `the built entry does not take the bearer variables: ${error.errorOutput.trim()}`;
  }
}

/** Distinct tokens of about 1 KB, as Okta's client credentials grant makes them. */
async function mintTokens(key: CryptoKey, count: number): Promise<readonly string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - tokens.length) }, () => mintToken(key));
    tokens.push(...(await Promise.all(batch)));
  }
  return tokens;
}

let minted = 0;

function mintToken(key: CryptoKey): Promise<string> {
  minted += 1;
  const jti = `AT.${String(minted).padStart(12, '0')}.${'x'.repeat(30)}`;
  // Claims besides those that are checked, up to the usual size.
  const claims = {
    ver: 1,
    cid: CLIENT,
    scp: [SCOPE, 'orders:read', 'orders:write'],
    department: 'd'.repeat(200),
  };
  return new SignJWT({ ...claims, jti })
    .setProtectedHeader({ alg: 'RS256', kid: KEY_ID })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(CLIENT)
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(key);
}
