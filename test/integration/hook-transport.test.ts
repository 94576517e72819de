import { once } from 'node:events';
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { connect as connectPlainly, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type ConnectionOptions, type SecureVersion } from 'node:tls';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { ListenError } from '../../src/operations/listen.js';
import { httpsCall } from '../support/https-client.js';
import { examplePayload } from '../support/payloads.js';
import { onTeardown } from '../support/teardown.js';
import { HEADER, SECRETS, startTestHook, testConfiguration, type TestHook } from '../support/test-hook.js';

const BODY = JSON.stringify(examplePayload('request_01_authorization_code_user'));
const HEADERS = [[HEADER, SECRETS.all] as const, ['content-type', 'application/json'] as const];
const hook = await startTestHook();

/** OpenSSL 3 speaks TLS 1.0 and 1.1 only at this level: a refusal is then the server’s. */
const OLD_CIPHERS = 'DEFAULT@SECLEVEL=0';

/** What the server agreed to. */
async function handshake(
  options: ConnectionOptions,
): Promise<{ protocol: string | null; alpn: string | false | null }> {
  const port = Number(new URL(hook.service.url).port);
  const socket = connect({ host: 'localhost', port, ca: hook.ca, ciphers: OLD_CIPHERS, ...options });
  try {
    await once(socket, 'secureConnect');
    return { protocol: socket.getProtocol(), alpn: socket.alpnProtocol };
  } finally {
    socket.destroy();
  }
}

function version(only: SecureVersion): ConnectionOptions {
  return { minVersion: only, maxVersion: only };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly connection: string | undefined;
  /** Whether the request went over a connection that an earlier one had opened. */
  readonly reused: boolean;
}

/** A call over the connections of an agent, as a caller makes it that keeps them. */
async function callOver(agent: Agent, target: TestHook = hook, body: string = BODY): Promise<Answer> {
  const outgoing = request(target.service.url, { ...POST, agent, ca: target.ca });
  outgoing.end(body);
  return answerOf(outgoing);
}

const POST: RequestOptions = { method: 'POST', headers: Object.fromEntries(HEADERS) };

async function answerOf(outgoing: ClientRequest): Promise<Answer> {
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = await text(incoming);
  const { statusCode: status = 0, headers } = incoming;
  return { status, body, connection: headers.connection, reused: outgoing.reusedSocket };
}

/** An agent that keeps its connection: it stays open until the server, or the end of the tests, closes it. */
function keepingAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTeardown(() => Promise.resolve(agent.destroy()));
  return agent;
}

async function opsAnswer(target: TestHook, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await answerOf(
    plainRequest(`${target.service.opsUrl}${path}`, { agent: new PlainAgent() }).end(),
  );
  return { status: answer.status, body: JSON.parse(answer.body) as unknown };
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('it did not come to hold within 10 s');
    await delay(20);
  }
}

/** Whether something ends within 5 s. */
function endsSoon(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), delay(5_000, false, { ref: false })]);
}

/** Holds the directory, so that calls stay in flight until it is let go. */
async function holdDirectory({
  databaseUrl,
}: TestHook): Promise<{ waiting: () => Promise<number>; release: () => Promise<void> }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE users');
  const count =
    'SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted AND database = ' +
    '(SELECT oid FROM pg_database WHERE datname = current_database())';
  return {
    waiting: async () => (await client.query<{ waiting: number }>(count)).rows[0]?.waiting ?? 0,
    release: () => client.end(),
  };
}

/** A service of its own with a call in flight, over a connection that the caller keeps. */
async function callInFlight(): Promise<{
  busy: TestHook;
  answer: Promise<Answer>;
  release: () => Promise<void>;
  agent: Agent;
}> {
  const busy = await startTestHook({ configuration: { factsDeadlineMs: 20_000 } });
  const agent = keepingAgent();
  await callOver(agent, busy);
  const { waiting, release } = await holdDirectory(busy);
  const answer = callOver(agent, busy);
  await eventually(async () => (await waiting()) > 0);
  return { busy, answer, release, agent };
}

describe('the hook’s port', () => {
  it.each<SecureVersion>(['TLSv1', 'TLSv1.1'])('refuses %s', async (old) => {
    await expect(handshake(version(old))).rejects.toThrow(/alert protocol version|unsupported protocol/);
  });

  it.each<SecureVersion>(['TLSv1.2', 'TLSv1.3'])('speaks %s', async (current) => {
    expect(await handshake(version(current))).toMatchObject({ protocol: current });
    const answer = await httpsCall(hook.service.url, {
      ca: hook.ca,
      headers: HEADERS,
      body: BODY,
      tls: version(current),
    });
    expect(answer.status).toBe(200);
  });

  it('is trusted through its certificate alone', async () => {
    await expect(handshake({ ca: [] })).rejects.toThrow(/certificate/);
    await expect(handshake({ servername: 'elsewhere.example' })).rejects.toThrow(/altnames|match/i);
  });

  it('agrees on HTTP/1.1', async () => {
    expect(await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).toMatchObject({ alpn: 'http/1.1' });
  });

  it('does not speak plain HTTP', async () => {
    const plain = hook.service.url.replace('https:', 'http:');
    const outgoing = plainRequest(plain, { ...POST, agent: new PlainAgent() });
    outgoing.end(BODY);
    await expect(answerOf(outgoing)).rejects.toThrow(/hang up|ECONNRESET|Parse Error|EPIPE/);
  });

  it('goes on after connections that break off', async () => {
    for (const garbage of ['\u0016\u0003\u0001', 'GET / HTTP/1.1\r\n\r\n', '']) {
      const { hostname, port } = new URL(hook.service.url);
      const socket = connectPlainly(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.end(garbage);
      await once(socket, 'close');
    }
    expect((await callOver(keepingAgent())).status).toBe(200);
  });
});

describe('a connection that is kept', () => {
  it('serves one call after the other', async () => {
    const agent = keepingAgent();
    const answers = [await callOver(agent), await callOver(agent), await callOver(agent)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ reused }) => reused)).toEqual([false, true, true]);
  });

  it('outlives a call that is answered by policy', async () => {
    const agent = keepingAgent();
    await callOver(agent, hook, '[]');
    const next = await callOver(agent);
    expect([next.status, next.reused]).toEqual([200, true]);
  });

  it('is not needed: a call after one that broke it off is served', async () => {
    const agent = keepingAgent();
    expect((await callOver(agent, hook, 'x'.repeat(200_000))).status).toBe(200);
    expect((await callOver(agent)).status).toBe(200);
  });
});

describe('a service that is closed', () => {
  it('lets a call in flight finish, stamped', async () => {
    const { busy, answer, release, agent } = await callInFlight();
    const closed = busy.service.close();
    await delay(100);
    await release();
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(JSON.parse(body)).toHaveProperty('commands.0.type', 'com.okta.identity.patch');
    agent.destroy();
    await closed;
  });

  it('ends soon after its last answer, though callers keep their connections', async () => {
    const { busy, answer, release } = await callInFlight();
    const idle = keepingAgent();
    const closed = busy.service.close();
    await release();
    await answer;
    expect(await endsSoon(closed)).toBe(true);
    await expect(callOver(idle, busy)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
  });

  it('ends soon though callers keep idle connections', async () => {
    const idle = await startTestHook();
    expect((await callOver(keepingAgent(), idle)).status).toBe(200);
    expect(await endsSoon(idle.service.close())).toBe(true);
  });

  it('answers calls that come in meanwhile on a kept connection with 200, or not at all', async () => {
    const { busy, answer, release, agent } = await callInFlight();
    const closed = busy.service.close();
    // Waits for the agent's one connection, on which the first call is in flight.
    const next = callOver(agent, busy).then(
      ({ status }) => status,
      () => 'refused',
    );
    await delay(100);
    await release();
    expect((await answer).status).toBe(200);
    expect(['refused', 200]).toContain(await next);
    expect(await endsSoon(closed)).toBe(true);
  });

  it('is not ready while it stops', async () => {
    const { busy, answer, release, agent } = await callInFlight();
    expect((await opsAnswer(busy, '/readyz')).status).toBe(200);
    const closed = busy.service.close();
    await delay(50);
    const readiness = await opsAnswer(busy, '/readyz').then(
      ({ status }) => status,
      () => 'refused',
    );
    expect(['refused', 503]).toContain(readiness);
    await release();
    await answer;
    agent.destroy();
    await closed;
  });

  it('may be closed twice', async () => {
    const twice = await startTestHook();
    await Promise.all([twice.service.close(), twice.service.close()]);
    await twice.service.close();
  });

  it('frees its ports', async () => {
    const first = await startTestHook();
    await first.service.close();
    const [hookPort, opsPort] = [first.service.url, first.service.opsUrl].map((url) =>
      Number(new URL(url).port),
    );
    const host = '127.0.0.1';
    const configuration = { hook: { host, port: hookPort ?? 0 }, ops: { host, port: opsPort ?? 0 } };
    const second = await startTestHook({ configuration });
    expect([second.service.url, second.service.opsUrl]).toEqual([first.service.url, first.service.opsUrl]);
  });
});

describe('the ops port', () => {
  it('says over plain HTTP that the service lives and is ready', async () => {
    expect(await opsAnswer(hook, '/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await opsAnswer(hook, '/readyz')).toEqual({ status: 200, body: { status: 'ready' } });
  });

  it.each(['/', '/metricz', '/okta/token-hook', '/healthz/x'])('knows nothing at %s', async (path) => {
    expect((await opsAnswer(hook, path)).status).toBe(404);
  });

  it('is ready with the directory out of reach: calls are answered by policy', async () => {
    const { release } = await holdDirectory(hook);
    try {
      expect((await opsAnswer(hook, '/readyz')).status).toBe(200);
    } finally {
      await release();
    }
  });
});

describe('a port that is taken', () => {
  async function takenPort(): Promise<number> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTeardown(async () => {
      server.close();
      await once(server, 'close');
    });
    return (server.address() as AddressInfo).port;
  }

  it.each([
    ['hook', 'MINTMARK_HOOK_PORT'],
    ['ops', 'MINTMARK_OPS_PORT'],
  ] as const)(
    'of the %s prevents the start, and the error says which variable to set',
    async (which, variable) => {
      const port = await takenPort();
      const address = { ...testConfiguration()[which], port };
      const starting = startTestHook({ configuration: { [which]: address } });
      const advice = `stop what listens there, or set ${variable} to another port`;
      await expect(starting).rejects.toEqual(
        new ListenError(`port ${String(port)} on 127.0.0.1 is taken: ${advice}`),
      );
      await expect(starting).rejects.toHaveProperty('code', 'LISTEN');
    },
  );
});
