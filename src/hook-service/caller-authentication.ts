import type { BearerProof } from '../caller/bearer-scheme.js';
import { bearerCredentials, type TokenProblem } from '../caller/bearer-token.js';
import { groupByHeader, onlyHeaderValue, provenByHeaders } from '../caller/header-credential.js';
import type { ControlSnapshot, CredentialControl } from '../directory/control/control-snapshot.js';
import { CallClock } from '../stamping/call-clock.js';

/** Who called, and when the call arrived. */
export interface Caller {
  readonly credential: CredentialControl;
  /** Started at the arrival of the headers. */
  readonly clock: CallClock;
}

export interface AuthenticationOptions {
  readonly control: () => ControlSnapshot;
  /** Checks bearer tokens; null where that scheme is off. */
  readonly bearer: { prove(token: string): BearerProof | Promise<BearerProof> } | null;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly monotonicNow: () => number;
}

/** Why a bearer token did not let its caller in: for the log, never for the answer. */
export type CallerProblem = TokenProblem | 'no_credential';

/** Who calls; where that is nobody, what was wrong with its token, if one came. */
export type Authentication =
  | { readonly caller: Caller; readonly problem: null }
  | { readonly caller: null; readonly problem: CallerProblem | null };

/**
 * Makes what authenticates a call from its headers alone, before a byte of the body is read. A credential is only ever tried by the
 * scheme it is pinned to, and two credentials that are both proven prove nobody.
 */
export function createAuthentication(
  options: AuthenticationOptions,
): (rawHeaders: readonly string[]) => Authentication | Promise<Authentication> {
  const provenCredentials = credentialFinder(options);
  return (rawHeaders) => {
    const clock = new CallClock(options.monotonicNow);
    const identify = (proof: BearerProof | undefined): Authentication => {
      const proven = provenCredentials(rawHeaders, proof);
      const [credential] = proven;
      if (credential === undefined || proven.length > 1)
        return { caller: null, problem: problemOf(proof, proven) };
      clock.end('authenticate');
      return { caller: { credential, clock }, problem: null };
    };
    const proving = proveByToken(rawHeaders, options);
    return proving instanceof Promise ? proving.then(identify) : identify(proving);
  };
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
