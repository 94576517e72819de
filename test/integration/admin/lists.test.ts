import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readDescription, type Schema } from '../../support/openapi.js';
import { startTestAdmin } from '../../support/test-admin.js';
import { fillTwoTenants } from '../../support/two-tenants.js';

const admin = await startTestAdmin();
const { call } = admin;
await fillTwoTenants(call);

/** What makes at least three of every noun. */
const MORE: readonly (readonly [string, object])[] = [
  ['orgs', { id: 'beta', url: 'https://beta.okta.example' }],
  ['orgs', { id: 'Zeta "ü"', url: 'https://zeta.okta.example' }],
  ['issuers', { id: 'orders', org: 'beta', uri: 'https://beta.okta.example/oauth2/orders', mode: 'shadow' }],
  ['issuers', { id: 'a b', org: 'acme', uri: 'https://acme.okta.example/oauth2/ab' }],
  ['features', { id: 'sso', type: 'boolean' }],
  ['features', { id: 'tier', type: 'string' }],
  ['plans', { id: 'plus', rank: 2, features: { sso: true } }],
  ['plans', { id: 'all', rank: 3, features: {} }],
  ['tenants', { id: 'red/1', name: 'Red', status: 'suspended' }],
  ['users', { org: 'beta', id: 'both', login: 'both@beta.example', status: 'suspended' }],
  ['clients', { org: 'beta', id: 'shared-client', name: 'Of beta', tenantMode: 'any', mode: 'off' }],
  ['memberships', { org: 'beta', user: 'both', tenant: 'blue', roles: ['admin'] }],
  ['bindings', { org: 'beta', client: 'shared-client', tenant: 'blue', roles: [] }],
  ['subscriptions', { tenant: 'red/1', plan: 'plus' }],
  ['grants', { tenant: 'blue', feature: 'sso', value: true, reason: 'x', org: 'beta', user: 'both' }],
  ...['one', 'two', 'three'].map((label) => ['hook-credentials', { label, issuers: ['default'] }] as const),
  ...['one', 'two'].map((label) => ['admin-tokens', { label, scopes: ['directory:read:blue'] }] as const),
];
for (const [noun, body] of MORE) {
  const { status, body: answer } = await call('POST', `/v1/${noun}`, { body });
  if (status !== 201) throw new Error(`${noun} was not created: ${JSON.stringify(answer)}`);
}

type Item = Readonly<Record<string, unknown>>;

interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const { operations, schemas } = await readDescription(call);

/** OpenAPI 3.1 has the JSON Schema of 2020-12. */
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true, validateFormats: false });
ajv.addVocabulary(['components']);
ajv.addSchema({ components: { schemas } }, 'api');

// Recorded calls are not made over the API: their list has a test of its own.
const lists = operations.filter(
  ({ tag, queryParameters }) =>
    tag !== 'invocations' && queryParameters.some(({ name }) => name === 'cursor'),
);
const LISTS = lists.map(({ path, queryParameters, tag, answer }) => ({
  ...{ path, tag, items: itemsOf(answer) },
  filters: queryParameters.map(({ name }) => name).filter((name) => name !== 'cursor' && name !== 'limit'),
}));

/** Where the description has the schema of a list’s items. */
function itemsOf(answer: Schema | undefined): string {
  const { items } = (answer?.['properties'] ?? {}) as { readonly items?: { readonly items: Schema } };
  return String(items?.items['$ref']);
}

async function page(path: string, query: Readonly<Record<string, string>>): Promise<Page> {
  const { status, body } = await call('GET', `${path}?${new URLSearchParams(query).toString()}`);
  expect([path, query, status]).toEqual([path, query, 200]);
  return body as Page;
}

async function all(path: string, query: Readonly<Record<string, string>>): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (let next: string | null | undefined; next !== null; next = pages.at(-1)?.nextCursor) {
    pages.push(await page(path, { ...query, ...(next === undefined ? {} : { cursor: next }) }));
  }
  return pages;
}

/** Filters that ask for more than that a member has this value: other tests are about them. */
const ELABORATE: Readonly<Record<string, readonly string[]>> = {
  users: ['tenant'],
  clients: ['tenant'],
  memberships: ['role'],
  plans: ['feature'],
  audit: ['id', 'from', 'until'],
  'admin-tokens': ['inForce'],
};

it('is of every noun, audit, credentials and tokens', () => {
  expect(LISTS.map(({ tag }) => tag).toSorted()).toEqual(
    [
      ...['orgs', 'issuers', 'features', 'plans', 'tenants', 'users', 'clients', 'memberships', 'bindings'],
      ...['subscriptions', 'grants', 'claim-mappings', 'hook-credentials', 'admin-tokens', 'audit'],
    ].toSorted(),
  );
});

/** Sizes of pages that end in every way: the audit has many rows, and every page of it looks alike. */
const SIZES: Readonly<Record<string, readonly string[]>> = { audit: ['10', '25'] };

describe.each(LISTS)('the list $path', ({ path, tag, filters, items: schema }) => {
  const [size = '1', larger = '2'] = SIZES[tag] ?? [];

  it('has everything once, in one order, in pages of every size', async () => {
    const whole = await page(path, { limit: '500' });
    expect(whole.items.length).toBeGreaterThanOrEqual(3);
    expect(whole.nextCursor).toBeNull();
    for (const limit of [size, larger]) {
      const pages = await all(path, { limit });
      expect(pages.flatMap(({ items }) => items)).toEqual(whole.items);
      expect(pages.slice(0, -1).map(({ items }) => items.length)).toEqual(
        pages.slice(1).map(() => Number(limit)),
      );
      expect(pages.at(-1)?.items.length).toBeGreaterThan(0);
    }
  });

  it('has what the description of the API promises', async () => {
    const isDescribed = ajv.compile({ $ref: `api${schema}` });
    for (const item of (await page(path, { limit: '500' })).items) {
      isDescribed(item);
      expect([item, isDescribed.errors]).toEqual([item, null]);
    }
  });

  it('has 50 on a page where nobody says how many', async () => {
    const { items } = await page(path, {});
    expect(items).toEqual((await page(path, { limit: '50' })).items);
  });

  it('has what every filter lets through, and nothing else, on every page', async () => {
    const { items } = await page(path, { limit: '500' });
    for (const filter of filters.filter((name) => !(ELABORATE[tag] ?? []).includes(name))) {
      const values = new Set(items.map((item) => item[filter]).filter((value) => typeof value === 'string'));
      expect([filter, values.size]).not.toEqual([filter, 0]);
      for (const value of values) {
        const wanted = items.filter((item) => item[filter] === value);
        const pages = await all(path, { [filter]: value, limit: larger });
        expect([filter, value, pages.flatMap((one) => one.items)]).toEqual([filter, value, wanted]);
      }
    }
  });

  const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  const REFUSED: readonly (readonly [string, string])[] = [
    ...['0', '501', '-1', '1.5', '1e2', 'many', '', ' 5'].map((value) => ['limit', value] as const),
    ['cursor', ''],
    ['cursor', 'x'],
    ['cursor', 'x'.repeat(9_000)],
    ['cursor', cursorOf([])],
    ['cursor', cursorOf(['a', 'b', 'c', 'd'])],
    ['cursor', cursorOf({ length: 1 })],
    ['cursor', cursorOf([1])],
    ['cursor', cursorOf(['a\0', 'a\0', 'a\0'])],
    ['offset', '1'],
    ['__proto__', '1'],
  ];

  it('is refused with a size, a cursor or a parameter that it does not have, by name', async () => {
    const answers = await Promise.all(
      REFUSED.map(async ([parameter, value]) => {
        const { status, body } = await call('GET', `${path}?${parameter}=${encodeURIComponent(value)}`);
        const { type, errors } = body as { type?: unknown; errors?: readonly { parameter?: unknown }[] };
        return [parameter, value, status, type, errors?.map((error) => error.parameter)];
      }),
    );
    expect(answers).toEqual(
      REFUSED.map(([parameter, value]) => [
        ...[parameter, value, 422, 'urn:mintmark:problem:invalid-fields', [parameter]],
      ]),
    );
  });

  it('is refused with a parameter that is given twice', async () => {
    expect(await call('GET', `${path}?limit=1&limit=2`)).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'limit', detail: 'must be given once' }] },
    });
  });
});
