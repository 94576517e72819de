import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/database.js';
import type { Metrics } from '../operations/metrics.js';

/** One answered request. */
export interface CountedRequest {
  /** The path with the names of its parameters: never their values. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface AdminMetrics extends Pick<Metrics, 'text'> {
  countRequest(request: CountedRequest): void;
  countRefused(problem: string): void;
}

/** Seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes metrics of the service's own: two services in one process do not share any. */
export function createAdminMetrics(database: Pick<Database, 'pool'>): AdminMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    ...{ name: 'mintmark_admin_requests_total', help: 'Requests to the admin API.', registers },
    labelNames: ['method', 'route', 'status'],
  });
  const times = new Histogram({
    ...{ name: 'mintmark_admin_request_seconds', help: 'How long their answers took.', registers },
    ...{ labelNames: ['method', 'route'], buckets: BUCKETS },
  });
  const refused = new Counter({
    ...{ name: 'mintmark_admin_unauthenticated_total', help: 'Requests by nobody that is known.', registers },
    labelNames: ['problem'],
  });
  registry.registerMetric(poolGauge(database));
  return {
    countRequest: ({ route, method, status, durationMs }) => {
      requests.inc({ method, route, status: String(status) });
      times.observe({ method, route }, durationMs / 1000);
    },
    countRefused: (problem) => {
      refused.inc({ problem });
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function poolGauge(database: Pick<Database, 'pool'>): Gauge<'state'> {
  return new Gauge({
    name: 'mintmark_admin_database_pool_connections',
    help: 'Connections of the pool, and requests that wait for one.',
    ...{ labelNames: ['state'], registers: [] },
    collect() {
      this.reset();
      for (const [state, count] of Object.entries(database.pool() ?? {})) this.set({ state }, count);
    },
  });
}
