import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BearerProof } from '../caller/bearer-scheme.js';
import { bearerCredentials, type TokenProblem } from '../caller/bearer-token.js';
import { groupByHeader, onlyHeaderValue, provenByHeaders } from '../caller/header-credential.js';
import type { ControlSnapshot, CredentialControl } from '../directory/control/control-snapshot.js';
import { CallClock } from '../stamping/call-clock.js';
import { drained } from './answer-failure.js';
import { DENIAL } from '../claims/to-hook-response.js';

/** Who called, and when the call arrived. */
export interface Caller {
  readonly credential: CredentialControl;
  /** Started at the arrival of the headers. */
  readonly clock: CallClock;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication hook on the token hook's route, and only for callers that proved themselves. */
    caller: Caller | null;
  }
}

export interface AuthenticationOptions {
  readonly control: () => ControlSnapshot;
  /** Checks bearer tokens; null where that scheme is off. */
  readonly bearer: { prove(token: string): BearerProof | Promise<BearerProof> } | null;
  /** `error` stops minting for unauthenticated callers; 401 lets Okta mint without claims. */
  readonly unauthenticatedAnswer: '401' | 'error';
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
  readonly onUnauthenticated: (problem: CallerProblem | null) => void;
}

/** Why a bearer token did not let its caller in: for the log, never for the answer. */
export type CallerProblem = TokenProblem | 'no_credential';

/**
 * Authenticates every call of the one route from its headers alone, before a byte of the body is read. A credential is only
 * ever tried by the scheme it is pinned to, and two credentials that are both proven prove nobody.
 */
export function requireCaller(server: FastifyInstance, options: AuthenticationOptions): void {
  const provenCredentials = credentialFinder(options);
  server.decorateRequest('caller', null);
  server.addHook('onRequest', (request, reply, done) => {
    if (request.is404) {
      refuseRoute(reply);
      return;
    }
    const clock = new CallClock(options.monotonicNow);
    const { rawHeaders } = request.raw;
    const admit = (proof: BearerProof | undefined): void => {
      const proven = provenCredentials(rawHeaders, proof);
      const [credential] = proven;
      if (credential === undefined || proven.length > 1) {
        refuseCaller(reply, options, problemOf(proof, proven));
        return;
      }
      clock.end('authenticate');
      request.caller = { credential, clock };
      done();
    };
    const proving = proveByToken(rawHeaders, options);
    if (proving instanceof Promise) proving.then(admit).catch(done);
    else admit(proving);
  });
}

/** Undefined where no bearer token came: a header that comes twice brings none. */
function proveByToken(
  rawHeaders: readonly string[],
  { bearer }: AuthenticationOptions,
): BearerProof | undefined | Promise<BearerProof> {
  if (bearer === null) return undefined;
  const value = onlyHeaderValue(rawHeaders, 'authorization');
  const token = value === undefined ? undefined : bearerCredentials(value);
  return token === undefined ? undefined : bearer.prove(token);
}

type CredentialFinder = (
  rawHeaders: readonly string[],
  proof: BearerProof | undefined,
) => readonly CredentialControl[];

/** Finds every credential that a call proves, as of now: checking a token may have taken a moment. */
function credentialFinder({ control, now: clock }: AuthenticationOptions): CredentialFinder {
  let arranged = arrange(control());
  return (rawHeaders, proof) => {
    const snapshot = control();
    if (arranged.snapshot !== snapshot) arranged = arrange(snapshot);
    const now = clock();
    const byHeaders = provenByHeaders(rawHeaders, arranged.byHeader, now);
    if (proof?.kind !== 'proven') return byHeaders;
    const byToken = snapshot.credentials.filter((credential) => isForClient(credential, proof.clientId, now));
    return [...byHeaders, ...byToken];
  };
}

/** A snapshot is in force for many calls. */
function arrange(snapshot: ControlSnapshot) {
  const withSecrets = snapshot.credentials.filter((credential) => credential.scheme === 'header');
  return { snapshot, byHeader: groupByHeader(withSecrets) };
}

function isForClient(credential: CredentialControl, clientId: string, now: number): boolean {
  const isInForce = credential.expiresAt === null || now < credential.expiresAt;
  return isInForce && credential.scheme === 'bearer' && credential.clientId === clientId;
}

function problemOf(
  proof: BearerProof | undefined,
  proven: readonly CredentialControl[],
): CallerProblem | null {
  if (proof === undefined) return null;
  if (proof.kind === 'refused') return proof.problem;
  return proven.length === 0 ? 'no_credential' : null;
}

/** There is one route; whoever asks for another is not known, and no body of theirs is read. */
function refuseRoute(reply: FastifyReply): void {
  void reply.header('connection', 'close').code(404).send({ error: 'not found' });
}

/** The connection ends with the answer: the body of a caller that nobody knows is not parsed, nor waited for for long. */
function refuseCaller(
  reply: FastifyReply,
  { unauthenticatedAnswer, onUnauthenticated }: AuthenticationOptions,
  problem: CallerProblem | null,
): void {
  onUnauthenticated(problem);
  void reply.header('connection', 'close');
  if (unauthenticatedAnswer === '401') {
    void reply.code(401).send({ error: 'unauthenticated' });
    return;
  }
  // This answer has to arrive: a caller that is still writing would see its connection reset instead.
  void drained(reply.request.raw).then(() => reply.code(200).send(DENIAL));
}
