import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Database } from '../../../src/database/database.js';
import { forgetInvocations } from '../../../src/invocations/write-invocations.js';
import { ensureCertificates } from '../../../src/playground/issue-certificates.js';
import { CLIENT, ISSUER, machineCall, USER, userCall } from '../../support/calls.js';
import { whileChanged } from '../../support/changed-database.js';
import { startHookProcess } from '../../support/hook-process.js';
import { httpsCall } from '../../support/https-client.js';
import { examplePayload } from '../../support/payloads.js';
import {
  DAY_MS,
  eventually,
  pseudonyms,
  recordedRows,
  RECORDING,
  type RecordedRow,
} from '../../support/recorded-calls.js';
import { onTeardown } from '../../support/teardown.js';
import { HEADER, loadSample, NOW, SECRETS, startTestHook, type TestHook } from '../../support/test-hook.js';
import { createTestDatabase } from '../../support/test-database.js';

/** An answer may take so long on a busy machine, and far less than Okta waits. */
const SOON_MS = 2_000;

const hook = await startTestHook({ configuration: { recording: RECORDING } });

async function metric({ service }: TestHook, sample: string): Promise<number | undefined> {
  const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length));
}

/** Sends calls one after the other, and gives the rows that they leave. */
async function recorded(target: TestHook, payloads: readonly unknown[]): Promise<readonly RecordedRow[]> {
  const before = (await recordedRows(target)).length;
  for (const payload of payloads) await target.send(payload);
  await eventually(async () => (await recordedRows(target)).length >= before + payloads.length);
  return (await recordedRows(target)).slice(before);
}

describe('a call of an issuer that is recorded', () => {
  it('leaves one row, with request, answer, trace and times, and nobody’s id or login', async () => {
    const answer = await hook.send(userCall({ user: USER.eli, scopes: ['openid'] }));
    await eventually(async () => (await recordedRows(hook)).length === 1);
    const [row] = await recordedRows(hook);
    expect(row).toMatchObject({
      ...{ issuer_id: 'acme-orders', client_id: CLIENT.web, tenant_id: 'blue', mode: 'enforce' },
      ...{ outcome: 'stamped', reason: null, decision: 'patch', selection: 'only', grant_type: 'password' },
      user_pseudonym: pseudonyms.of('user', USER.eli),
      at: new Date(NOW),
      kept_until: new Date(NOW + 7 * DAY_MS),
    });
    expect(row?.['duration_us']).toBeGreaterThan(0);
    expect(row?.document).toMatchObject({
      request: {
        eventType: 'com.okta.oauth2.tokens.transform',
        data: { access: { claims: { uid: pseudonyms.of('user', USER.eli), cid: CLIENT.web } } },
      },
      answer: { commands: [{ type: 'com.okta.access.patch', value: expect.any(Array) }] },
      trace: { selection: { outcome: 'only', tenantId: 'blue' }, entitlements: expect.any(Array) },
      ...{ credentialId: 'hc_all', facts: { origin: 'directory', ageMs: 0 }, traceId: null, dropped: [] },
      steps: expect.arrayContaining([{ step: 'facts', ms: expect.any(Number) }]),
    });
    // The directory's part of the answer is kept to the letter.
    expect(row?.document['answer']).toEqual(answer.body);
    expect(JSON.stringify(row)).not.toContain(USER.eli);
  });

  it('is recorded whatever became of it, with why', async () => {
    const rows = await recorded(hook, [
      machineCall({ client: CLIENT.batch }),
      userCall({ user: USER.fay, issuer: ISSUER.strict }),
      userCall({ user: USER.eli, issuer: ISSUER.off }),
      { ...userCall({ user: USER.eli }), data: { ...dataOf(userCall({ user: USER.eli })), access: null } },
    ]);
    expect(rows).toMatchObject([
      { outcome: 'stamped', user_pseudonym: null, document: { trace: { subject: 'machine' } } },
      { outcome: 'denied', reason: 'selection_ambiguous', tenant_id: null, decision: 'deny' },
      { outcome: 'off', decision: null, document: { trace: null } },
      { outcome: 'failed', reason: 'unusable_payload', document: { detail: 'no token is being minted' } },
    ]);
    expect(rows[1]?.document['answer']).toEqual({ error: { errorSummary: expect.any(String) } });
  });

  it('holds in mode shadow what would have been answered', async () => {
    const answer = await hook.send(userCall({ user: USER.eli }));
    const [row] = await recorded(hook, [userCall({ user: USER.eli, issuer: ISSUER.shadow })]).then((rows) =>
      rows.filter(({ outcome }) => outcome === 'shadow'),
    );
    expect(row).toMatchObject({ mode: 'shadow', decision: 'patch', tenant_id: 'blue' });
    expect(row?.document).toMatchObject({ answer: { commands: [] }, wouldAnswer: answer.body });
  });

  it('has its trace where an equal call was answered before', async () => {
    const keeping = await startTestHook({
      configuration: { recording: RECORDING, cachedFactsMs: 5_000 },
    });
    const call = userCall({ user: USER.eli });
    const rows = await recorded(keeping, [call, call, call]);
    expect(rows.map(({ document }) => document['facts'])).toEqual([
      { origin: 'directory', ageMs: 0 },
      ...[1, 2].map(() => ({ origin: 'cache', ageMs: expect.any(Number) })),
    ]);
    expect(rows[2]?.document['trace']).toEqual(rows[0]?.document['trace']);
  });
});

function dataOf(payload: Readonly<Record<string, unknown>>): object {
  return payload['data'] as object;
}

describe('what is not to be recorded', () => {
  it('leaves nothing: other issuers, unknown ones, bodies that are none', async () => {
    const choosy = await startTestHook({
      configuration: { recording: { ...RECORDING, issuerIds: ['acme-strict'] } },
    });
    await choosy.send(userCall({ user: USER.eli }));
    await choosy.send(userCall({ user: USER.eli, issuer: 'https://unknown.example/oauth2/x' }));
    await choosy.send({ eventType: 'other' });
    const rows = await recorded(choosy, [userCall({ user: USER.eli, issuer: ISSUER.strict })]);
    expect(rows.map((row) => row['issuer_id'])).toEqual(['acme-strict']);
    expect(await metric(choosy, 'mintmark_recorded_calls_total')).toBe(1);
  });

  it('is a part of it that the ratio leaves out, and everything where nothing is configured', async () => {
    const never = await startTestHook({ configuration: { recording: { ...RECORDING, ratio: 0 } } });
    const off = await startTestHook();
    for (const target of [never, off]) {
      await target.send(userCall({ user: USER.eli }));
      await target.service.close();
      expect(await recordedRows(target)).toEqual([]);
    }
  });
});

const CALLS = [
  userCall({ user: USER.eli }),
  userCall({ user: USER.fay, issuer: ISSUER.strict }),
  machineCall({ client: CLIENT.batch }),
  examplePayload('request_01_authorization_code_user'),
];

/** Bodies of answers, each of which has to come soon. */
async function answersOf(target: TestHook, payloads: readonly unknown[]): Promise<readonly unknown[]> {
  const bodies = [];
  for (const payload of payloads) {
    const start = performance.now();
    const { status, body } = await target.send(payload);
    expect(status).toBe(200);
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    bodies.push(body);
  }
  return bodies;
}

const plain = await startTestHook();
const EXPECTED = await answersOf(plain, CALLS);

describe('answers stay as they are, and on time', () => {
  it('while the writer is slow, and recordings are stored when it is not any more', async () => {
    const target = await startTestHook({ configuration: { recording: RECORDING } });
    await whileChanged(target.databaseUrl, 'LOCK TABLE invocations', async () => {
      for (let round = 0; round < 5; round += 1) expect(await answersOf(target, CALLS)).toEqual(EXPECTED);
      expect(await metric(target, 'mintmark_recordings_waiting')).toBeGreaterThan(0);
    });
    await eventually(async () => (await recordedRows(target)).length === 20);
    expect(await metric(target, 'mintmark_recordings_waiting')).toBe(0);
  });

  it('while there is no room, and what is dropped is counted', async () => {
    const target = await startTestHook({
      configuration: { recording: { ...RECORDING, bufferBytes: 12_000 } },
    });
    const dropped = 'mintmark_recordings_dropped_total{reason="no_room"}';
    await whileChanged(target.databaseUrl, 'LOCK TABLE invocations', async () => {
      for (let round = 0; round < 5; round += 1) expect(await answersOf(target, CALLS)).toEqual(EXPECTED);
      expect(await metric(target, dropped)).toBeGreaterThan(5);
      expect(await metric(target, 'mintmark_recordings_waiting_bytes')).toBeLessThanOrEqual(12_000);
    });
    const count = (await metric(target, dropped)) ?? 0;
    await eventually(async () => (await recordedRows(target)).length === 20 - count);
  });

  it('while the writer fails, which is logged once, and stored again afterwards', async () => {
    const target = await startTestHook({ configuration: { recording: RECORDING } });
    const rename = (from: string, to: string): Promise<unknown> =>
      target.database.withScripts((run) => run(`ALTER TABLE ${from} RENAME TO ${to}`));
    const said = (text: string): number =>
      target.logs().filter(({ msg }) => typeof msg === 'string' && msg.startsWith(text)).length;
    await rename('invocations', 'gone');
    expect(await answersOf(target, CALLS)).toEqual(EXPECTED);
    await eventually(() => Promise.resolve(said('recordings cannot be stored') === 1));
    expect(await answersOf(target, CALLS)).toEqual(EXPECTED);
    await rename('gone', 'invocations');
    await eventually(async () => (await recordedRows(target)).length === 8);
    expect([said('recordings cannot be stored'), said('recordings are stored again')]).toEqual([1, 1]);
  });

  it('for many calls at once', async () => {
    const target = await startTestHook({ configuration: { recording: RECORDING } });
    const bodies = await Promise.all(
      Array.from({ length: 100 }, async () => (await target.send(CALLS[0])).body),
    );
    expect(bodies).toEqual(bodies.map(() => EXPECTED[0]));
    const sum = async (): Promise<number> =>
      ((await metric(target, 'mintmark_recorded_calls_total')) ?? 0) +
      ((await metric(target, 'mintmark_recordings_dropped_total{reason="no_time"}')) ?? 0);
    await eventually(async () => (await sum()) === 100);
  });
});

describe('the entry of production', () => {
  it('records over a connection of its own: a slow writer keeps none from calls', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mintmark-recording-'));
    onTeardown(() => rm(folder, { recursive: true, force: true }));
    const { caFile, certFile, keyFile } = await ensureCertificates(folder, new Date());
    const made = await createTestDatabase();
    await loadSample(made.database);
    const running = await startHookProcess(
      { certFile, keyFile },
      {
        ...{ DATABASE_URL: made.url, MINTMARK_DATABASE_POOL_SIZE: '1', MINTMARK_CACHED_FACTS_SECONDS: '0' },
        ...{ MINTMARK_RECORD_ISSUERS: 'acme-orders', MINTMARK_RECORD_KEY: RECORDING.key },
      },
    );
    const ca = await readFile(caFile, 'utf8');
    const headers = [[HEADER, SECRETS.all] as const, ['content-type', 'application/json'] as const];
    const body = JSON.stringify(userCall({ user: USER.eli }));
    const call = async (): Promise<void> => {
      const start = performance.now();
      expect((await httpsCall(running.url, { headers, body, ca })).body).toContain('"blue"');
      expect(performance.now() - start).toBeLessThan(SOON_MS);
    };
    await whileChanged(made.url, 'LOCK TABLE invocations', async () => {
      await call();
      // The statement that waits for the table has begun.
      await eventually(async () => (await waitingStatements(made)) > 0);
      for (let more = 0; more < 10; more += 1) await call();
      expect(await waitingStatements(made)).toBeLessThanOrEqual(1);
      expect(await recordingConnections(made)).toBe(1);
    });
    await eventually(async () => (await recordedRows(made)).length === 11);
  });
});

async function waitingStatements({ database }: { readonly database: Database }): Promise<number> {
  const [row] = await database.query(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    [],
  );
  return Number(row?.['waiting']);
}

/** Connections whose last statement was one of recordings. */
async function recordingConnections({ database }: { readonly database: Database }): Promise<number> {
  const [row] = await database.query(
    `SELECT count(*)::int AS recording FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
     AND query ~ 'INSERT INTO invocations|mintmark_forget_invocations'`,
    [],
  );
  return Number(row?.['recording']);
}

describe('the end of the service', () => {
  it('stores what waits', async () => {
    const target = await startTestHook({ configuration: { recording: RECORDING } });
    await answersOf(target, CALLS);
    await target.service.close();
    expect(await recordedRows(target)).toHaveLength(4);
  });
});

interface OldRow {
  readonly at: Date;
  readonly keptUntil: Date;
}

async function insert(database: Database, rows: readonly OldRow[]): Promise<void> {
  await database.prisma.invocation.createMany({
    data: rows.map((row) => ({
      ...{ ...row, issuerId: 'acme-orders', clientId: 'c', outcome: 'stamped', durationUs: 1 },
      document: {},
    })),
  });
}

describe('retention', () => {
  const now = Date.now();
  const ago = (days: number): Date => new Date(now - days * DAY_MS);
  const kept = (at: Date): OldRow => ({ at, keptUntil: new Date(now + DAY_MS) });

  it('removes what is out of date, step by step, whether or not anything is recorded', async () => {
    const { database } = await createTestDatabase();
    const rows = Array.from({ length: 1_500 }, () => ({ at: ago(9), keptUntil: ago(2) }));
    await insert(database, [...rows, kept(ago(3)), kept(ago(1))]);
    const removed = [];
    for (let step = 0; step < 3; step += 1) removed.push(await forgetInvocations(database, null));
    expect(removed).toEqual([1_000, 500, 0]);
    expect(await recordedRows({ database })).toHaveLength(2);
  });

  it('removes what is older than it is kept now, and all but the newest, but nothing of the last hour', async () => {
    const { database } = await createTestDatabase();
    await insert(database, [kept(ago(9)), ...[3, 2, 1].map((days) => kept(ago(days))), kept(new Date(now))]);
    expect(await forgetInvocations(database, { olderThan: ago(7), newest: 1_000 })).toBe(1);
    expect(await forgetInvocations(database, { olderThan: ago(7), newest: 2 })).toBe(2);
    expect(await forgetInvocations(database, { olderThan: new Date(now + DAY_MS), newest: 0 })).toBe(1);
    expect((await recordedRows({ database })).map(({ at }) => at)).toEqual([new Date(now)]);
  });

  it('is enforced by the hook that records', async () => {
    const made = await createTestDatabase();
    await insert(made.database, [kept(ago(9)), kept(ago(2))]);
    await startTestHook({ database: made, configuration: { recording: RECORDING }, now: Date.now });
    await eventually(async () => (await recordedRows(made)).length === 1);
  });
});
