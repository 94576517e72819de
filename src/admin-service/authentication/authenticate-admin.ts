import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AdminBearerScheme } from '../../caller/admin-bearer.js';
import { rightsOf } from '../../caller/admin-rights.js';
import { findAdminToken, isAdminToken } from '../../caller/admin-tokens.js';
import { bearerCredentials, type TokenProblem } from '../../caller/bearer-token.js';
import { onlyHeaderValue } from '../../caller/header-credential.js';
import type { Database } from '../../database/database.js';
import { Problem } from '../problems/problem.js';
import type { AdminCaller } from './admin-caller.js';

/** Why nobody was let in: for the log, never for the answer. */
export type AuthenticationProblem = 'no_token' | 'unknown_token' | TokenProblem;

export interface AdminAuthenticationOptions {
  readonly database: Pick<Database, 'prisma'>;
  /** Checks tokens of the configured issuer; null where there is none. */
  readonly bearer: Pick<AdminBearerScheme, 'prove'> | null;
  readonly now: () => Date;
  /** Whether anybody may ask for a route. */
  readonly isPublic: (request: FastifyRequest) => boolean;
  readonly onRefused: (problem: AuthenticationProblem) => void;
}

/** Authenticates every request from its headers, before a byte of the body is read; unknown paths, too. */
export function requireAdmin(server: FastifyInstance, options: AdminAuthenticationOptions): void {
  server.decorateRequest('adminCaller', null);
  server.addHook('onRequest', async (request, reply) => {
    if (options.isPublic(request)) return;
    const proof = await prove(request.raw.rawHeaders, options);
    if (proof.kind === 'caller') {
      request.adminCaller = proof.caller;
      return;
    }
    options.onRefused(proof.problem);
    // The body of somebody unknown is not waited for.
    void reply.header('connection', 'close');
    throw unauthenticated(proof.problem === 'no_token');
  });
}

type Proof =
  | { readonly kind: 'caller'; readonly caller: AdminCaller }
  | { readonly kind: 'refused'; readonly problem: AuthenticationProblem };

async function prove(
  rawHeaders: readonly string[],
  { database, bearer, now }: AdminAuthenticationOptions,
): Promise<Proof> {
  const value = onlyHeaderValue(rawHeaders, 'authorization');
  const token = value === undefined ? undefined : bearerCredentials(value);
  if (token === undefined) return { kind: 'refused', problem: 'no_token' };
  if (isAdminToken(token)) {
    const holder = await findAdminToken(database, token, now());
    return holder === undefined
      ? { kind: 'refused', problem: 'unknown_token' }
      : asCaller(`token:${holder.id}`, holder.scopes);
  }
  const proof = (await bearer?.prove(token)) ?? { kind: 'refused', problem: 'unknown_token' };
  return proof.kind === 'refused' ? proof : asCaller(proof.actor, proof.scopes);
}

function asCaller(actor: string, scopes: readonly string[]): Proof {
  return { kind: 'caller', caller: { actor, rights: rightsOf(scopes) } };
}

/** RFC 6750, section 3: without a token no error is named. */
function unauthenticated(isWithout: boolean): Problem {
  const challenge = isWithout ? 'Bearer realm="mintmark"' : 'Bearer realm="mintmark", error="invalid_token"';
  return new Problem('unauthenticated', 'send "Authorization: Bearer" and a token that is in force', {
    headers: { 'www-authenticate': challenge },
  });
}
