import { Counter, Gauge, Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics.js';
import { Tally } from './tally.js';
import { TimeHistogram } from './time-histogram.js';

/** When a step of a call ran: milliseconds on the monotonic clock. */
export interface TimedStep {
  readonly step: string;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The steps of a call, each with how many milliseconds it took. */
export interface TimedSteps {
  eachStep(visit: (step: string, milliseconds: number) => void): void;
}

/** How one answered call is counted. Values come from closed sets: outcomes, reasons, and what the directory holds. */
export interface CountedCall {
  readonly outcome: string;
  /** Why it was denied or failed; empty where there is nothing to say. */
  readonly reason: string;
  /** Empty where the issuer is not known. */
  readonly issuer: string;
  /** Empty where the issuer is not known. */
  readonly mode: string;
  /** Whether the call was eligible for our claims, and Okta mints without them. */
  readonly isUnstamped: boolean;
  /** Where its facts came from; null where none were looked up. */
  readonly facts: string | null;
  /** From the arrival of the headers to the answer. */
  readonly durationMs: number;
  readonly steps: TimedSteps;
}

/** A gauge, or a counter that is kept elsewhere, that is read when somebody asks for the metrics. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  /** The value, or values by the one label; null where there is none at the moment. */
  readonly read: () => number | null | Readonly<Record<string, number>>;
  /** The label's name, where there are several values. */
  readonly label?: string;
  /** Whether it only ever grows. */
  readonly isCounter?: boolean;
}

/** What the process counts about its calls; served as text on the ops port. */
export interface Metrics {
  countCall(call: CountedCall): void;
  /** @param isUnstamped whether Okta mints without our claims after the answer */
  countUnauthenticated(isUnstamped: boolean): void;
  countUntrustedPeer(): void;
  addReading(reading: Reading): void;
  /** The Prometheus text format, and its content type. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Seconds; dense where a hook is when all is well, and up to Okta's three. */
const BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3,
];

/** Makes metrics of the service's own: two services in one process do not share any. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const counters = createCounters(registry);
  const { calls, lookups } = createTallies(registry);
  const { whole, byStep } = createHistograms(registry);
  const observeStep = (step: string, milliseconds: number): void => {
    byStep.observeMs(step, milliseconds);
  };
  collectProcessMetrics(registry);
  return {
    countCall: ({ outcome, reason, issuer, mode, isUnstamped, facts, durationMs, steps }) => {
      calls.add({ outcome, reason, issuer, mode });
      if (isUnstamped) counters.unstamped.inc({ reason });
      if (facts !== null) lookups.add({ origin: facts });
      if (facts === 'stale') counters.stale.inc();
      whole.observeMs('', durationMs);
      steps.eachStep(observeStep);
    },
    countUnauthenticated: (isUnstamped) => {
      counters.unauthenticated.inc();
      if (isUnstamped) counters.unstamped.inc({ reason: 'unauthenticated' });
    },
    countUntrustedPeer: () => {
      counters.untrustedPeers.inc();
    },
    addReading: (reading) => {
      if (reading.isCounter === true) addCounter(registry, reading);
      else addGauge(registry, reading);
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function createCounters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    unstamped: counter(
      'mintmark_unstamped_total',
      'Calls that were eligible for our claims and after which Okta mints without them, by reason.',
      ['reason'],
    ),
    unauthenticated: counter(
      'mintmark_unauthenticated_calls_total',
      'Hook calls by callers that did not prove themselves.',
      [],
    ),
    untrustedPeers: counter(
      'mintmark_untrusted_peers_total',
      'Requests refused because their connection came from no trusted proxy.',
      [],
    ),
    stale: counter(
      'mintmark_stale_facts_total',
      'Calls decided on facts of earlier, since the directory did not answer.',
      [],
    ),
  };
}

function createTallies(registry: Registry) {
  return {
    calls: new Tally(registry, {
      name: 'mintmark_hook_calls_total',
      help: 'Authenticated hook calls, by how they ended.',
      labels: ['outcome', 'reason', 'issuer', 'mode'],
    }),
    lookups: new Tally(registry, {
      name: 'mintmark_facts_lookups_total',
      help: 'Lookups of facts, by where these came from.',
      labels: ['origin'],
    }),
  };
}

function createHistograms(registry: Registry) {
  return {
    whole: new TimeHistogram({
      name: 'mintmark_hook_call_seconds',
      help: 'Authenticated hook calls, from the arrival of the headers to the answer.',
      buckets: BUCKETS,
      registry,
    }),
    byStep: new TimeHistogram({
      name: 'mintmark_hook_step_seconds',
      help: 'The steps of hook calls.',
      label: 'step',
      buckets: BUCKETS,
      registry,
    }),
  };
}

function addCounter(registry: Registry, { name, help, read, label }: Reading): void {
  const counter = new Counter({
    ...{ name, help, labelNames: label === undefined ? [] : [label], registers: [] },
    collect() {
      const value = read();
      this.reset();
      if (value === null) {
        if (label === undefined) this.remove();
      } else if (typeof value === 'number') this.inc(value);
      else for (const [member, part] of Object.entries(value)) this.inc({ [label ?? '']: member }, part);
    },
  });
  registry.registerMetric(counter);
}

function addGauge(registry: Registry, { name, help, read, label }: Reading): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [],
    collect() {
      const value = read();
      this.reset();
      if (value === null) {
        // A gauge without labels has the value 0 after a reset: one that is not there is not shown at all.
        if (label === undefined) this.remove();
      } else if (typeof value === 'number') this.set(value);
      else for (const [member, part] of Object.entries(value)) this.set({ [label ?? '']: member }, part);
    },
  });
  registry.registerMetric(gauge);
}
