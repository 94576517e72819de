import { holds, rightsOf, type AdminRights } from '../../caller/admin-rights.js';
import {
  AdminTokenRefusedError,
  endAdminToken,
  listAdminTokens,
  storeAdminToken,
  type AdminTokenSummary,
  type TokenIssuer,
} from '../../caller/admin-tokens.js';
import type { Database } from '../../database/database.js';
import { writeAs } from '../../database/write-as.js';
import { isoOrNull } from '../../directory/records/record-columns.js';
import { reachOf, type AdminCaller } from '../authentication/admin-caller.js';
import { invalidFields, Problem } from '../problems/problem.js';
import { createOnce, type Creation } from '../requests/create-once.js';
import type { Operation } from '../requests/operation.js';
import { pageInMemory } from '../requests/page-in-memory.js';
import { BODY_PROBLEMS, READING_PROBLEMS } from '../requests/reading-problems.js';
import { validateBody, validateQuery } from '../requests/validate-document.js';
import { AdminTokenDto, AdminTokenQuery, CreateAdminTokenDto, NewAdminTokenDto } from './admin-token.dto.js';

interface Needs {
  readonly database: Database;
  readonly now: () => Date;
}

const COLLECTION = '/v1/admin-tokens';

/** Tokens of this API. Nobody issues, sees or revokes one that holds more than they do. */
export function adminTokenOperations({ database, now }: Needs): readonly Operation[] {
  const common = { tag: 'admin-tokens', scope: 'credentials:write', isForTenants: true } as const;
  const one = { body: AdminTokenDto } as const;
  return [
    {
      ...common,
      ...{ id: 'listAdminTokens', method: 'GET', path: COLLECTION, query: AdminTokenQuery },
      summary: 'List the tokens that hold no more than the caller’s',
      answers: { 200: { description: 'One page.', ...one, isList: true } },
      problems: [...READING_PROBLEMS, 'invalid-fields'],
      handle: async ({ caller, query }) => {
        const rights = issuingRights(caller);
        const { inForce, ...page } = validateQuery(AdminTokenQuery, query);
        const tokens = (await listAdminTokens(database))
          .filter(({ scopes }) => holds(rights, rightsOf(scopes)))
          .filter((token) => inForce === undefined || String(isInForce(token, now())) === inForce);
        return { status: 200, body: pageInMemory(tokens.map(toDocument), page) };
      },
    },
    {
      ...common,
      ...{ id: 'createAdminToken', method: 'POST', path: COLLECTION, body: CreateAdminTokenDto },
      headers: ['Idempotency-Key'],
      summary: 'Create a token that holds no more than the caller’s',
      description: 'Its text is in the answer, and nowhere else: only its SHA-256 is stored.',
      answers: {
        201: {
          description: 'The token.',
          body: NewAdminTokenDto,
          headers: ['Location', 'Idempotency-Replayed'],
        },
      },
      problems: [...BODY_PROBLEMS, 'not-found', 'idempotency-key-reused'],
      handle: async (request) => {
        const { caller, body } = request;
        const issuer: TokenIssuer = { actor: caller.actor, rights: issuingRights(caller), now: now() };
        const { label, scopes, expiresAt = null } = validateBody(CreateAdminTokenDto, body);
        const terms = { label, scopes, expiresAt: expiresAt === null ? null : new Date(expiresAt) };
        const creation: Creation = {
          collection: COLLECTION,
          make: async (tx) => {
            const { token, summary } = await storeAdminToken(tx, terms, issuer).catch(refuse);
            return { id: summary.id, document: { ...toDocument(summary), token } };
          },
          find: async (tx, id) => {
            const found = (await listAdminTokens({ prisma: tx })).find((summary) => summary.id === id);
            return found && { ...toDocument(found), token: null };
          },
        };
        return createOnce(database, request, { creation, now: issuer.now });
      },
    },
    {
      ...common,
      ...{ id: 'readAdminToken', method: 'GET', path: `${COLLECTION}/{id}` },
      summary: 'Read a token, without its secret',
      answers: { 200: { description: 'The token.', ...one } },
      problems: [...READING_PROBLEMS, 'not-found'],
      handle: async ({ caller, params }) => {
        const rights = issuingRights(caller);
        const found = (await listAdminTokens(database)).find(({ id }) => id === params['id']);
        if (found === undefined || !holds(rights, rightsOf(found.scopes))) throw unknownToken();
        return { status: 200, body: toDocument(found) };
      },
    },
    {
      ...common,
      ...{ id: 'revokeAdminToken', method: 'POST', path: `${COLLECTION}/{id}/revoke` },
      summary: 'End a token at once',
      description: 'Sending it again changes nothing. A caller may end its own token.',
      answers: { 200: { description: 'The token, revoked.', ...one } },
      problems: [...READING_PROBLEMS, 'not-found'],
      handle: async ({ caller, params }) => {
        const issuer: TokenIssuer = { actor: caller.actor, rights: issuingRights(caller), now: now() };
        const id = params['id'] ?? '';
        const ended = await writeAs(database, caller.actor, (tx) =>
          endAdminToken(tx, id, issuer).catch(refuse),
        );
        return { status: 200, body: toDocument(ended) };
      },
    },
  ];
}

/** Whoever may write credentials issues up to what they hold. @throws Problem */
function issuingRights(caller: AdminCaller): AdminRights {
  reachOf(caller, 'credentials:write');
  return caller.rights;
}

/** @throws Problem in place of the caller's refusal */
function refuse(error: unknown): never {
  if (!(error instanceof AdminTokenRefusedError)) throw error;
  switch (error.reason) {
    case 'unknown':
      throw unknownToken();
    case 'not_held':
      throw new Problem('forbidden', 'nobody issues more than they hold');
    case 'invalid':
      throw invalidFields([
        { pointer: error.message.includes('scope') ? '/scopes' : '/expiresAt', detail: error.message },
      ]);
  }
}

function unknownToken(): Problem {
  return new Problem('not-found', 'there is no such token');
}

function isInForce({ expiresAt, revokedAt }: AdminTokenSummary, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt);
}

function toDocument({ id, label, scopes, createdBy, createdAt, expiresAt, revokedAt }: AdminTokenSummary) {
  return {
    ...{ id, label, scopes, createdBy, createdAt: createdAt.toISOString() },
    ...{ expiresAt: isoOrNull(expiresAt), revokedAt: isoOrNull(revokedAt) },
  };
}
