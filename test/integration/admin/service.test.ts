import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startAdminService } from '../../../src/admin-service/start.js';
import {
  readAdminConfiguration,
  readAdminServiceConfiguration,
} from '../../../src/config/admin-configuration.js';
import { openPostgresql } from '../../../src/database/open-postgresql.js';
import { createLogger } from '../../../src/operations/logger.js';
import { httpsCall } from '../../support/https-client.js';
import { startJwksEndpoint } from '../../support/jwks-endpoint.js';
import { startTcpGate } from '../../support/tcp-gate.js';
import { onTeardown } from '../../support/teardown.js';
import { startTestAdmin, testAdminConfiguration } from '../../support/test-admin.js';
import { createTestDatabase } from '../../support/test-database.js';
import { NOW, testCertificates } from '../../support/test-hook.js';
import { makeSigningKey, signToken } from '../../support/token-forge.js';

const testDatabase = await createTestDatabase();
const key = makeSigningKey('ES256', 'one');
const endpoint = await startJwksEndpoint([key.jwk]);
const ISSUER = 'https://login.acme.example/oauth2/admins';
const admin = await startTestAdmin({
  database: testDatabase,
  configuration: {
    bearer: {
      ...{ issuer: ISSUER, audience: 'mintmark-admin', clientIds: ['0oaconsole'], algorithms: ['ES256'] },
      ...{ jwksUri: endpoint.uri, pinnedJwks: null, ca: endpoint.ca },
    },
  },
});

const CLAIMS = {
  ...{
    iss: ISSUER,
    aud: 'mintmark-admin',
    cid: '0oaconsole',
    exp: NOW / 1000 + 300,
    sub: 'dana@acme.example',
  },
  scp: ['openid', 'directory:read', 'directory:write:acme'],
};

function jwt(changes: object = {}): string {
  return signToken({ alg: 'ES256', kid: 'one' }, { ...CLAIMS, ...changes }, key);
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 15 s');
    await delay(50);
  }
}

describe('a token of the configured issuer', () => {
  it('has the scopes that the issuer granted, for everything or for some tenants', async () => {
    const token = jwt();
    expect((await admin.call('GET', '/v1/tenants', { token })).status).toBe(200);
    expect((await admin.call('PUT', '/v1/tenants/acme', { token, body: { name: 'Acme' } })).status).toBe(201);
    expect((await admin.call('PUT', '/v1/tenants/other', { token, body: { name: 'Other' } })).status).toBe(
      403,
    );
    expect((await admin.call('GET', '/v1/admin-tokens', { token })).status).toBe(403);
  });

  it('is audited by the client, or by the person’s id, and never by a login', async () => {
    await admin.call('PUT', '/v1/tenants/acme', { token: jwt(), body: { name: 'Two' } });
    await admin.call('PUT', '/v1/tenants/acme', { token: jwt({ uid: '00udana' }), body: { name: 'Three' } });
    await admin.call('PUT', '/v1/tenants/acme', {
      token: jwt({ uid: 'dana@acme.example' }),
      body: { name: 'Four' },
    });
    const rows = await admin.database.prisma.audit.findMany({
      where: { tenantId: 'acme' },
      orderBy: { id: 'desc' },
      take: 3,
    });
    expect(rows.map(({ actor }) => actor)).toEqual([
      'client:0oaconsole',
      'user:00udana',
      'client:0oaconsole',
    ]);
  });

  it.each<[string, object]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another audience', { aud: 'api' }],
    ['of another client', { cid: '0oaother' }],
    ['that has ended', { exp: NOW / 1000 - 60 }],
    ['that never ends', { exp: undefined }],
    ['without a scope of ours', { scp: ['openid'] }],
    ['with a scope that is no list', { scp: 'directory:read' }],
  ])('%s is refused', async (_, changes) => {
    expect((await admin.call('GET', '/v1/tenants', { token: jwt(changes) })).status).toBe(401);
  });

  it('that somebody else signed is refused', async () => {
    const token = signToken({ alg: 'ES256', kid: 'one' }, CLAIMS, makeSigningKey('ES256', 'one'));
    expect((await admin.call('GET', '/v1/tenants', { token })).status).toBe(401);
  });
});

describe('the service', () => {
  it('does not start in the clear anywhere but on loopback', async () => {
    const logger = createLogger({ level: 'silent', hashKey: undefined });
    const configuration = { ...testAdminConfiguration(), address: { host: '0.0.0.0', port: 0 } };
    await expect(
      startAdminService({ configuration, tls: null, database: testDatabase.database, logger }),
    ).rejects.toMatchObject({ code: 'CONFIGURATION' });
    expect(() =>
      readAdminServiceConfiguration({ MINTMARK_ADMIN_HOST: '0.0.0.0', DATABASE_URL: 'postgresql://x/x' }),
    ).toThrow(/MINTMARK_TLS_CERT_FILE: is not set, and MINTMARK_ADMIN_HOST is not loopback/);
  });

  it('speaks TLS where it is given a certificate', async () => {
    const { ca, cert, key: tlsKey } = await testCertificates();
    const logger = createLogger({ level: 'silent', hashKey: undefined });
    const service = await startAdminService({
      configuration: testAdminConfiguration(),
      ...{ tls: { cert, key: tlsKey }, database: testDatabase.database, logger },
    });
    onTeardown(() => service.close());
    expect(service.url).toMatch(/^https:/);
    expect((await httpsCall(`${service.url}/v1/openapi.json`, { method: 'GET', ca })).status).toBe(200);
  });

  it('needs all of the issuer, or nothing', () => {
    expect(readAdminConfiguration({}).bearer).toBeNull();
    expect(() => readAdminConfiguration({ MINTMARK_ADMIN_BEARER_ISSUER: ISSUER })).toThrow(
      /MINTMARK_ADMIN_BEARER_AUDIENCE: is not set/,
    );
    expect(() => readAdminConfiguration({ MINTMARK_ADMIN_HOTS: 'x' })).toThrow(/MINTMARK_ADMIN_HOTS/);
  });

  it('reports on its ops port what it does', async () => {
    await admin.call('PUT', '/v1/tenants/acme', { body: { name: 'Counted' } });
    await admin.call('GET', '/v1/tenants/acme');
    await admin.call('GET', '/v1/tenants', { token: null });
    const ready = await fetch(`${admin.service.opsUrl}/readyz`);
    expect(ready.status).toBe(200);
    const text = await (await fetch(`${admin.service.opsUrl}/metrics`)).text();
    expect(text).toMatch(
      /mintmark_admin_requests_total\{method="GET",route="\/v1\/tenants\/:id",status="200"\} [1-9]/,
    );
    expect(text).toMatch(/mintmark_admin_unauthenticated_total\{problem="no_token"\} [1-9]/);
    expect(text).not.toContain('acme');
  });

  it('answers with 503 and changes nothing where the database does not answer, and goes on when it does', async () => {
    const gate = await startTcpGate(testDatabase.url);
    const url = new URL(testDatabase.url);
    url.host = gate.host;
    const database = await openPostgresql(url.href, { poolSize: 2, timeoutMs: 500 });
    onTeardown(() => database.close());
    const other = await startTestAdmin({ database: { database, url: url.href } });
    const put = (name: string) =>
      other.call('PUT', '/v1/tenants/behind-gate', { token: other.everything, body: { name } });
    expect((await put('One')).status).toBe(201);
    gate.block();
    const refused = await put('Two');
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:mintmark:problem:unavailable' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    gate.unblock();
    await eventually(async () => (await put('Three')).status === 200);
    expect((await admin.call('GET', '/v1/tenants/behind-gate')).body).toMatchObject({ name: 'Three' });
  });

  it('changes nothing that the hook reads from tables of the product’s own', async () => {
    const other = await startTestAdmin();
    await other.database.withScripts((run) =>
      run(`
        CREATE TABLE accounts (id text PRIMARY KEY);
        CREATE OR REPLACE VIEW mintmark_facts_tenants AS
          SELECT id, id AS name, 'active'::status AS status FROM accounts;
        CREATE OR REPLACE VIEW mintmark_facts_feature_grants AS
          SELECT id, tenant_id, org_id, user_id, feature_id, value, valid_from, valid_until
          FROM (SELECT ''::text AS id, ''::text AS tenant_id, ''::text AS org_id, ''::text AS user_id,
            ''::text AS feature_id, '1'::jsonb AS value, now() AS valid_from, now() AS valid_until) AS none WHERE false`),
    );
    const refused = await other.call('PUT', '/v1/tenants/acme', { body: { name: 'Acme' } });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        type: 'urn:mintmark:problem:read-only',
        detail: expect.stringContaining('mintmark_facts_tenants'),
      },
    });
    expect((await other.call('GET', '/v1/tenants')).status).toBe(200);
    expect((await other.call('POST', '/v1/users/acme/dana/end')).status).toBe(409);
    const org = { id: 'acme', url: 'https://acme.okta.example' };
    expect((await other.call('POST', '/v1/orgs', { body: org })).status).toBe(201);
    expect((await other.call('PUT', '/v1/users/acme/dana', { body: {} })).status).toBe(201);
  });

  it('as a process starts, answers, and ends at a signal', async () => {
    const child = fork('dist/admin-service/main.js', {
      env: {
        PATH: process.env['PATH'] ?? '',
        DATABASE_URL: testDatabase.url,
        ...{ MINTMARK_ADMIN_PORT: '0', MINTMARK_ADMIN_OPS_PORT: '0', MINTMARK_DRAIN_SECONDS: '0' },
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    onTeardown(() => Promise.resolve(child.kill('SIGKILL')));
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!output.includes('the admin service is ready')) await once(child.stdout ?? child, 'data');
    const line = output.split('\n').find((text) => text.includes('the admin service is ready')) ?? '{}';
    const { admin: url } = JSON.parse(line) as { admin: string };
    const headers = { authorization: `Bearer ${admin.everything}` };
    expect((await fetch(`${url}/v1/tenants`, { headers })).status).toBe(200);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
