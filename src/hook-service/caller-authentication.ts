import type { FastifyInstance, FastifyReply } from 'fastify';
import { authenticateByHeader } from '../caller/header-credential.js';
import type { ControlSnapshot, CredentialControl } from '../directory/control/control-snapshot.js';
import { DENIAL } from '../claims/to-hook-response.js';

/** Who called, and when the call arrived. */
export interface Caller {
  readonly credential: CredentialControl;
  /** Milliseconds on the monotonic clock. */
  readonly arrivedAt: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication hook on the token hook's route, and only for callers that proved themselves. */
    caller: Caller | null;
  }
}

export interface AuthenticationOptions {
  /** The route that needs a caller. */
  readonly path: string;
  readonly control: () => ControlSnapshot;
  /** `error` stops minting for unauthenticated callers; 401 lets Okta mint without claims. */
  readonly unauthenticatedAnswer: '401' | 'error';
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly onUnauthenticated: () => void;
}

/**
 * Authenticates every call of the route from its headers alone, before a byte of the body is read. Schemes have their
 * place side by side in `proveCaller`; a credential is only ever tried by the scheme it is pinned to.
 */
export function requireCaller(server: FastifyInstance, options: AuthenticationOptions): void {
  server.decorateRequest('caller', null);
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url !== options.path) return refuseRoute(reply);
    const arrivedAt = options.monotonicNow();
    const credential = proveCaller(request.raw.rawHeaders, options.control().credentials, options.now());
    if (credential === undefined) return refuseCaller(reply, options);
    request.caller = { credential, arrivedAt };
    return undefined;
  });
}

function proveCaller(
  rawHeaders: readonly string[],
  credentials: readonly CredentialControl[],
  now: number,
): CredentialControl | undefined {
  return authenticateByHeader(
    rawHeaders,
    credentials.filter((credential) => credential.scheme === 'header'),
    now,
  );
}

/** There is one route; whoever asks for another is not known, and no body of theirs is read. */
function refuseRoute(reply: FastifyReply): FastifyReply {
  return reply.header('connection', 'close').code(404).send({ error: 'not found' });
}

/** The connection ends with the answer: the body of a caller that nobody knows is not read. */
function refuseCaller(
  reply: FastifyReply,
  { unauthenticatedAnswer, onUnauthenticated }: AuthenticationOptions,
): FastifyReply {
  onUnauthenticated();
  void reply.header('connection', 'close');
  return unauthenticatedAnswer === 'error'
    ? reply.code(200).send(DENIAL)
    : reply.code(401).send({ error: 'unauthenticated' });
}
