import { describe, expect, it } from '@jest/globals';
import { Histogram, Registry } from 'prom-client';
import { Tally } from './tally.js';
import { TimeHistogram } from './time-histogram.js';

const BUCKETS = [0.001, 0.01, 0.1];

/** The lines of the text format, in any order: the format sets none within a metric. */
async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split('\n').toSorted();
}

describe('a histogram of times', () => {
  it('reads like one of the library’s own', async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const options = { name: 'steps_seconds', help: 'Steps.', buckets: BUCKETS };
    const one = new TimeHistogram({ ...options, label: 'step', registry: ours });
    const other = new Histogram({ ...options, labelNames: ['step'], registers: [theirs] });
    for (const milliseconds of [0, 0.5, 1, 1.5, 10, 99, 100, 250, 4_000]) {
      for (const step of ['facts', 'decide']) {
        one.observeMs(step, milliseconds);
        other.observe({ step }, milliseconds / 1000);
      }
    }
    expect(await linesOf(ours)).toEqual(await linesOf(theirs));
  });

  it('without a label is there from the beginning', async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const options = { name: 'calls_seconds', help: 'Calls.', buckets: BUCKETS };
    const one = new TimeHistogram({ ...options, registry: ours });
    new Histogram({ ...options, registers: [theirs] }).observe(0.005);
    expect(await linesOf(ours)).toContain('calls_seconds_count 0');
    one.observeMs('', 5);
    expect(await linesOf(ours)).toEqual(await linesOf(theirs));
  });
});

describe('a tally', () => {
  it('counts by all of its labels, and goes on after it was read', async () => {
    const registry = new Registry();
    const calls = new Tally(registry, { name: 'calls_total', help: 'Calls.', labels: ['outcome', 'issuer'] });
    calls.add({ outcome: 'stamped', issuer: 'a' });
    calls.add({ outcome: 'stamped', issuer: 'a' });
    calls.add({ outcome: 'stamped', issuer: 'b' });
    calls.add({ outcome: 'denied', issuer: 'a' });
    expect(await linesOf(registry)).toContain('calls_total{outcome="stamped",issuer="a"} 2');
    calls.add({ outcome: 'stamped', issuer: 'a' });
    const lines = await linesOf(registry);
    expect(lines).toContain('calls_total{outcome="stamped",issuer="a"} 3');
    expect(lines).toContain('calls_total{outcome="stamped",issuer="b"} 1');
    expect(lines).toContain('calls_total{outcome="denied",issuer="a"} 1');
  });
});
