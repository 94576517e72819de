import { randomBytes } from 'node:crypto';
import { generateSecret, hashSecret } from '../../caller/header-credential.js';
import type { Database } from '../../database/database.js';
import { writeAs, type Transaction } from '../../database/write-as.js';
import {
  createBearerCredential,
  createHookCredential,
  CredentialRefusedError,
  listHookCredentials,
  revokeHookCredential,
  type HookCredentialSummary,
} from '../../directory/credentials/hook-credentials.js';
import { isoOrNull } from '../../directory/records/record-columns.js';
import { requireEverything } from '../authentication/admin-caller.js';
import { invalidFields, Problem, type FieldError } from '../problems/problem.js';
import { createOnce, type Creation } from '../requests/create-once.js';
import type { Operation } from '../requests/operation.js';
import { pageInMemory } from '../requests/page-in-memory.js';
import { PageQuery } from '../requests/page-query.dto.js';
import { BODY_PROBLEMS, READING_PROBLEMS } from '../requests/reading-problems.js';
import { validateBody, validateQuery } from '../requests/validate-document.js';
import { CreateHookCredentialDto, HookCredentialDto, NewHookCredentialDto } from './hook-credential.dto.js';

interface Needs {
  readonly database: Database;
  readonly now: () => Date;
}

const COLLECTION = '/v1/hook-credentials';
const DEFAULT_HEADER = 'authorization';

/** What Okta presents when it calls the hook. */
export function hookCredentialOperations({ database, now }: Needs): readonly Operation[] {
  const common = { tag: 'hook-credentials', scope: 'credentials:write', isForTenants: false } as const;
  const one = { body: HookCredentialDto } as const;
  return [
    {
      ...common,
      ...{ id: 'listHookCredentials', method: 'GET', path: COLLECTION, query: PageQuery },
      summary: 'List credentials, without their secrets',
      answers: { 200: { description: 'One page.', ...one, isList: true } },
      problems: [...READING_PROBLEMS, 'invalid-fields'],
      handle: async ({ caller, query }) => {
        requireEverything(caller, 'credentials:write');
        const page = validateQuery(PageQuery, query);
        return {
          status: 200,
          body: pageInMemory((await listHookCredentials(database)).map(toDocument), page),
        };
      },
    },
    {
      ...common,
      ...{ id: 'createHookCredential', method: 'POST', path: COLLECTION, body: CreateHookCredentialDto },
      headers: ['Idempotency-Key'],
      summary: 'Let a caller of the hook in',
      description:
        'A secret is in the answer, and nowhere else: only its SHA-256 is stored. Several may be in force at once.',
      answers: {
        201: {
          description: 'The credential.',
          body: NewHookCredentialDto,
          headers: ['Location', 'Idempotency-Replayed'],
        },
      },
      problems: [...BODY_PROBLEMS, 'not-found', 'conflict', 'idempotency-key-reused'],
      handle: async (request) => {
        requireEverything(request.caller, 'credentials:write');
        const wanted = validateBody(CreateHookCredentialDto, request.body);
        const instant = now();
        const creation: Creation = {
          collection: COLLECTION,
          make: (tx) => make(tx, wanted, instant),
          find: async (tx, id) => {
            const found = await findCredential({ prisma: tx }, id);
            return found && { ...found, secret: null };
          },
        };
        return createOnce(database, request, { creation, now: instant });
      },
    },
    {
      ...common,
      ...{ id: 'readHookCredential', method: 'GET', path: `${COLLECTION}/{id}` },
      summary: 'Read a credential, without its secret',
      answers: { 200: { description: 'The credential.', ...one } },
      problems: [...READING_PROBLEMS, 'not-found'],
      handle: async ({ caller, params }) => {
        requireEverything(caller, 'credentials:write');
        return { status: 200, body: known(await findCredential(database, params['id'] ?? '')) };
      },
    },
    {
      ...common,
      ...{ id: 'revokeHookCredential', method: 'POST', path: `${COLLECTION}/{id}/revoke` },
      summary: 'End a credential at once',
      description: 'Sending it again changes nothing.',
      answers: { 200: { description: 'The credential, revoked.', ...one } },
      problems: [...READING_PROBLEMS, 'not-found'],
      handle: async ({ caller, params }) => {
        requireEverything(caller, 'credentials:write');
        const id = params['id'] ?? '';
        const revoked = await writeAs(database, caller.actor, async (tx) => {
          known(await findCredential({ prisma: tx }, id));
          await revokeHookCredential({ prisma: tx }, id, now());
          return known(await findCredential({ prisma: tx }, id));
        });
        return { status: 200, body: revoked };
      },
    },
  ];
}

async function make(
  tx: Transaction,
  wanted: CreateHookCredentialDto,
  now: Date,
): Promise<{ readonly id: string; readonly document: object }> {
  const { scheme, label, issuers, failurePolicy, headerName, clientId } = wanted;
  const expiresAt = typeof wanted.expiresAt === 'string' ? new Date(wanted.expiresAt) : null;
  refuseMisfits(wanted, expiresAt, now);
  const id = `hc_${randomBytes(8).toString('hex')}`;
  const terms = { id, label, issuerIds: issuers, failurePolicy, createdAt: now, expiresAt };
  const secret = scheme === 'header' ? generateSecret() : null;
  const store = { prisma: tx };
  const stored =
    secret === null
      ? createBearerCredential(store, { ...terms, clientId: clientId ?? '' })
      : createHookCredential(store, {
          ...terms,
          headerName: (headerName ?? DEFAULT_HEADER).toLowerCase(),
          secretSha256: hashSecret(secret),
        });
  await stored.catch(refuse);
  return { id, document: { ...known(await findCredential(store, id)), secret } };
}

/** A credential is pinned to one scheme, and has nothing of another's. @throws Problem */
function refuseMisfits(
  { scheme, headerName, clientId }: CreateHookCredentialDto,
  expiresAt: Date | null,
  now: Date,
): void {
  const errors: FieldError[] = [];
  if (scheme === 'header' && clientId !== undefined)
    errors.push({ pointer: '/clientId', detail: 'is for scheme "bearer"' });
  if (scheme === 'bearer' && headerName !== undefined)
    errors.push({ pointer: '/headerName', detail: 'is for scheme "header"' });
  if (scheme === 'bearer' && clientId === undefined)
    errors.push({ pointer: '/clientId', detail: 'must be given for scheme "bearer"' });
  if (expiresAt !== null && expiresAt <= now)
    errors.push({ pointer: '/expiresAt', detail: 'must not have passed already' });
  if (errors.length > 0) throw invalidFields(errors);
}

/** @throws Problem in place of the refusal */
function refuse(error: unknown): never {
  if (!(error instanceof CredentialRefusedError)) throw error;
  if (error.message.startsWith('No such issuer'))
    throw invalidFields([{ pointer: '/issuers', detail: error.message }]);
  throw new Problem('conflict', error.message);
}

/** A database, or one transaction of it. */
type Store = Parameters<typeof listHookCredentials>[0];

async function findCredential(store: Store, id: string) {
  return (await listHookCredentials(store)).map(toDocument).find((credential) => credential.id === id);
}

function known<Document>(document: Document | undefined): Document {
  if (document === undefined) throw new Problem('not-found', 'there is no such credential');
  return document;
}

function toDocument(credential: HookCredentialSummary) {
  const { id, scheme, label, issuerIds, failurePolicy, createdAt, expiresAt, revokedAt } = credential;
  return {
    ...{ id, scheme, label },
    headerName: credential.scheme === 'header' ? credential.headerName : null,
    clientId: credential.scheme === 'bearer' ? credential.clientId : null,
    ...{ issuers: issuerIds, failurePolicy, createdAt: createdAt.toISOString() },
    ...{ expiresAt: isoOrNull(expiresAt), revokedAt: isoOrNull(revokedAt) },
  };
}
