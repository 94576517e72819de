import { describe, expect, it } from '@jest/globals';
import { assertHookFault, HookFaults } from './hook-faults.js';

describe('HookFaults', () => {
  it('gives each fault once, in the order in which they came', () => {
    const faults = new HookFaults();
    faults.add({ kind: 'drop' });
    faults.add({ kind: 'status', status: 500 });
    expect([faults.take(), faults.take(), faults.take()]).toEqual([
      { kind: 'drop' },
      { kind: 'status', status: 500 },
      null,
    ]);
  });

  it('forgets what waits', () => {
    const faults = new HookFaults();
    faults.add({ kind: 'drop' });
    expect(faults.list()).toHaveLength(1);
    faults.clear();
    expect(faults.take()).toBeNull();
  });
});

describe('assertHookFault', () => {
  it.each([
    { kind: 'delay', milliseconds: 0 },
    { kind: 'delay', milliseconds: 60_000 },
    { kind: 'drop' },
    { kind: 'status', status: 204 },
    { kind: 'malformed' },
    { kind: 'malformed', body: '<html>' },
    { kind: 'oversize' },
  ])('takes %j', (fault) => {
    expect(() => assertHookFault(fault)).not.toThrow();
  });

  it.each([
    null,
    'drop',
    {},
    { kind: 'reset' },
    { kind: 'delay' },
    { kind: 'delay', milliseconds: -1 },
    { kind: 'delay', milliseconds: 60_001 },
    { kind: 'delay', milliseconds: '5' },
    { kind: 'status', status: 99 },
    { kind: 'status', status: 200.5 },
    { kind: 'malformed', body: 1 },
    { kind: 'malformed', body: 'x'.repeat(65_537) },
  ])('refuses %j and says what a fault is', (input) => {
    expect(() => assertHookFault(input)).toThrow(/^a fault is/);
  });
});
