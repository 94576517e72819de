import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/claims/decide.js';
import type { HookCall } from '../../src/claims/hook-call.js';
import { readHookCall } from '../../src/claims/read-hook-call.js';
import { shortestTokenLife } from '../../src/claims/time-window.js';
import { readDatabaseConfiguration } from '../../src/config/configuration.js';
import { ChangeFeed } from '../../src/database/change-feed.js';
import type { Database } from '../../src/database/database.js';
import { FolderInUseError } from '../../src/database/folder-lock.js';
import { migrate, pendingMigrations } from '../../src/database/migrations.js';
import { openEmbedded } from '../../src/database/open-embedded.js';
import { readControlSnapshot } from '../../src/directory/control/read-control-snapshot.js';
import { databaseFacts } from '../../src/directory/facts/read-facts.js';
import { applyDirectory } from '../../src/directory/files/apply-directory.js';
import { readDirectoryFile } from '../../src/directory/files/read-directory-file.js';
import { listInvocations, readInvocation } from '../../src/invocations/read-invocations.js';
import { appendInvocations, forgetInvocations } from '../../src/invocations/write-invocations.js';
import { NOW, readRequest } from '../support/claims-fixtures.js';
import { onTeardown } from '../support/teardown.js';
import { startTestAdmin } from '../support/test-admin.js';
import { createTestDatabase } from '../support/test-database.js';

// What differs between the engines, and no more: the suite as a whole runs on real PostgreSQL. Starting the engine takes
// seconds, so the tests share one, in the order in which they stand, and open the folder a second time at the end.
const ENGINE_START_MS = 60_000;

const folder = await mkdtemp(join(tmpdir(), 'mintmark-embedded-'));
const data = join(folder, 'database');
onTeardown(() => rm(folder, { recursive: true, force: true }));

const sample = readDirectoryFile('directory.yaml', await readFile('examples/directory.yaml', 'utf8'));

/** What the embedded engine is compared with. */
const { database: postgresql } = await createTestDatabase();
await applyDirectory(postgresql, sample);

let embedded: Database | undefined;
onTeardown(async () => embedded?.close());

async function openOnce(): Promise<Database> {
  embedded ??= await openEmbedded(data);
  return embedded;
}

describe('the embedded database', () => {
  it(
    'is migrated, once, and takes the sample directory',
    async () => {
      const database = await openOnce();
      expect(database.engine).toBe('embedded');
      const pending = await pendingMigrations(database);
      expect(pending.length).toBeGreaterThan(0);
      expect(await migrate(database)).toEqual(pending);
      expect(await migrate(database)).toEqual([]);
      const first = await applyDirectory(database, sample);
      const again = await applyDirectory(database, sample);
      expect(again.map(({ unchanged }) => unchanged)).toEqual(
        first.map(({ created, unchanged }) => created + unchanged),
      );
    },
    ENGINE_START_MS,
  );

  it.each([
    'request_01_authorization_code_user.json',
    'request_06_refresh_token.json',
    'request_07_client_credentials.json',
  ])('gives the facts and the decision that PostgreSQL gives for %s', async (payload) => {
    const call = callOf(payload);
    const [one, other] = [await outcomeOn(await openOnce(), call), await outcomeOn(postgresql, call)];
    expect(one.decision.kind).toBe('patch');
    expect(one).toEqual(other);
  });

  it('refuses what must never be', async () => {
    const { prisma } = await openOnce();
    await expect(prisma.tenant.create({ data: { id: ' blue', name: 'Blue' } })).rejects.toThrow(
      'tenants_id_check',
    );
    const featureType = 'string' as const;
    const ids = { id: 'second', tenantId: 'violet', featureId: 'support.tier' };
    const grant = { ...ids, featureType, value: 'x', reason: 'x' };
    await expect(prisma.featureGrant.create({ data: grant })).rejects.toThrow('feature_grants_tenant_excl');
    const file = readDirectoryFile(
      'clash.yaml',
      'version: 1\ntenants: [{ id: violet, name: V, grants: [{ id: second, feature: support.tier, value: x, reason: x }] }]',
    );
    await expect(applyDirectory(await openOnce(), file)).rejects.toThrow(
      'line 2, tenants[0].grants[0]: overlaps a grant of the same kind in time: grant-violet-tier',
    );
  });

  it('announces changes to whoever listens in the same process, where they were not rolled back', async () => {
    const database = await openOnce();
    const told: string[] = [];
    const feed = ChangeFeed.start({
      random: Math.random,
      listen: database.listen,
      onNotice: (payload) => told.push(payload),
      onAlive: (hasMissed) => told.push(hasMissed ? 'alive anew' : 'alive'),
      onLost: () => told.push('lost'),
    });
    const rename = { where: { id: 'violet' }, data: { name: 'Other' } };
    const failing = database.prisma.$transaction(async (tx) => {
      await tx.tenant.update(rename);
      throw new Error('never mind');
    });
    await expect(failing).rejects.toThrow('never mind');
    await database.prisma.$transaction((tx) => tx.tenant.update(rename));
    await feed.stop();
    await database.prisma.tenant.update({ where: { id: 'violet' }, data: { name: 'Violet' } });
    expect(told).toEqual(['alive anew', '[["tenant", "violet"]]']);
  });

  it('serves the admin API: records, versions, pages, audit and explain', async () => {
    const admin = await startTestAdmin({ database: { database: await openOnce(), url: '' } });
    const { call } = admin;
    const path = '/v1/tenants/embedded';
    const created = await call('PUT', path, { body: { name: 'Embedded' } });
    expect(created).toMatchObject({ status: 201, body: { id: 'embedded', status: 'active' } });
    const etag = created.headers.get('etag') ?? '';
    const puts = ['One', 'Two'].map((name) =>
      call('PUT', path, { body: { name }, headers: { 'if-match': etag } }),
    );
    expect(new Set((await Promise.all(puts)).map(({ status }) => status))).toEqual(new Set([200, 412]));
    const grant = { tenant: 'embedded', feature: 'orders.max_per_day', value: 'many', reason: 'x' };
    expect(await call('POST', '/v1/grants', { body: grant })).toMatchObject({
      ...{ status: 422, body: { errors: [{ pointer: '/value' }] } },
    });
    const twice = ['k', 'k'].map((key) =>
      call('POST', '/v1/grants', { body: { ...grant, value: 3 }, headers: { 'idempotency-key': key } }),
    );
    const grants = await Promise.all(twice);
    expect(new Set(grants.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    const audit = await call('GET', '/v1/audit?tenant=embedded&limit=2');
    expect(audit).toMatchObject({
      status: 200,
      body: {
        items: [
          { noun: 'feature grant', action: 'create' },
          { noun: 'tenant', action: 'change' },
        ],
      },
    });
    const next = (audit.body as { readonly nextCursor: string }).nextCursor;
    expect((await call('GET', `/v1/audit?tenant=embedded&cursor=${next}`)).body).toMatchObject({
      items: [{ noun: 'tenant', action: 'create' }],
      nextCursor: null,
    });
    const limited = await admin.tokenFor('directory:read:embedded');
    expect((await call('GET', '/v1/tenants', { token: limited })).body).toMatchObject({
      items: [{ id: 'embedded' }],
    });
    const payload: unknown = readRequest('request_01_authorization_code_user.json');
    expect(await call('POST', '/v1/explain', { body: { payload } })).toMatchObject({
      ...{ status: 200, body: { outcome: 'stamped', mode: 'enforce' } },
    });
    expect((await call('DELETE', path)).status).toBe(409);
    await admin.service.close();
  });

  it('keeps recorded calls, and forgets them when they are out of date', async () => {
    const database = await openOnce();
    const row = {
      ...{ issuerId: 'acme-orders', clientId: 'web', userPseudonym: null, tenantId: 'blue', grantType: null },
      ...{ mode: 'shadow', outcome: 'shadow', reason: null, decision: 'patch', selection: 'only' },
      ...{ durationUs: 1_250, document: { request: null, answer: { commands: [] } } },
    };
    const rows = [
      { ...row, at: NOW, keptUntil: NOW + 1 },
      { ...row, at: NOW, keptUntil: Date.now() + 60_000 },
    ];
    await appendInvocations(
      database,
      rows.map((each) => JSON.stringify(each)),
    );
    expect(await forgetInvocations(database, null)).toBe(1);
    const [left, ...more] = await listInvocations(database, { order: 'slowest', limit: 5, tenantIds: null });
    expect(left).toMatchObject({ mode: 'shadow', tenant: 'blue', durationMs: 1.25 });
    expect(more).toEqual([]);
    expect(await readInvocation(database, BigInt(left?.id ?? 0), null)).toMatchObject({
      answer: { commands: [] },
    });
    expect(await forgetInvocations(database, { olderThan: new Date(), newest: 1_000 })).toBe(1);
  });

  it('has its folder to itself', async () => {
    await openOnce();
    await expect(openEmbedded(data)).rejects.toThrow(FolderInUseError);
  });

  it(
    'keeps its data when it is closed and opened again',
    async () => {
      const before = await outcomeOn(await openOnce(), callOf('request_01_authorization_code_user.json'));
      await embedded?.close();
      embedded = undefined;
      const reopened = await openOnce();
      expect(await pendingMigrations(reopened)).toEqual([]);
      expect(await outcomeOn(reopened, callOf('request_01_authorization_code_user.json'))).toEqual(before);
    },
    ENGINE_START_MS,
  );

  it('is refused in production, before anything is opened', () => {
    expect(() => readDatabaseConfiguration({ NODE_ENV: 'production', MINTMARK_DATA_DIR: data })).toThrow(
      'the embedded database is refused in production',
    );
  });
});

function callOf(payload: string): HookCall {
  const reading = readHookCall(readRequest(payload));
  if (reading.kind === 'unusable') throw new Error(reading.why);
  return reading.call;
}

/** Facts and decision of one call of the issuer `acme-orders`. */
async function outcomeOn(database: Database, call: HookCall) {
  const { issuers } = await readControlSnapshot(database);
  const issuer = [...issuers.values()].find(({ rules }) => rules.issuerId === 'acme-orders');
  if (issuer === undefined) throw new Error('the sample has no issuer acme-orders');
  const { from, to } = shortestTokenLife(NOW, call.atAuthorize);
  const { facts } = await databaseFacts(database)(
    {
      orgId: issuer.orgId,
      userId: call.subject.kind === 'user' ? call.subject.userId : null,
      clientId: call.clientId,
      hintedTenantId: call.hint.kind === 'tenant' ? call.hint.tenantId : null,
      presentedJti: call.refresh.presentedJti,
    },
    { now: from, horizon: to },
  );
  return { facts, decision: decide(call, facts, issuer.rules, NOW) };
}
