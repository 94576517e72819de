import { performance } from 'node:perf_hooks';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { TracingConfiguration } from '../config/configuration.js';
import type { TimedStep } from './metrics.js';

/** One answered call, as it is traced. Attributes are ids of configuration and closed sets of words: nobody's data. */
export interface TracedCall {
  readonly steps: readonly TimedStep[];
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly isFailed: boolean;
}

export interface Tracing {
  /** Records a call and its steps, off the request path. @returns the trace id, 32 hexadecimal digits */
  record(call: TracedCall): string;
  /** Exports what is left. */
  close(): Promise<void>;
}

/** How long an export may take, in milliseconds; what is not exported by then is dropped. */
const EXPORT_TIMEOUT_MS = 5_000;

/** Spans that wait for export at the most: beyond that they are dropped. */
const QUEUE_LIMIT = 4_096;

/**
 * Starts tracing. The libraries are loaded here, so that a service without a collector does not carry them.
 *
 * @param onOutage called once for each outage of the collector
 */
export async function startTracing(
  { endpoint, headers, serviceName, ratio }: TracingConfiguration,
  onOutage: () => void,
): Promise<Tracing> {
  const { SpanKind, SpanStatusCode, ROOT_CONTEXT, trace } = await import('@opentelemetry/api');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { BasicTracerProvider, BatchSpanProcessor, TraceIdRatioBasedSampler } =
    await import('@opentelemetry/sdk-trace-base');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    sampler: new TraceIdRatioBasedSampler(ratio),
    spanProcessors: [new BatchSpanProcessor(reporting(exporter, onOutage), { maxQueueSize: QUEUE_LIMIT })],
  });
  const tracer = provider.getTracer('mintmark');
  return {
    record: ({ steps, attributes, isFailed }) => {
      const [first] = steps;
      const startTime = epoch(first?.startedAt ?? performance.now());
      const call = tracer.startSpan(
        'token hook',
        { kind: SpanKind.SERVER, startTime, attributes },
        ROOT_CONTEXT,
      );
      if (isFailed) call.setStatus({ code: SpanStatusCode.ERROR });
      const parent = trace.setSpan(ROOT_CONTEXT, call);
      if (call.isRecording()) {
        for (const { step, startedAt, endedAt } of steps)
          tracer.startSpan(step, { startTime: epoch(startedAt) }, parent).end(epoch(endedAt));
      }
      call.end(epoch(steps.at(-1)?.endedAt ?? performance.now()));
      return call.spanContext().traceId;
    },
    // What could not be exported was reported already, and must not hold up a stop.
    close: () => provider.shutdown().catch(() => undefined),
  };
}

/** The exporter itself tells nobody what it could not export. */
function reporting(exporter: SpanExporter, onOutage: () => void): SpanExporter {
  let isOut = false;
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        const hasFailed = result.error !== undefined;
        if (hasFailed && !isOut) onOutage();
        isOut = hasFailed;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** Milliseconds since the epoch, of an instant on the monotonic clock. */
function epoch(monotonicMs: number): number {
  return performance.timeOrigin + monotonicMs;
}
