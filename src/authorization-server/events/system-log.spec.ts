import { describe, expect, it } from '@jest/globals';
import { SystemLog, type NewEvent } from './system-log.js';

const NOW = Date.parse('2026-03-11T09:41:07.123Z');

function startLog(limit?: number): SystemLog {
  let ids = 0;
  return new SystemLog({
    now: () => NOW,
    newId: () => `id-${String((ids += 1))}`,
    ...(limit === undefined ? {} : { limit }),
  });
}

const skipped: NewEvent = {
  eventType: 'inline_hook.executed',
  outcome: { result: 'SKIPPED', reason: 'The inline hook is inactive.' },
  actor: { id: '0oa1', type: 'PublicClientApp', alternateId: null, displayName: 'Orders' },
  target: [],
};

describe('SystemLog', () => {
  it('shapes events as Okta does', () => {
    const log = startLog();
    log.record({ ...skipped, debugData: { eventId: 'e' } });
    expect(log.list()).toEqual([
      {
        uuid: 'id-1',
        published: '2026-03-11T09:41:07.123Z',
        eventType: 'inline_hook.executed',
        severity: 'INFO',
        displayMessage: 'Inline hook executed',
        outcome: { result: 'SKIPPED', reason: 'The inline hook is inactive.' },
        actor: skipped.actor,
        target: [],
        debugContext: { debugData: { eventId: 'e' } },
      },
    ]);
  });

  it('warns of failures', () => {
    const failure = { ...skipped, outcome: { result: 'FAILURE', reason: 'x' } } as const;
    expect(startLog().record(failure)).toMatchObject({ severity: 'WARN', debugContext: { debugData: {} } });
  });

  it('keeps the newest, as many as it may', () => {
    const log = startLog(2);
    for (let count = 0; count < 5; count += 1) log.record(skipped);
    expect(log.list().map(({ uuid }) => uuid)).toEqual(['id-4', 'id-5']);
  });

  it('forgets, and leaves what it gave before as it was', () => {
    const log = startLog();
    log.record(skipped);
    const before = log.list();
    log.clear();
    log.record(skipped);
    expect(before.map(({ uuid }) => uuid)).toEqual(['id-1']);
    expect(log.list().map(({ uuid }) => uuid)).toEqual(['id-2']);
  });

  it('tells what was recorded of one piece of work from what happened beside it', async () => {
    const log = startLog(1);
    const work = (name: string) =>
      log.collect(async () => {
        await Promise.resolve();
        log.record({ ...skipped, debugData: { name } });
        return name;
      });
    const [one, two] = await Promise.all([work('one'), work('two')]);
    expect([one, two]).toMatchObject([
      { result: 'one', events: [{ debugContext: { debugData: { name: 'one' } } }] },
      { result: 'two', events: [{ debugContext: { debugData: { name: 'two' } } }] },
    ]);
    expect([one.events.length, two.events.length]).toEqual([1, 1]);
  });
});
