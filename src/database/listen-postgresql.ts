import { Socket } from 'node:net';
import pg from 'pg';
import type { Listen } from './listening.js';

/** Listens with a connection of its own. It has to be a direct one: a pooler of transactions forgets who listens. */
export function postgresqlListener(connectionString: string, timeoutMs: number): Listen {
  return async (channels, { onNotice, onEnd }) => {
    const socket = new Socket();
    const client = new pg.Client({
      ...{ connectionString, stream: () => socket, application_name: 'mintmark change feed' },
      ...{ connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs, keepAlive: true },
    });
    let isListening = false;
    const end = (): void => {
      socket.destroy();
      if (isListening) onEnd();
      isListening = false;
    };
    client.on('error', end);
    client.on('end', end);
    client.on('notification', ({ channel, payload = '' }) => {
      onNotice(channel, payload);
    });
    try {
      await client.connect();
      // The feed sends nothing but its heartbeat, which is worth nothing after a crash.
      await client.query('SET synchronous_commit = off');
      for (const channel of channels) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    isListening = true;
    return {
      send: async (channel, payload) => {
        await client.query(`SELECT pg_notify(${pg.escapeLiteral(channel)}, ${pg.escapeLiteral(payload)})`);
      },
      close: () => {
        isListening = false;
        // Saying goodbye would wait for a server that may be silent.
        socket.destroy();
        return Promise.resolve();
      },
    };
  };
}
