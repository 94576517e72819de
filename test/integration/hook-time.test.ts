import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, it } from '@jest/globals';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { examplePayload, withMembers, type Payload } from '../support/payloads.js';
import { createDatabase } from '../support/postgres-server.js';
import { startTcpGate } from '../support/tcp-gate.js';
import { onTeardown } from '../support/teardown.js';
import { postgresUrl, type TestDatabase } from '../support/test-database.js';
import { NOW, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

const DEADLINE_MS = 300;

/** Far more than the deadline and far less than Okta's 3 s: no test depends on how fast the machine is. */
const SOON_MS = 2_000;

const USER_CALL = examplePayload('request_01_authorization_code_user');
const MACHINE_CALL = examplePayload('request_07_client_credentials');
const REFRESH_CALL = examplePayload('request_06_refresh_token');

/** A hinted call whose choice nothing has to remember. */
const ONCE = withMembers(USER_CALL, { 'data.refresh_token': null });

const STRICT = 'https://login.acme.example/oauth2/aus2s4t6StRiCt8Xy1d7';
const SHADOW = 'https://login.acme.example/oauth2/aus3s5h7ShAdOw9Yz1d7';
const OFF = 'https://login.acme.example/oauth2/aus4o6f8OfFoFf1Za1d7';
const FAILS_OPEN = '0oa9c2o4CoNsOj6Kl1d7';
const FAILS_CLOSED = '0oa1d3n5DeNyPk7Lm1d7';
const NIA = '00u1n3a5NaKlMo7Pq1d7';

const OMITTED = { commands: [] };
const DENIED = { error: { errorSummary: expect.stringMatching(/^[\w .]+$/) as unknown } };
const STAMPED = { commands: expect.arrayContaining([expect.anything()]) as unknown };

const configuration = { factsDeadlineMs: DEADLINE_MS, staleFactsMs: 0 };

/** Keeps no facts of a moment ago: every call needs the directory. */
const hook = await startTestHook({ configuration });

const STALE_MS = 15 * 60_000;
const lenient = await startTestHook({ configuration: { ...configuration, staleFactsMs: STALE_MS } });

/** A database whose limits are not far from the deadline, as in production, with a small pool. */
async function openStrictDatabase(through?: string): Promise<TestDatabase> {
  const created = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
  const url =
    through === undefined ? created.url : Object.assign(new URL(created.url), { host: through }).href;
  const database = await openPostgresql(url, { poolSize: 3, timeoutMs: 2 * DEADLINE_MS });
  onTeardown(async () => {
    await database.close();
    await created.drop();
  });
  return { url: created.url, database };
}

/** Does something while a table is locked by somebody else, so that statements on it hang. */
async function whileLocked<T>({ databaseUrl }: TestHook, lock: string, work: () => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${lock} MODE`);
    return await work();
  } finally {
    await client.end();
  }
}

const FACTS = 'users IN ACCESS EXCLUSIVE';
/** Reading goes on, writing hangs. */
const CHOICES = 'remembered_choices IN SHARE';

interface Timed {
  readonly body: unknown;
  readonly line: Readonly<Record<string, unknown>>;
}

/** The answer, which has to be a 200 and to come soon, and the line that was logged for it. */
async function answerTo(target: TestHook, payload: Payload, secret: string = SECRETS.all): Promise<Timed> {
  const body = await bodyOf(target, payload, secret);
  return { body, line: callLines(target).at(-1) ?? {} };
}

async function bodyOf(target: TestHook, payload: Payload, secret: string = SECRETS.all): Promise<unknown> {
  const startedAt = performance.now();
  const { status, body } = await target.send(payload, secret);
  expect(status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  return body;
}

function callLines(target: TestHook): readonly Readonly<Record<string, unknown>>[] {
  return target.logs().filter(({ msg }) => msg === 'hook call');
}

/** The service answers as if nothing had happened, as soon as it can. */
async function expectRecovery(target: TestHook, payload: Payload): Promise<void> {
  const limit = performance.now() + 10_000;
  for (;;) {
    const { line } = await answerTo(target, payload);
    if (line['outcome'] === 'stamped' && line['factsAgeMs'] === 0) return;
    if (performance.now() > limit) throw new Error(`no recovery within 10 s: ${JSON.stringify(line)}`);
    await delay(50);
  }
}

function callOf(
  payload: Payload,
  { issuer, client, user }: { issuer?: string; client?: string; user?: string },
): Payload {
  return withMembers(payload, {
    ...(issuer === undefined ? {} : { 'data.context.protocol.issuer.uri': issuer }),
    ...(client === undefined
      ? {}
      : { 'data.context.protocol.client.id': client, 'data.access.claims.cid': client }),
    ...(user === undefined
      ? {}
      : { 'data.context.user.id': user, 'data.identity.claims.sub': user, 'data.access.claims.uid': user }),
  });
}

type Parts = Parameters<typeof callOf>[1];

describe('while the directory does not answer', () => {
  it('the policy of the issuer answers, or the client’s own, soon after the deadline', async () => {
    const expected: readonly (readonly [Parts, unknown])[] = [
      [{}, OMITTED],
      [{ issuer: STRICT }, DENIED],
      [{ client: FAILS_CLOSED }, DENIED],
      [{ issuer: STRICT, client: FAILS_OPEN }, OMITTED],
      [{ issuer: SHADOW }, OMITTED],
      [{ issuer: SHADOW, client: FAILS_CLOSED }, OMITTED],
    ];
    const before = callLines(hook).length;
    await whileLocked(hook, FACTS, async () => {
      for (const payload of [USER_CALL, MACHINE_CALL]) {
        const calls = [SECRETS.all, SECRETS.deny].map((secret) =>
          Promise.all(expected.map(([parts]) => bodyOf(hook, callOf(payload, parts), secret))),
        );
        for (const bodies of await Promise.all(calls))
          expect(bodies).toEqual(expected.map(([, body]) => body));
      }
    });
    const lines = callLines(hook).slice(before);
    expect(lines).toHaveLength(4 * expected.length);
    for (const line of lines)
      expect(line).toMatchObject({ outcome: 'failed', reason: 'facts_deadline', selection: null });
    await expectRecovery(hook, USER_CALL);
    await expectRecovery(hook, MACHINE_CALL);
  });

  it('a mode that needs no facts answers as ever', async () => {
    await whileLocked(hook, FACTS, async () => {
      const { body, line } = await answerTo(hook, callOf(USER_CALL, { issuer: OFF }));
      expect(body).toEqual(OMITTED);
      expect(line).toMatchObject({ outcome: 'off', reason: null });
    });
  });

  it('payloads that name two users are denied as ever', async () => {
    await whileLocked(hook, FACTS, async () => {
      const { body, line } = await answerTo(hook, withMembers(USER_CALL, { 'data.context.user.id': NIA }));
      expect(body).toEqual(DENIED);
      expect(line).toMatchObject({ outcome: 'denied', reason: 'identity_conflict' });
    });
  });

  it('many callers at once are answered, though the pool is small', async () => {
    const small = await startTestHook({ database: await openStrictDatabase(), configuration });
    const users = Array.from({ length: 40 }, (_, index) => `00uNobody${String(index)}`);
    await whileLocked(small, FACTS, async () => {
      const bodies = await Promise.all(users.map((user) => bodyOf(small, callOf(USER_CALL, { user }))));
      expect(bodies).toEqual(users.map(() => OMITTED));
    });
    await expectRecovery(small, USER_CALL);
  });
});

describe('facts of a moment ago', () => {
  it('stand in for those that do not come, with their age in the log', async () => {
    const fresh = await answerTo(lenient, ONCE);
    expect(fresh.body).toEqual(STAMPED);
    expect(fresh.line).toMatchObject({ outcome: 'stamped', facts: 'directory', factsAgeMs: 0 });
    await whileLocked(lenient, FACTS, async () => {
      const { body, line } = await answerTo(lenient, ONCE);
      expect(body).toEqual(fresh.body);
      expect(line).toMatchObject({
        outcome: 'stamped',
        facts: 'stale',
        tenantId: 'blue',
        selection: 'hinted',
      });
      expect(line['factsAgeMs']).toBeGreaterThan(0);
    });
    await expectRecovery(lenient, ONCE);
  });

  it('leave time to store a choice', async () => {
    expect((await answerTo(lenient, USER_CALL)).body).toEqual(STAMPED);
    // Only reading hangs: what a choice needs is not locked.
    await whileLocked(lenient, 'plans IN ACCESS EXCLUSIVE', async () => {
      const { body, line } = await answerTo(lenient, USER_CALL);
      expect(line).toMatchObject({ outcome: 'stamped', reason: null, tenantId: 'blue' });
      expect(body).toEqual(STAMPED);
    });
  });

  it('are never those of another call', async () => {
    expect((await answerTo(lenient, ONCE)).body).toEqual(STAMPED);
    const others = [
      callOf(ONCE, { user: NIA }),
      callOf(ONCE, { client: FAILS_OPEN }),
      withMembers(ONCE, {
        'data.context.request.url.value': 'https://login.acme.example/v1/authorize?tenant=amber',
      }),
    ];
    await whileLocked(lenient, FACTS, async () => {
      const bodies = await Promise.all(others.map((other) => bodyOf(lenient, other)));
      expect(bodies).toEqual(others.map(() => OMITTED));
    });
  });

  it('are not used when they are too old', async () => {
    const payloads = [ONCE, callOf(ONCE, { issuer: STRICT })];
    for (const payload of payloads) expect((await answerTo(hook, payload)).body).toEqual(STAMPED);
    await whileLocked(hook, FACTS, async () => {
      expect(await Promise.all(payloads.map((payload) => bodyOf(hook, payload)))).toEqual([OMITTED, DENIED]);
    });
    await expectRecovery(hook, USER_CALL);
  });

  it('are judged at the instant of the decision, not at that of the lookup', async () => {
    const clock = { now: NOW };
    const ageing = await startTestHook({
      configuration: { ...configuration, staleFactsMs: STALE_MS },
      now: () => clock.now,
    });
    const until = new Date(NOW + 3_600_000);
    await ageing.database.prisma.membership.updateMany({
      where: { userId: '00u4t9y2JkLmWq7Rz1d7', tenantId: 'blue' },
      data: { validUntil: until },
    });
    expect((await answerTo(ageing, ONCE)).line).toMatchObject({ selection: 'hinted', tenantId: 'blue' });
    await whileLocked(ageing, FACTS, async () => {
      clock.now = until.getTime();
      const { line } = await answerTo(ageing, ONCE);
      expect(line).toMatchObject({ outcome: 'stamped', selection: 'refused', tenantId: null });
    });
  });
});

describe('a choice that cannot be stored in time', () => {
  it('is answered by the policy of the issuer, or the client’s own', async () => {
    const expected: readonly (readonly [Parts, unknown])[] = [
      [{}, OMITTED],
      [{ issuer: STRICT }, DENIED],
      [{ client: FAILS_CLOSED }, DENIED],
      [{ issuer: STRICT, client: FAILS_OPEN }, OMITTED],
    ];
    const before = callLines(hook).length;
    await whileLocked(hook, CHOICES, async () => {
      const bodies = await Promise.all(expected.map(([parts]) => bodyOf(hook, callOf(USER_CALL, parts))));
      expect(bodies).toEqual(expected.map(([, body]) => body));
    });
    const lines = callLines(hook).slice(before);
    expect(lines).toHaveLength(expected.length);
    const failed = { outcome: 'failed', reason: 'choice_not_remembered', tenantId: 'blue' };
    for (const line of lines) expect(line).toMatchObject(failed);
    await expectRecovery(hook, USER_CALL);
  });

  it('changes nothing in shadow', async () => {
    await whileLocked(hook, CHOICES, async () => {
      const { body, line } = await answerTo(
        hook,
        callOf(USER_CALL, { issuer: SHADOW, client: FAILS_CLOSED }),
      );
      expect(body).toEqual(OMITTED);
      expect(line).toMatchObject({ outcome: 'shadow', selection: 'hinted' });
    });
  });

  it('does not matter to calls that make none', async () => {
    await whileLocked(hook, CHOICES, async () => {
      expect((await answerTo(hook, MACHINE_CALL)).body).toEqual(STAMPED);
      expect((await answerTo(hook, ONCE)).body).toEqual(STAMPED);
    });
  });

  it('is stored by the next call, and found by the refresh', async () => {
    const jti = 'oarOfAnotherChain';
    const first = withMembers(USER_CALL, { 'data.refresh_token.jti': jti });
    const refresh = withMembers(REFRESH_CALL, {
      'data.refresh_token.jti': jti,
      'data.context.protocol.originalGrant.refresh_token.jti': jti,
    });
    await whileLocked(hook, CHOICES, () => answerTo(hook, first));
    await expectRecovery(hook, first);
    expect((await answerTo(hook, refresh)).line).toMatchObject({ selection: 'remembered', tenantId: 'blue' });
  });
});

describe('while nothing comes through to the database', () => {
  it('every call is answered by policy, and stamped again afterwards', async () => {
    const way = await startTcpGate(postgresUrl());
    const cut = await startTestHook({
      database: await openStrictDatabase(way.host),
      configuration: { ...configuration, staleFactsMs: STALE_MS, controlRefreshMs: 100 },
    });
    const other = callOf(USER_CALL, { user: NIA });
    expect((await answerTo(cut, ONCE)).body).toEqual(STAMPED);
    way.block();
    for (let round = 0; round < 3; round += 1) {
      const calls = [other, callOf(other, { issuer: STRICT }), callOf(MACHINE_CALL, { client: FAILS_OPEN })];
      const bodies = await Promise.all(calls.map((payload) => bodyOf(cut, payload)));
      expect(bodies).toEqual([OMITTED, DENIED, OMITTED]);
    }
    expect((await answerTo(cut, ONCE)).line).toMatchObject({ outcome: 'stamped', tenantId: 'blue' });
    way.unblock();
    await expectRecovery(cut, other);
  });
});
