import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** Okta gives up after that. */
const PATIENCE_MS = 3_000;

const MARKER = '/claims/mintmark';

export interface CallersOptions {
  readonly url: string;
  readonly ca: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent in turn. */
  readonly bodies: readonly string[];
  readonly callers: number;
  readonly callsPerSecond: number;
}

export interface CallsTaken {
  /** How long each answered call took, in milliseconds. */
  readonly durations: readonly number[];
  /** What became of each call that was lost. */
  readonly lost: readonly string[];
  /** Connections that could not be had: nothing was sent over them, and the caller tried again. */
  readonly unconnected: number;
}

/** Callers with a kept connection each, which send one call after the other until they are stopped. */
export class Callers {
  readonly #options: CallersOptions;
  readonly #durations: number[] = [];
  readonly #lost: string[] = [];
  readonly #running: readonly Promise<void>[];
  #unconnected = 0;
  #stopped = false;

  constructor(options: CallersOptions) {
    this.#options = options;
    this.#running = Array.from({ length: options.callers }, (_, index) => this.#run(index));
  }

  get lost(): number {
    return this.#lost.length;
  }

  /** Lets calls in flight finish. */
  async stop(): Promise<CallsTaken> {
    this.#stopped = true;
    await Promise.all(this.#running);
    return { durations: this.#durations, lost: this.#lost, unconnected: this.#unconnected };
  }

  async #run(index: number): Promise<void> {
    const { callers, callsPerSecond, bodies } = this.#options;
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: this.#options.ca });
    const pauseMs = (1000 * callers) / callsPerSecond;
    let dueAt = performance.now() + (pauseMs * index) / callers;
    for (let turn = index; !this.#stopped; turn += 1) {
      await delay(Math.max(0, dueAt - performance.now()));
      await this.#call(agent, bodies[turn % bodies.length] ?? '');
      // A caller that was held up does not make up for it: that would be another load than the one meant.
      dueAt = Math.max(dueAt + pauseMs, performance.now());
    }
    agent.destroy();
  }

  async #call(agent: Agent, body: string): Promise<void> {
    const { url, headers } = this.#options;
    const startedAt = performance.now();
    const outgoing = request(url, { method: 'POST', headers, agent, timeout: PATIENCE_MS });
    let wasSent = false;
    outgoing.on('socket', (socket) => {
      wasSent = outgoing.reusedSocket;
      if (!wasSent) socket.once('secureConnect', () => (wasSent = true));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${String(PATIENCE_MS)} ms`)));
    outgoing.end(body);
    try {
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
      const answer = await text(incoming);
      if (incoming.statusCode !== 200) this.#lost.push(`status ${String(incoming.statusCode)}`);
      else if (!answer.includes(MARKER)) this.#lost.push(`not stamped: ${answer.slice(0, 100)}`);
      else this.#durations.push(performance.now() - startedAt);
    } catch (error) {
      if (wasSent) this.#lost.push(String(error));
      else this.#unconnected += 1;
    }
  }
}
