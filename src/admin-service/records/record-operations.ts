import { isId } from '../../claims/identifiers.js';
import { invalidFields, type ProblemName } from '../problems/problem.js';
import { isUnmodified, type Preconditions } from '../requests/entity-tag.js';
import { idempotentRequest } from '../requests/idempotency.js';
import { MERGE_PATCH_TYPE } from '../requests/json-body.js';
import { headerOf, type Answer, type Operation, type OperationRequest } from '../requests/operation.js';
import { BODY_PROBLEMS, READING_PROBLEMS } from '../requests/reading-problems.js';
import type { RecordKey } from './record-keys.js';
import type { RecordService, Written } from './record.service.js';
import type { Resource } from './resource.js';

const WRITING: readonly ProblemName[] = [...BODY_PROBLEMS, 'conflict', 'read-only'];

type Audience = Pick<Operation, 'tag' | 'scope' | 'isForTenants'>;

/** What can be asked of one noun: list, create, read, replace, patch, remove. */
export function recordOperations(
  resource: Resource,
  records: RecordService,
  now: () => Date,
): readonly Operation[] {
  const { store, plural, name, key, document, filter, writeScope, shownToTenants, tenantMember } = resource;
  const collection = `/v1/${plural}`;
  const item = `${collection}/${key.map((member) => `{${member}}`).join('/')}`;
  const reading: Audience = {
    ...{ tag: plural, scope: 'directory:read', isForTenants: shownToTenants !== 'none' },
  };
  const writing: Audience = { tag: plural, scope: writeScope, isForTenants: tenantMember !== undefined };
  const one = { body: document, headers: ['ETag'] } as const;
  return [
    {
      ...reading,
      ...{ id: `list${name}s`, method: 'GET', path: collection, query: filter },
      summary: `List ${plural}, in the order of their keys`,
      description: resource.about,
      answers: { 200: { description: 'One page.', body: document, isList: true } },
      problems: [...READING_PROBLEMS, 'invalid-fields'],
      handle: async ({ caller, query }) => ({
        status: 200,
        body: await records.list(resource, caller, query),
      }),
    },
    {
      ...writing,
      ...{ id: `create${name}`, method: 'POST', path: collection, body: document },
      headers: ['Idempotency-Key'],
      optionalMembers: resource.idPrefix === undefined ? [] : ['id'],
      summary: `Create a ${store.noun}`,
      ...(resource.idPrefix === undefined ? {} : { description: 'Where no id is given, one is made.' }),
      answers: {
        201: {
          description: 'It was created, by this request or by an earlier one of the same idempotency key.',
          body: document,
          headers: ['ETag', 'Location', 'Idempotency-Replayed'],
        },
      },
      problems: [...WRITING, 'already-exists', 'not-found', 'idempotency-key-reused'],
      handle: async (request) => {
        const { caller, body } = request;
        const idempotencyKey = headerOf(request, 'idempotency-key');
        const about = { path: collection, body, now: now() };
        const idempotency =
          idempotencyKey === undefined ? undefined : idempotentRequest(idempotencyKey, caller.actor, about);
        return writtenAnswer(resource, await records.create(resource, caller, { body, idempotency }));
      },
    },
    {
      ...reading,
      ...{ id: `read${name}`, method: 'GET', path: item, headers: ['If-None-Match'] },
      summary: `Read a ${store.noun}`,
      answers: {
        200: { description: 'The record, and its version.', ...one },
        304: { description: 'It still has the version that the caller knows.' },
      },
      problems: [...READING_PROBLEMS, 'not-found', 'invalid-fields'],
      handle: async (request) => {
        const { record, version } = await records.read(resource, request.caller, keyIn(resource, request));
        const headers = { etag: version };
        return isUnmodified(preconditionsIn(request), version)
          ? { status: 304, headers }
          : { status: 200, headers, body: record };
      },
    },
    {
      ...writing,
      ...{ id: `put${name}`, method: 'PUT', path: item, body: document },
      headers: ['If-Match', 'If-None-Match'],
      optionalMembers: key,
      summary: `Create a ${store.noun} under its key, or replace it`,
      description: 'Sending it again changes nothing. What is left out has its default.',
      answers: {
        200: { description: 'It was replaced.', ...one },
        201: { description: 'It was created.', body: document, headers: ['ETag', 'Location'] },
      },
      problems: [...WRITING, 'already-exists', 'precondition-failed'],
      handle: async (request) =>
        writtenAnswer(
          resource,
          await records.replace(resource, request.caller, {
            ...changeIn(resource, request),
            body: request.body,
          }),
        ),
    },
    {
      ...writing,
      ...{ id: `patch${name}`, method: 'PATCH', path: item, body: document, bodyType: MERGE_PATCH_TYPE },
      headers: ['If-Match'],
      optionalMembers: 'all',
      summary: `Change members of a ${store.noun}`,
      description: 'A merge patch (RFC 7396): members that are left out stay, null removes one.',
      answers: { 200: { description: 'It was changed.', ...one } },
      problems: [...WRITING, 'not-found', 'precondition-failed'],
      handle: async (request) =>
        writtenAnswer(
          resource,
          await records.patch(resource, request.caller, {
            ...changeIn(resource, request),
            body: request.body,
          }),
        ),
    },
    {
      ...writing,
      ...{ id: `delete${name}`, method: 'DELETE', path: item, headers: ['If-Match'] },
      summary: `Remove a ${store.noun}`,
      description: capitalized(`${resource.removal}.`),
      answers: { 204: { description: 'It is gone.' } },
      problems: [
        ...READING_PROBLEMS,
        'invalid-fields',
        'not-found',
        'precondition-failed',
        'in-use',
        'read-only',
        'conflict',
      ],
      handle: async (request) => {
        await records.remove(resource, request.caller, changeIn(resource, request));
        return { status: 204 };
      },
    },
  ];
}

function writtenAnswer(resource: Resource, { outcome, key, record, version }: Written): Answer {
  const location = `/v1/${resource.plural}/${resource.key.map((name) => encodeURIComponent(key[name] ?? '')).join('/')}`;
  if (outcome === 'replaced') return { status: 200, headers: { etag: version }, body: record };
  const replayed = outcome === 'replayed' ? { 'idempotency-replayed': 'true' } : {};
  return { status: 201, headers: { etag: version, location, ...replayed }, body: record };
}

function changeIn(resource: Resource, request: OperationRequest) {
  return { key: keyIn(resource, request), preconditions: preconditionsIn(request) };
}

function preconditionsIn(request: OperationRequest): Preconditions {
  return { ifMatch: headerOf(request, 'if-match'), ifNoneMatch: headerOf(request, 'if-none-match') };
}

function keyIn({ key }: Resource, { params }: OperationRequest): RecordKey {
  const wrong = key.filter((name) => !isId(params[name]));
  if (wrong.length > 0) throw invalidFields(wrong.map((parameter) => ({ parameter, detail: NO_ID })));
  return Object.fromEntries(key.map((name) => [name, params[name] ?? '']));
}

const NO_ID = 'must be 1 to 255 characters of text, without control characters or outer white space';

function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
