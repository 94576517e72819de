import type { FastifyRequest } from 'fastify';
import type { HookOccasion } from '../hook/hook-occasion.js';
import { MARKER_HEADER } from '../hook/token-request.js';
import type { RunningOrg } from '../running-org.js';
import { queryOf, readParameters } from './parameters.js';
import type { TokenRequest } from './token-request.js';

/** What a hook is shown of an HTTP request (okta/token-inline-hook.md section 1.3). */
export function requestSeenByHook(running: RunningOrg, request: FastifyRequest): HookOccasion['request'] {
  return {
    id: request.id,
    method: request.method === 'POST' ? 'POST' : 'GET',
    url: `${running.url}${request.url}`,
    ipAddress: request.ip,
    hookTokenMarker: markerOf(request),
  };
}

function markerOf({ headers }: FastifyRequest): string | undefined {
  const marker = headers[MARKER_HEADER];
  return typeof marker === 'string' ? marker : undefined;
}

export function tokenRequestOf(running: RunningOrg, request: FastifyRequest): TokenRequest {
  return {
    authorization: headerValues(request.raw.rawHeaders, 'authorization'),
    origin: request.headers.origin,
    query: readParameters(queryOf(request.url)),
    body: readParameters(formOf(request)),
    request: requestSeenByHook(running, request),
  };
}

const FORM_TYPE = /^application\/x-www-form-urlencoded *(?:;|$)/i;

/** The text of a form; nothing where the body is none (okta/authorization-server.md section 3). */
export function formOf({ body, headers }: FastifyRequest): string {
  return typeof body === 'string' && FORM_TYPE.test(headers['content-type'] ?? '') ? body : '';
}

/** Every value of a header: Node itself would keep the first of two `Authorization` headers. */
function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.flatMap((header, index) => {
    const isName = index % 2 === 0 && header.toLowerCase() === name;
    return isName ? [rawHeaders[index + 1] ?? ''] : [];
  });
}

/** The value of a cookie. */
export function cookieOf({ headers }: FastifyRequest, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key === name)?.[1];
}
