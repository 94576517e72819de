import { Counter, Gauge, Registry } from 'prom-client';

/** How one answered call is counted. */
export interface CountedCall {
  readonly outcome: string;
  /** Why it was denied or failed; empty where there is nothing to say. */
  readonly reason: string;
  /** Empty where the issuer is not known. */
  readonly issuer: string;
}

/** What the process counts about its calls; served as text on the ops port. Label values come from closed sets. */
export interface Metrics {
  countCall(call: CountedCall): void;
  countUnauthenticated(): void;
  countUntrustedPeer(): void;
  /** @param daysLeft asked whenever the metrics are read */
  observeCertificate(daysLeft: () => number): void;
  /** The Prometheus text format, and its content type. */
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Makes counters of the service's own: two services in one process do not share any. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const calls = new Counter({
    name: 'mintmark_hook_calls_total',
    help: 'Authenticated hook calls, by how they ended, why, and issuer.',
    labelNames: ['outcome', 'reason', 'issuer'],
    registers: [registry],
  });
  const unauthenticated = new Counter({
    name: 'mintmark_unauthenticated_calls_total',
    help: 'Hook calls by callers that did not prove themselves.',
    registers: [registry],
  });
  const untrustedPeers = new Counter({
    name: 'mintmark_untrusted_peers_total',
    help: 'Requests refused because their connection came from no trusted proxy.',
    registers: [registry],
  });
  return {
    countCall: ({ outcome, reason, issuer }) => {
      calls.inc({ outcome, reason, issuer });
    },
    countUnauthenticated: () => {
      unauthenticated.inc();
    },
    countUntrustedPeer: () => {
      untrustedPeers.inc();
    },
    observeCertificate: (daysLeft) => {
      const gauge = new Gauge({
        name: 'mintmark_tls_certificate_days_left',
        help: 'Days until the certificate in force expires.',
        registers: [],
        collect() {
          this.set(daysLeft());
        },
      });
      registry.registerMetric(gauge);
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
