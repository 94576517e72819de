import { PROBLEMS, PROBLEM_MEDIA_TYPE, typeOf, type ProblemName } from '../problems/problem.js';
import { BODY_LIMIT_BYTES } from '../requests/json-body.js';
import type { AnswerDescription, Operation } from '../requests/operation.js';
import { ClassSchemas, type Schema } from './class-schemas.js';

/** The description of the API (OpenAPI 3.1), made of the operations themselves. */
export function openApiDocument(operations: readonly Operation[]): Schema {
  const schemas = new ClassSchemas();
  schemas.add('Problem', PROBLEM_SCHEMA);
  const paths = new Map<string, Record<string, Schema>>();
  for (const operation of operations) {
    const item = paths.get(operation.path) ?? {};
    item[operation.method.toLowerCase()] = describeOperation(operation, schemas);
    paths.set(operation.path, item);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Mintmark admin API', version: '1', description: ABOUT },
    security: [{ bearer: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: schemas.all(),
    },
  };
}

const ABOUT = [
  'The directory that ends up in tokens: read, written and explained over REST.',
  'Lists are pages: "nextCursor" of one is the "cursor" of the next.',
  'Every record has a version, its ETag: send it as If-Match, and a change that somebody else made meanwhile is not overwritten.',
  'Creations take an Idempotency-Key, which for a day means the same creation.',
  'What goes wrong is a problem (RFC 9457) with a stable "type", and names every field that is wrong at once.',
  `Bodies are JSON of at most ${String(BODY_LIMIT_BYTES / 1024)} KiB.`,
].join('\n\n');

const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  description: 'RFC 9457.',
  properties: {
    type: { type: 'string', enum: (Object.keys(PROBLEMS) as readonly ProblemName[]).map(typeOf) },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      description: 'Every part of the request that is wrong.',
      items: {
        type: 'object',
        properties: {
          detail: { type: 'string' },
          pointer: { type: 'string', description: 'A member of the body (RFC 6901).' },
          parameter: { type: 'string' },
          header: { type: 'string' },
        },
        required: ['detail'],
      },
    },
    version: { type: 'string', description: 'The version that the record has now.' },
  },
  required: ['type', 'title', 'status', 'detail'],
};

const HEADERS: Readonly<Record<string, string>> = {
  'If-Match': 'The version that the record must have: its ETag.',
  'If-None-Match': 'A version that the record must not have; "*" for: it must not be there.',
  'Idempotency-Key':
    '1 to 255 printable characters of ASCII: repeating the request under it creates nothing more.',
  ETag: 'The version of the record.',
  Location: 'Where the record is.',
  'Idempotency-Replayed': '"true" where an earlier request of the same key created it.',
};

function describeOperation(operation: Operation, schemas: ClassSchemas): Schema {
  const { id, tag, summary, description = '', scope } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: `${description}\n\n${describeScope(operation)}`.trim(),
    ...(scope === null ? { security: [] } : {}),
    parameters: parametersOf(operation),
    ...requestBodyOf(operation, schemas),
    responses: responsesOf(operation, schemas),
  };
}

export function describeScope({ scope, isForTenants }: Operation): string {
  if (scope === null) return 'Anybody may ask.';
  return isForTenants
    ? `Scope ${scope}, for everything or for some tenants.`
    : `Scope ${scope}, for everything.`;
}

function parametersOf({ path, query, headers = [] }: Operation): readonly Schema[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }));
  const properties = query === undefined ? {} : new ClassSchemas().schemaOf(query)['properties'];
  const inQuery = Object.entries((properties ?? {}) as Readonly<Record<string, Schema>>).map(
    ([name, { description, ...schema }]) => ({
      ...{ name, in: 'query', ...(description === undefined ? {} : { description }) },
      schema: withoutNull(schema),
    }),
  );
  const inHeader = headers.map((name) => ({
    ...{ name, in: 'header', description: HEADERS[name] ?? '', schema: { type: 'string' } },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

/** A parameter is there, or not; it is never null. */
function withoutNull(schema: Schema): Schema {
  const { type, enum: words } = schema;
  return {
    ...schema,
    ...(Array.isArray(type) ? { type: (type as readonly unknown[])[0] } : {}),
    ...(Array.isArray(words) ? { enum: words.filter((word) => word !== null) } : {}),
  };
}

function requestBodyOf(operation: Operation, schemas: ClassSchemas): Schema {
  const { body, bodyType = 'application/json' } = operation;
  if (body === undefined) return {};
  return {
    requestBody: { required: true, content: { [bodyType]: { schema: bodySchemaOf(operation, schemas) } } },
  };
}

/** Where members may be left out, the body is described by a schema of its own. */
function bodySchemaOf({ body, id, optionalMembers = [] }: Operation, schemas: ClassSchemas): Schema {
  if (body === undefined) return {};
  if (optionalMembers.length === 0) return schemas.reference(body);
  const { required = [], ...schema } = schemas.schemaOf(body);
  const needed = (required as readonly string[]).filter(
    (name) => optionalMembers !== 'all' && !optionalMembers.includes(name),
  );
  const name = `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`;
  return schemas.add(name, { ...schema, ...(needed.length === 0 ? {} : { required: needed }) });
}

function responsesOf({ answers, problems }: Operation, schemas: ClassSchemas): Schema {
  const good = Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer, schemas)]);
  const statuses = [...new Set([...problems, 'internal' as const].map((name) => PROBLEMS[name].status))];
  const bad = statuses.map((status) => {
    const names = [...problems, 'internal' as const].filter((name) => PROBLEMS[name].status === status);
    return [
      String(status),
      {
        description: names.map((name) => `${name}: ${PROBLEMS[name].title}.`).join(' '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ];
  });
  return Object.fromEntries([...good, ...bad]) as Schema;
}

function describeAnswer(
  { description, body, isList = false, headers = [], mediaType = 'application/json' }: AnswerDescription,
  schemas: ClassSchemas,
): Schema {
  const schema =
    body === undefined ? undefined : isList ? pageOf(schemas.reference(body)) : schemas.reference(body);
  const named = headers.map((name) => [
    name,
    { description: HEADERS[name] ?? '', schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(named) as Schema }),
    ...(schema === undefined && mediaType === 'application/json'
      ? {}
      : { content: { [mediaType]: { schema: schema ?? {} } } }),
  };
}

function pageOf(items: Schema): Schema {
  return {
    type: 'object',
    properties: { items: { type: 'array', items }, nextCursor: { type: ['string', 'null'] } },
    required: ['items', 'nextCursor'],
  };
}
