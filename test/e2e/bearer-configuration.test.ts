import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ensureCertificates } from '../../src/playground/issue-certificates.js';
import { onTeardown } from '../support/teardown.js';
import { createTestDatabase } from '../support/test-database.js';

// The production service as it is installed: "npm test" builds it before.
const ENTRY = resolve('dist/hook-service/main.js');

const { url } = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'mintmark-bearer-'));
onTeardown(() => rm(folder, { recursive: true, force: true }));
const { certFile, keyFile } = await ensureCertificates(folder, new Date());
const symmetric = join(folder, 'symmetric.json');
await writeFile(symmetric, '{"keys":[{"kty":"oct","kid":"one","k":"dGlnZXI"}]}');

const BEARER = {
  MINTMARK_BEARER_ISSUER: 'https://login.acme.example/oauth2/hooks',
  MINTMARK_BEARER_AUDIENCE: 'mintmark',
  MINTMARK_BEARER_CLIENT_IDS: '0oaHookCaller',
  MINTMARK_BEARER_SCOPE: 'hook.call',
  MINTMARK_BEARER_ALGORITHMS: 'RS256',
  MINTMARK_BEARER_JWKS_FILE: symmetric,
};

function start(
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly err: string }> {
  const env = {
    ...{ PATH: process.env['PATH'], NODE_ENV: 'production', DATABASE_URL: url },
    ...{ MINTMARK_HOOK_HOST: '127.0.0.1', MINTMARK_HOOK_PORT: '0', MINTMARK_OPS_PORT: '0' },
    ...{ MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile },
    ...variables,
  };
  return new Promise((settle) => {
    const child = execFile(process.execPath, [ENTRY], { cwd: folder, env, timeout: 25_000 }, (_, __, err) => {
      settle({ code: child.exitCode, err });
    });
  });
}

describe('the hook service with half a bearer scheme', () => {
  it('does not start, and names what is missing, with exit code 78', async () => {
    const { code, err } = await start({ MINTMARK_BEARER_ISSUER: BEARER.MINTMARK_BEARER_ISSUER });
    expect(code).toBe(78);
    const { MINTMARK_BEARER_ISSUER: _given, MINTMARK_BEARER_JWKS_FILE: _file, ...needed } = BEARER;
    for (const name of [...Object.keys(needed), 'MINTMARK_BEARER_JWKS_URI'])
      expect(err).toContain(`\n  ${name}: is not set`);
  });

  it('does not start with an algorithm that proves nothing', async () => {
    for (const algorithms of ['none', 'HS256', 'RS256,HS256']) {
      const { code, err } = await start({ ...BEARER, MINTMARK_BEARER_ALGORITHMS: algorithms });
      expect(code).toBe(78);
      expect(err).toContain('MINTMARK_BEARER_ALGORITHMS');
    }
  });

  it('does not start with pinned keys of no use, and does not show them', async () => {
    const { code, err } = await start(BEARER);
    expect(code).toBe(78);
    expect(err).toContain('MINTMARK_BEARER_JWKS_FILE: must hold public keys');
    expect(err).not.toContain((await readFile(symmetric, 'utf8')).slice(20, 40));
    expect(err).not.toContain('    at ');
  });
});
