import { describe, expect, it } from '@jest/globals';
import { buildControlSnapshot, type ControlSnapshot } from '../directory/control/control-snapshot.js';
import { reportUnknownIssuers } from './start-recording.js';

function snapshotOf(...ids: readonly string[]): ControlSnapshot {
  const issuers = ids.map((id) => ({
    ...{ id, orgId: 'acme', uri: `https://${id}.example`, aliases: [], mode: 'enforce' as const },
    ...{ failurePolicy: 'omit' as const, onRefused: 'stamp' as const, onAmbiguous: 'stamp' as const },
    ...{ claimsBudgetBytes: 4096, rememberChoiceDays: 365 },
  }));
  return buildControlSnapshot({ issuers, clients: [], credentials: [], mappings: [] });
}

describe('issuers to be recorded that the directory does not have', () => {
  it('are named once, and again when others are missing', () => {
    const named: unknown[] = [];
    const report = reportUnknownIssuers(
      { issuerIds: ['orders', 'billing'] },
      { warn: (members: unknown) => named.push(members) },
    );
    for (const snapshot of [snapshotOf('orders'), snapshotOf('orders'), snapshotOf(), snapshotOf()])
      report(snapshot);
    report(snapshotOf('orders', 'billing'));
    report(snapshotOf('orders'));
    expect(named).toEqual([
      { issuerIds: ['billing'] },
      { issuerIds: ['orders', 'billing'] },
      { issuerIds: ['billing'] },
    ]);
  });

  it.each([null, { issuerIds: null }])('are none where %j is recorded', (recording) => {
    const report = reportUnknownIssuers(recording, {
      warn: () => {
        throw new Error('nobody is missing');
      },
    });
    expect(() => report(snapshotOf())).not.toThrow();
  });
});
