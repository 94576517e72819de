import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { AddressRange } from '../../src/config/trusted-proxies.js';
import { ISSUER, USER, userCall } from '../support/calls.js';
import { HEADER, SECRETS, startTestHook, type TestHook } from '../support/test-hook.js';

const BODY = JSON.stringify(userCall({ user: USER.eli, issuer: ISSUER.orders }));
const LOOPBACK: AddressRange = { family: 'ipv4', address: '127.0.0.0', prefix: 8 };
const ELSEWHERE: AddressRange = { family: 'ipv4', address: '10.1.4.0', prefix: 24 };

const ingress = await startTestHook({
  certificates: null,
  configuration: { trustedProxies: [LOOPBACK] },
});
const closed = await startTestHook({
  certificates: null,
  configuration: { trustedProxies: [ELSEWHERE] },
});
const secure = await startTestHook({ configuration: { trustedProxies: [ELSEWHERE] } });

interface Answer {
  readonly status: number;
  readonly connection: string | undefined;
  readonly body: string;
}

async function call({ service }: TestHook, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const outgoing = request(service.url, {
    method: 'POST',
    agent: false,
    headers: { [HEADER]: SECRETS.all, 'content-type': 'application/json', ...headers },
  });
  outgoing.end(BODY);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = await text(incoming);
  return { status: incoming.statusCode ?? 0, connection: incoming.headers.connection, body };
}

async function refusedPeers({ service }: TestHook): Promise<number> {
  const metrics = await (await fetch(`${service.opsUrl}/metrics`)).text();
  return Number(/^mintmark_untrusted_peers_total (\d+)$/m.exec(metrics)?.[1]);
}

/** Headers by which proxies tell whom they speak for. */
const FORWARDED = {
  'x-forwarded-for': '127.0.0.1, 10.1.4.7',
  forwarded: 'for=10.1.4.7;proto=https',
  'x-real-ip': '10.1.4.7',
  'x-forwarded-proto': 'https',
};

describe('plain HTTP behind a proxy', () => {
  it('stamps calls over connections of a trusted proxy', async () => {
    expect(new URL(ingress.service.url).protocol).toBe('http:');
    const answer = await call(ingress, FORWARDED);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('/claims/mintmark');
    expect(await refusedPeers(ingress)).toBe(0);
  });

  it('does not take a proxy for a caller: the secret is needed as ever', async () => {
    expect((await call(ingress, { [HEADER]: 'wrong', ...FORWARDED })).status).toBe(401);
    expect((await call(ingress, { [HEADER]: '' })).status).toBe(401);
  });

  it('refuses every other connection, whatever its headers say, and counts it', async () => {
    const before = await refusedPeers(closed);
    for (const headers of [{}, FORWARDED, { [HEADER]: 'wrong' }]) {
      const answer = await call(closed, headers);
      expect(answer).toEqual({ status: 403, connection: 'close', body: '{"error":"forbidden"}' });
    }
    expect(await refusedPeers(closed)).toBe(before + 3);
    const lines = closed.logs().filter(({ msg }) => String(msg).includes('no trusted proxy'));
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toMatch(/127\.0\.0\.1|10\.1\.4|secret/);
    expect(closed.logs().filter(({ msg }) => msg === 'hook call')).toEqual([]);
  });

  it('refuses before it has the body', async () => {
    const { hostname, port } = new URL(closed.service.url);
    const socket = connect(Number(port), hostname);
    const head = ['POST /okta/token-hook HTTP/1.1', 'host: localhost', 'content-length: 100000', '', ''];
    socket.write(head.join('\r\n'));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('stops as HTTPS does', async () => {
    const hook = await startTestHook({
      certificates: null,
      configuration: { trustedProxies: [LOOPBACK], drainMs: 500 },
    });
    const stopped = hook.service.close();
    await delay(50);
    expect(await call(hook)).toMatchObject({ status: 200, connection: 'close' });
    await stopped;
    await expect(call(hook)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('has no certificate whose days could be counted', async () => {
    expect(await (await fetch(`${ingress.service.opsUrl}/metrics`)).text()).not.toContain('days_left');
  });
});

describe('HTTPS behind a proxy', () => {
  it('serves everybody: who calls is proved by the secret', async () => {
    const answer = await secure.send(JSON.parse(BODY));
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).toContain('/claims/mintmark');
    expect((await secure.send(JSON.parse(BODY), 'wrong')).status).toBe(401);
  });
});
