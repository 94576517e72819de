import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ChangeFeed, type FeedTiming } from './change-feed.js';
import type { Listen, ListeningHandlers } from './listening.js';

const TIMING: FeedTiming = {
  intervalMs: 200,
  lateMs: 500,
  patienceMs: 1_500,
  firstRetryMs: 100,
  lastRetryMs: 400,
};

/** One connection that was opened, as the other side sees it. */
interface Connection extends ListeningHandlers {
  readonly channels: readonly string[];
  readonly sent: { readonly channel: string; readonly payload: string }[];
  isClosed: boolean;
}

/** A database that carries heartbeats while `isCarrying`, and lets nobody connect while it is not `isUp`. */
function startFeed({ isInProcess = false, isUp = true, random = 0.999 } = {}) {
  const world = { isCarrying: true, isUp };
  const connections: Connection[] = [];
  const attempts: number[] = [];
  const told: string[] = [];
  const listen: Listen = (channels, handlers) => {
    attempts.push(performance.now());
    if (!world.isUp) return Promise.reject(new Error('refused'));
    const connection: Connection = { ...handlers, channels, sent: [], isClosed: false };
    connections.push(connection);
    const send = (channel: string, payload: string): Promise<void> => {
      connection.sent.push({ channel, payload });
      if (world.isCarrying) setTimeout(() => connection.onNotice(channel, payload), 1);
      return Promise.resolve();
    };
    const close = (): Promise<void> => {
      connection.isClosed = true;
      return Promise.resolve();
    };
    return Promise.resolve({ send: isInProcess ? null : send, close });
  };
  const feed = ChangeFeed.start({
    ...{ listen, timing: TIMING, random: () => random },
    onNotice: (payload) => told.push(payload),
    onAlive: (hasMissed) => told.push(hasMissed ? 'alive anew' : 'alive'),
    onLost: (error) => told.push(`lost: ${error instanceof Error ? error.message : ''}`),
  });
  return { feed, world, connections, attempts, told };
}

const SILENT = 'lost: the connection does not carry its own heartbeat';

async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

function waitsOf(attempts: readonly number[]): readonly number[] {
  return attempts.slice(1).map((at, index) => Math.round(at - (attempts[index] ?? 0)));
}

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('the change feed', () => {
  it('is alive when it has heard its own heartbeat, and not before', async () => {
    const { feed, connections, told } = startFeed();
    await pass(0);
    expect([feed.isAlive, connections.length, told]).toEqual([false, 1, []]);
    await pass(1);
    expect([feed.isAlive, told]).toEqual([true, ['alive anew']]);
    await feed.stop();
  });

  it('hands on what it hears, and keeps its heartbeats to itself', async () => {
    const { feed, connections, told } = startFeed();
    await pass(2_000);
    connections[0]?.onNotice('mintmark_changes', '[["control"]]');
    expect(told).toEqual(['alive anew', '[["control"]]']);
    expect(connections[0]?.sent.length).toBeGreaterThan(8);
    await feed.stop();
  });

  it('has a channel of its own for them', async () => {
    const feeds = [startFeed(), startFeed()];
    await pass(1);
    const channels = feeds.map(({ connections }) => connections[0]?.channels[1]);
    expect(new Set(channels).size).toBe(2);
    for (const { feed } of feeds) await feed.stop();
  });

  it('is lost soon after a connection has fallen silent, and says so once', async () => {
    const { feed, world, told } = startFeed();
    await pass(1_000);
    world.isCarrying = false;
    await pass(TIMING.intervalMs + TIMING.lateMs);
    expect([feed.isAlive, told]).toEqual([false, ['alive anew', SILENT]]);
    await pass(20_000);
    expect(told).toEqual(['alive anew', SILENT]);
    await feed.stop();
  });

  it('has missed nothing where a heartbeat came late', async () => {
    const { feed, world, connections, told } = startFeed();
    await pass(1_000);
    world.isCarrying = false;
    await pass(1_000);
    const [connection] = connections;
    const late = connection?.sent.at(-1);
    connection?.onNotice(late?.channel ?? '', late?.payload ?? '');
    expect([feed.isAlive, told]).toEqual([true, ['alive anew', SILENT, 'alive']]);
    world.isCarrying = true;
    await pass(5_000);
    expect([feed.isAlive, connections.length]).toEqual([true, 1]);
    await feed.stop();
  });

  it('is not fooled by an old heartbeat', async () => {
    const { feed, world, connections } = startFeed();
    await pass(1_000);
    world.isCarrying = false;
    await pass(1_000);
    const old = connections[0]?.sent.at(-2);
    connections[0]?.onNotice(old?.channel ?? '', old?.payload ?? '');
    expect(feed.isAlive).toBe(false);
    await feed.stop();
  });

  it('connects anew after a while of silence, and may have missed something', async () => {
    const { feed, world, connections, told } = startFeed();
    await pass(1_000);
    world.isCarrying = false;
    await pass(TIMING.intervalMs + TIMING.lateMs + TIMING.patienceMs + TIMING.firstRetryMs);
    expect(connections.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    world.isCarrying = true;
    await pass(5_000);
    expect([feed.isAlive, told]).toEqual([true, ['alive anew', SILENT, 'alive anew']]);
    await feed.stop();
  });

  it('connects anew where a connection ends', async () => {
    const { feed, connections, told } = startFeed();
    await pass(1_000);
    connections[0]?.onEnd();
    expect(feed.isAlive).toBe(false);
    await pass(TIMING.firstRetryMs + 1);
    expect(told).toEqual(['alive anew', 'lost: the connection of the change feed has ended', 'alive anew']);
    await feed.stop();
  });

  it('tries again and again, less and less often', async () => {
    const { feed, world, attempts, told } = startFeed({ isUp: false, random: 0 });
    await pass(2_000);
    expect(waitsOf(attempts).slice(0, 5)).toEqual([50, 100, 200, 200, 200]);
    expect(told).toEqual(['lost: refused']);
    world.isUp = true;
    await pass(TIMING.lastRetryMs + 1);
    expect(told).toEqual(['lost: refused', 'alive anew']);
    await feed.stop();
  });

  it('does not come back at the same moment as the others that lost the same server', async () => {
    const feeds = [0, 0.5].map((random) => startFeed({ isUp: false, random }));
    await pass(2_000);
    expect(feeds.map(({ attempts }) => waitsOf(attempts).slice(0, 4))).toEqual([
      [50, 100, 200, 200],
      [75, 150, 300, 300],
    ]);
    for (const { feed } of feeds) await feed.stop();
  });

  it('of a database in the same process is alive at once, and has no heartbeat', async () => {
    const { feed, connections, told } = startFeed({ isInProcess: true });
    await pass(10_000);
    expect([feed.isAlive, connections[0]?.sent, told]).toEqual([true, [], ['alive anew']]);
    await feed.stop();
  });

  it('is over when it is stopped, whatever comes', async () => {
    const { feed, connections, told } = startFeed();
    await pass(1_000);
    await feed.stop();
    connections[0]?.onNotice('mintmark_changes', 'x');
    connections[0]?.onEnd();
    await pass(10_000);
    expect([feed.isAlive, told, connections.map(({ isClosed }) => isClosed)]).toEqual([
      ...[false, ['alive anew'], [true]],
    ]);
  });

  it('that is stopped while it connects lets go of the connection', async () => {
    const { feed, connections, told } = startFeed();
    await feed.stop();
    await pass(10_000);
    expect([told, connections.map(({ isClosed }) => isClosed)]).toEqual([[], [true]]);
  });
});
