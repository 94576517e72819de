import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { filledPath, readDescription, type DescribedOperation, type Schema } from '../../support/openapi.js';
import { startTestAdmin } from '../../support/test-admin.js';
import { fillTwoTenants, GREEN_KEYS } from '../../support/two-tenants.js';

const admin = await startTestAdmin();
await fillTwoTenants(admin.call);
const { operations, schemas } = await readDescription(admin.call);

/** Ids that are there, so that what is generated refers to something now and then. */
const KNOWN = [
  ...new Set(Object.values(GREEN_KEYS).flatMap((key) => Object.values(key))),
  'blue',
  'both',
  'bea',
];

const odd = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '..',
    '%',
    '/',
    '__proto__',
    'constructor',
    '\ud800',
    'null',
    'x'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const text = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...KNOWN) },
  { weight: 2, arbitrary: fc.string({ minLength: 1, maxLength: 20 }) },
  { weight: 1, arbitrary: odd },
);

/** Values that a schema describes, most of the time. */
function valuesOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const described = describedValues(schema, depth);
  return fc.oneof(
    { weight: 12, arbitrary: described },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
}

function describedValues(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const { $ref: reference, enum: words, anyOf, format, default: fallback } = schema;
  if (typeof reference === 'string') return valuesOf(schemas[reference.split('/').at(-1) ?? ''] ?? {}, depth);
  if (Array.isArray(words)) return fc.constantFrom(...(words as readonly unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one: Schema) => valuesOf(one, depth)));
  const [type] = [schema['type']].flat();
  switch (type) {
    case 'string':
      return format === 'date-time' ? instants : format === 'uri' ? uris : text;
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer(), fc.double());
    case 'array':
      return fc.array(valuesOf((schema['items'] ?? {}) as Schema, depth + 1), { maxLength: 3 });
    case 'object':
      return objectsOf(schema, depth);
    default:
      return fallback === undefined ? fc.jsonValue({ maxDepth: 2 }) : fc.constant(fallback);
  }
}

function objectsOf({ properties, required }: Schema, depth: number): fc.Arbitrary<unknown> {
  const members = Object.entries((properties ?? {}) as Readonly<Record<string, Schema>>);
  if (members.length === 0) return fc.dictionary(text, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  const model = Object.fromEntries(members.map(([name, schema]) => [name, valuesOf(schema, depth + 1)]));
  const known = fc.record(model, { requiredKeys: (required ?? []) as string[] });
  const unknown = fc.record({ unknown: fc.jsonValue() });
  const merged = fc.tuple(known, unknown).map(([one, other]) => ({ ...one, ...other }));
  return fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: merged });
}

const instants = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    '9999-12-31T23:59:59-23:59',
    '0001-01-01T00:00:00+14:00',
    '',
  ),
);
const uris = fc.oneof(
  fc.webUrl({ validSchemes: ['https'] }),
  fc.constantFrom('https://a.example', 'https://'),
  text,
);

interface Request {
  readonly operation: DescribedOperation;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const headerValues = fc.constantFrom('*', '"x"', 'W/"x"', 'x', '', '"', 'k1', 'k2');

function requestsFor(operation: DescribedOperation): fc.Arbitrary<Request> {
  const { pathParameters, queryParameters, headers, body } = operation;
  const inPath = fc.record(Object.fromEntries(pathParameters.map((name) => [name, text])));
  const inQuery = Object.fromEntries(queryParameters.map(({ name, schema }) => [name, valuesOf(schema)]));
  return fc
    .record({
      params: inPath,
      query: fc.record(inQuery, { requiredKeys: [] }),
      headers: fc.record(Object.fromEntries(headers.map((name) => [name, headerValues])), {
        requiredKeys: [],
      }),
      body: body === undefined ? fc.constant(undefined) : valuesOf(body),
    })
    .map(({ params, query, headers: given, body: value }) => ({
      operation,
      path: `${filledPath(operation.path, wellFormed(params))}${queryText(query)}`,
      headers: wellFormed(given),
      body: value,
    }));
}

function wellFormed(values: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, String(value).toWellFormed()]),
  );
}

function queryText(query: object): string {
  const pairs = Object.entries(query).map(
    ([name, value]) =>
      `${name}=${encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed())}`,
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

const requests = fc.constantFrom(...operations).chain(requestsFor);

/** What a path may come to that the URL parser shortened: `..` is no segment. */
const ANYWHERE = [404, 405];

describe('whatever request is made of the description', () => {
  it('is answered as described, and never with a failure of the service', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async ({ operation, path, headers, body }) => {
        const sent = body === undefined ? {} : { body: JSON.stringify(body) };
        const answer = await admin.call(operation.method, path, { headers, ...sent });
        expect(answer.status).toBeLessThan(500);
        expect([...operation.statuses, ...ANYWHERE]).toContain(answer.status);
        if (answer.status >= 400)
          expect(answer.body).toMatchObject({
            type: expect.stringMatching(/^urn:mintmark:problem:/),
            status: answer.status,
          });
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect(admin.logs().filter(({ msg }) => msg === 'a request could not be answered')).toEqual([]);
  });

  it('reaches good answers of several operations', () => {
    const good = new Set(
      admin
        .logs()
        .filter(({ msg, status }) => msg === 'admin request' && Number(status) < 300)
        .map(({ method, route }) => `${String(method)} ${String(route)}`),
    );
    expect(good.size).toBeGreaterThan(8);
  });
});

describe('the description', () => {
  it('names every scope that is needed, and no route without one but itself', () => {
    expect(operations.filter(({ isPublic }) => isPublic).map(({ id }) => id)).toEqual([
      'readOpenApi',
      'readDocs',
    ]);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  it('refers to schemas that are there', () => {
    const references = [
      ...JSON.stringify([operations, schemas]).matchAll(/"#\/components\/schemas\/(\w+)"/g),
    ];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name = ''] of references) expect(Object.keys(schemas)).toContain(name);
  });

  it('is a page without scripts, too', async () => {
    const page = await admin.call('GET', '/v1/docs', { token: null });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(String(page.body)).not.toMatch(/<script|\son\w+=|src=/);
    for (const { id, path } of operations) {
      expect(page.body).toContain(`id="${id}"`);
      expect(page.body).toContain(path);
    }
  });
});
