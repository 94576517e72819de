import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { onTeardown } from './teardown.js';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
  readonly status: { readonly code?: number };
}

export interface ExportedTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

export interface TraceCollector {
  readonly endpoint: string;
  /** Path and `x-api-key` of each export. */
  readonly headers: readonly string[];
  readonly exports: readonly ExportedTraces[];
  spans(): readonly Span[];
}

/** An OTLP collector that keeps what it is sent. */
export async function startCollector(status = 200): Promise<TraceCollector> {
  const exports: ExportedTraces[] = [];
  const headers: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      exports.push(body as ExportedTraces);
      headers.push(`${request.url ?? ''} ${request.headers['x-api-key']?.toString() ?? ''}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTeardown(() => {
    const closed = new Promise((resolve) => void server.close(resolve));
    server.closeAllConnections();
    return closed;
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    headers,
    exports,
    spans: () => exports.flatMap(({ resourceSpans }) => resourceSpans.flatMap(spansOf)),
  };
}

function spansOf({ scopeSpans }: ExportedTraces['resourceSpans'][number]): readonly Span[] {
  return scopeSpans.flatMap(({ spans }) => spans);
}
