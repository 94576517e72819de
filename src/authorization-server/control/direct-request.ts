import { readParameters } from '../endpoints/parameters.js';
import type { TokenRequest } from '../endpoints/token-request.js';
import type { HookOccasion } from '../hook/hook-occasion.js';
import { requestId } from '../identifiers.js';
import type { RunningOrg } from '../running-org.js';

/** The request that a hook is shown where none came over the network. */
export function directRequest(
  running: RunningOrg,
  method: 'GET' | 'POST',
  { endpoint, query }: { readonly endpoint: string; readonly query: Readonly<Record<string, string>> },
): HookOccasion['request'] {
  const text = new URLSearchParams(query).toString();
  return {
    id: requestId(running.random),
    method,
    url: text === '' ? endpoint : `${endpoint}?${text}`,
    ipAddress: '127.0.0.1',
  };
}

/** A token request that brings no credentials, since its client needs none. */
export function directTokenRequest(
  request: HookOccasion['request'],
  body: Readonly<Record<string, string>>,
): TokenRequest {
  return {
    authorization: [],
    origin: undefined,
    query: readParameters(''),
    body: readParameters(new URLSearchParams(body).toString()),
    request,
  };
}
