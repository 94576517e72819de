import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

export interface JsonAnswer {
  readonly status: number;
  readonly json: string;
  /** Whether the connection ends with it. */
  readonly isLast: boolean;
}

/** Writes an answer whole, straight to Node: nothing looks at it on its way. */
export function sendJson(response: ServerResponse, { status, json, isLast }: JsonAnswer): void {
  const bytes = Buffer.byteLength(json);
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes,
  };
  // A connection that is busy when closing begins would be kept for its next call, and the close would wait for that.
  if (isLast) headers['connection'] = 'close';
  // Nearly all answers are ASCII, which is the same bytes in both encodings and less to do in this one.
  response.writeHead(status, headers).end(json, bytes === json.length ? 'latin1' : 'utf8');
}
