import { once } from 'node:events';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { ISSUER, USER, userCall } from '../support/calls.js';
import { onTeardown } from '../support/teardown.js';
import { HEADER, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

/** Long enough to look at what happens meanwhile, on a busy machine too. */
const DRAIN_MS = 1_500;

const BODY = JSON.stringify(userCall({ user: USER.eli, issuer: ISSUER.orders }));
const STAMPED = expect.stringContaining('/claims/mintmark') as unknown;

interface Answer {
  readonly status: number;
  readonly connection: string | undefined;
  readonly body: string;
  readonly reused: boolean;
}

async function callOver(agent: Agent, { service, ca }: TestHook): Promise<Answer> {
  const headers = { [HEADER]: SECRETS.all, 'content-type': 'application/json' };
  const outgoing = request(service.url, { method: 'POST', headers, agent, ca });
  outgoing.end(BODY);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = await text(incoming);
  const { statusCode: status = 0, headers: answered } = incoming;
  return { status, body, connection: answered.connection, reused: outgoing.reusedSocket };
}

function keepingAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTeardown(() => Promise.resolve(agent.destroy()));
  return agent;
}

async function readiness({ service }: TestHook): Promise<number> {
  const outgoing = plainRequest(`${service.opsUrl}/readyz`, { agent: false });
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  return incoming.statusCode ?? 0;
}

function startDraining(drainMs: number = DRAIN_MS): Promise<TestHook> {
  return startTestHook({ configuration: { drainMs } });
}

function portOf({ service }: TestHook): number {
  return Number(new URL(service.url).port);
}

/** A connection that says nothing: a balancer opens some before it needs them. */
async function silentConnection(hook: TestHook): Promise<Socket> {
  const socket = connect(portOf(hook), '127.0.0.1');
  socket.on('error', () => undefined);
  onTeardown(() => Promise.resolve(socket.destroy()));
  await once(socket, 'connect');
  return socket;
}

async function millisecondsOf(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

describe('a service that was told to stop', () => {
  it('is not ready, and serves on, over kept and new connections, each for one call', async () => {
    const hook = await startDraining();
    const kept = keepingAgent();
    expect(await callOver(kept, hook)).toMatchObject({ status: 200, connection: 'keep-alive' });
    expect(await readiness(hook)).toBe(200);
    const closed = hook.service.close();
    expect(await readiness(hook)).toBe(503);
    expect(await callOver(kept, hook)).toEqual({
      ...{ status: 200, body: STAMPED, connection: 'close', reused: true },
    });
    for (const agent of [kept, keepingAgent()]) {
      expect(await callOver(agent, hook)).toEqual({
        ...{ status: 200, body: STAMPED, connection: 'close', reused: false },
      });
    }
    expect(await readiness(hook)).toBe(503);
    await closed;
    await expect(callOver(keepingAgent(), hook)).rejects.toThrow(/ECONNREFUSED/);
    await expect(readiness(hook)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('serves for as long as it is configured, and not much longer', async () => {
    const hook = await startDraining();
    const took = await millisecondsOf(hook.service.close());
    expect(took).toBeGreaterThanOrEqual(DRAIN_MS - 20);
    expect(took).toBeLessThan(DRAIN_MS + 2_000);
  });

  it('lets a call that comes late finish, stamped', async () => {
    const hook = await startTestHook({ configuration: { drainMs: 200, factsDeadlineMs: 2_500 } });
    const client = new Client({ connectionString: hook.databaseUrl });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE users');
    const closed = hook.service.close();
    const answer = callOver(keepingAgent(), hook);
    await delay(800);
    await expect(callOver(keepingAgent(), hook)).rejects.toThrow(/ECONNREFUSED/);
    await client.end();
    expect(await answer).toMatchObject({ status: 200, body: STAMPED, connection: 'close' });
    await closed;
  });

  it('does not wait for connections that never sent a call', async () => {
    const hook = await startDraining(0);
    await silentConnection(hook);
    const secured = connectSecurely({ host: 'localhost', port: portOf(hook), ca: hook.ca });
    secured.on('error', () => undefined);
    await once(secured, 'secureConnect');
    const probe = connect(Number(new URL(hook.service.opsUrl).port), '127.0.0.1');
    probe.on('error', () => undefined);
    await once(probe, 'connect');
    expect(await millisecondsOf(hook.service.close())).toBeLessThan(6_000);
  });

  it('stops once, however often it is told', async () => {
    const hook = await startDraining(300);
    const all = [hook.service.close(), hook.service.close()];
    expect(await millisecondsOf(Promise.all(all))).toBeGreaterThanOrEqual(280);
    await hook.service.close();
  });

  it('has written all that it logged', async () => {
    const hook = await startDraining(0);
    await callOver(keepingAgent(), hook);
    await hook.service.close();
    expect(hook.logs().filter(({ msg }) => msg === 'hook call')).toHaveLength(1);
  });
});
