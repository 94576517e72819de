import type { FastifyInstance } from 'fastify';
import type { RunningOrg } from './running-org.js';

/** Names of this machine, which no page of another site can make a browser send (DNS rebinding). */
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Answers only whoever asks for this machine by one of its own names, or for the org's own URL. */
export function requireOwnHost(server: FastifyInstance, running: RunningOrg): void {
  server.addHook('onRequest', (request, reply, done) => {
    const host = (request.headers.host ?? '').toLowerCase();
    if (LOOPBACK_NAMES.has(host.replace(/:\d{1,5}$/, '')) || running.isServedAs(host)) done();
    else void reply.code(421).send({ error: 'the Host header names another host' });
  });
}
