import { describe, expect, it } from '@jest/globals';
import { filledPath, readDescription, type DescribedOperation } from '../../support/openapi.js';
import { startTestAdmin, type AdminAnswer } from '../../support/test-admin.js';
import {
  ABSENT_KEYS,
  fillTwoTenants,
  GREEN_KEYS,
  GREEN_RECORDS,
  SECRET,
  type Keys,
} from '../../support/two-tenants.js';

const admin = await startTestAdmin();
await fillTwoTenants(admin.call);
const { operations } = await readDescription(admin.call);

const SCOPES = ['directory:read', 'directory:write', 'mappings:write', 'credentials:write'];
const blue = await admin.tokenFor(...SCOPES.map((scope) => `${scope}:blue`));
const green = await admin.tokenFor('directory:read:green');

interface Request {
  readonly path: string;
  readonly body?: unknown;
}

/** Whatever of the whole database is not blue's own. */
async function othersRows(): Promise<unknown> {
  const { prisma } = admin.database;
  const others = { where: { tenantId: { not: 'blue' } } };
  return {
    tenants: await prisma.tenant.findMany({ where: { id: { not: 'blue' } }, orderBy: { id: 'asc' } }),
    memberships: await prisma.membership.findMany({ ...others, orderBy: { userId: 'asc' } }),
    bindings: await prisma.clientBinding.findMany({ ...others, orderBy: { clientId: 'asc' } }),
    subscriptions: await prisma.subscription.findMany({ ...others, orderBy: { id: 'asc' } }),
    grants: await prisma.featureGrant.findMany({ ...others, orderBy: { id: 'asc' } }),
    orgs: await prisma.org.findMany(),
    issuers: await prisma.issuer.findMany(),
    users: await prisma.user.findMany({ orderBy: { id: 'asc' } }),
    clients: await prisma.client.findMany({ orderBy: { id: 'asc' } }),
    features: await prisma.feature.findMany(),
    plans: await prisma.plan.findMany({ include: { features: true } }),
    mappings: await prisma.claimMapping.findMany({ orderBy: { id: 'asc' } }),
    credentials: await prisma.hookCredential.findMany(),
    tokens: (await prisma.adminToken.findMany({ orderBy: { id: 'asc' } })).filter(({ scopes }) =>
      scopes.some((scope) => !scope.endsWith(':blue')),
    ),
  };
}

const tokens = await admin.database.prisma.adminToken.findMany({
  where: { scopes: { has: 'directory:read:green' } },
});
const KEYS: Keys = {
  ...GREEN_KEYS,
  'admin-tokens': { id: tokens[0]?.id ?? '' },
  'hook-credentials': { id: 'none' },
};

/** Bodies that name green, and the bodies of what belongs to nobody, for the operations that are no record's. */
const BODIES: Readonly<Record<string, unknown>> = {
  explain: { issuer: 'default', client: 'shared-client', user: 'both' },
  validateClaimMapping: { expression: 'tenant.id' },
  createAdminToken: { label: 'more', scopes: ['directory:read:green'] },
  createHookCredential: { label: 'more', issuers: ['default'] },
};

/** Everything that one may try with an operation to get at green. */
function attempts(operation: DescribedOperation, keys: Keys): readonly Request[] {
  const { tag, id, method, path, queryParameters } = operation;
  const key = keys[tag] ?? {};
  const body = BODIES[id] ?? (method === 'PATCH' ? { ...GREEN_RECORDS[tag], ...key } : GREEN_RECORDS[tag]);
  const filled = filledPath(path, key);
  const hasBody = operation.body !== undefined;
  const guesses = ['green', 'gus', 'both', 'green-client', `${SECRET}-role`];
  const filters = queryParameters.filter(({ name }) => name !== 'limit' && name !== 'cursor');
  const queries = filters.flatMap(({ name }) =>
    guesses.map((guess) => `${filled}?${name}=${encodeURIComponent(guess)}`),
  );
  return [{ path: filled, ...(hasBody ? { body } : {}) }, ...queries.map((query) => ({ path: query }))];
}

function send(operation: DescribedOperation, request: Request, token: string): Promise<AdminAnswer> {
  const { path, body } = request;
  return admin.call(operation.method, path, { token, ...(body === undefined ? {} : { body }) });
}

function textOf({ body, headers }: AdminAnswer): string {
  return JSON.stringify([body, [...headers]]);
}

/** Green's secrets in an answer. A refusal may name what was sent, and nothing else. */
function leakedIn(answer: AdminAnswer, sent: string): readonly string[] {
  const secrets = [...textOf(answer).matchAll(new RegExp(`${SECRET}(?:[- @][a-z]+)?`, 'g'))].map(
    ([secret]) => secret,
  );
  return answer.status >= 400 ? secrets.filter((secret) => !sent.includes(secret)) : secrets;
}

describe('a token for one tenant', () => {
  it('neither sees nor touches another tenant, whatever operation it tries', async () => {
    const before = await othersRows();
    for (const operation of operations) {
      const requests = attempts(operation, KEYS);
      const answers = await Promise.all(requests.map((request) => send(operation, request, blue)));
      for (const [index, answer] of answers.entries()) {
        const sent = JSON.stringify(requests[index]);
        expect({ sent, leaked: leakedIn(answer, sent) }).toEqual({ sent, leaked: [] });
        expect(answer.status).toBeLessThan(500);
      }
    }
    expect(await othersRows()).toEqual(before);
  });

  it('finds what it may see, where a token for everything finds the other tenant, too', async () => {
    const lists = operations.filter(({ method, pathParameters, tag }) => {
      const isList = method === 'GET' && pathParameters.length === 0;
      return (
        isList &&
        [
          'tenants',
          'users',
          'clients',
          'memberships',
          'bindings',
          'subscriptions',
          'grants',
          'audit',
        ].includes(tag)
      );
    });
    expect(lists).toHaveLength(8);
    for (const list of lists) {
      const [everything, own] = [
        await send(list, { path: list.path }, admin.everything),
        await send(list, { path: list.path }, blue),
      ];
      expect([list.id, textOf(everything).includes(SECRET)]).toEqual([list.id, true]);
      const { items } = own.body as { items: readonly object[] };
      expect(items.length).toBeGreaterThan(0);
      expect(textOf(own)).not.toContain(SECRET);
    }
  });

  it('cannot tell a record of another tenant from one that is not there', async () => {
    const items = operations.filter(
      ({ pathParameters, method }) => pathParameters.length > 0 && method !== 'PUT',
    );
    for (const operation of items) {
      const { tag, path, method } = operation;
      const there = KEYS[tag];
      const absent = ABSENT_KEYS[tag];
      if (there === undefined || absent === undefined || there === absent) continue;
      const body = method === 'PATCH' ? { body: {} } : {};
      const [one, other] = [
        await send(operation, { path: filledPath(path, there), ...body }, blue),
        await send(operation, { path: filledPath(path, absent), ...body }, blue),
      ];
      expect([operation.id, one.status]).toEqual([operation.id, other.status]);
      const generic = ({ body: answer }: AdminAnswer) =>
        JSON.stringify(answer).replaceAll(/green|absent/g, 'x');
      expect(generic(one)).toBe(generic(other));
    }
  });

  it('does all that it may in its own tenant', async () => {
    const options = { token: blue };
    expect(
      (await admin.call('PATCH', '/v1/tenants/blue', { ...options, body: { name: 'Bluer' } })).status,
    ).toBe(200);
    const membership = { roles: ['member'], until: '2027-01-01T00:00:00Z' };
    expect(
      (await admin.call('PUT', '/v1/memberships/acme/gus/blue', { ...options, body: membership })).status,
    ).toBe(201);
    expect((await admin.call('DELETE', '/v1/memberships/acme/gus/blue', options)).status).toBe(204);
    const grant = { tenant: 'blue', feature: 'seats', value: 3, reason: 'more', org: 'acme', user: 'bea' };
    expect((await admin.call('POST', '/v1/grants', { ...options, body: grant })).status).toBe(201);
    const token = { label: 'less', scopes: ['directory:read:blue'] };
    expect((await admin.call('POST', '/v1/admin-tokens', { ...options, body: token })).status).toBe(201);
  });

  it('is not told what it contradicts in another tenant', async () => {
    const body = { roles: [], default: true };
    const answer = await admin.call('PUT', '/v1/memberships/acme/both/blue', { token: blue, body });
    expect(answer).toMatchObject({
      status: 409,
      body: { detail: 'it contradicts something that the token may not know of' },
    });
    const everything = await admin.call('PUT', '/v1/memberships/acme/both/blue', { body });
    expect(everything).toMatchObject({
      status: 409,
      body: { detail: 'a user has two default memberships at one time' },
    });
  });

  it.each(['subscriptions', 'grants'])(
    'is not told whose an id of %s is, nor that it is another tenant’s',
    async (noun) => {
      const theirs = { ...GREEN_RECORDS[noun], tenant: 'blue' };
      const contradiction = {
        status: 409,
        body: {
          type: 'urn:mintmark:problem:conflict',
          detail: 'it contradicts something that the token may not know of',
        },
      };
      const { id } = theirs as unknown as { readonly id: string };
      for (const [method, path] of [
        ['POST', `/v1/${noun}`],
        ['PUT', `/v1/${noun}/${id}`],
      ] as const) {
        const options = {
          token: blue,
          body: theirs,
          headers: { 'idempotency-key': 'theirs', 'if-match': '*' },
        };
        expect(await admin.call(method, path, options)).toMatchObject(contradiction);
      }
      const own = { ...theirs, id: `blue-${noun.slice(0, -1)}` };
      expect(await admin.call('POST', `/v1/${noun}`, { token: blue, body: own })).toMatchObject({
        ...{ status: 409, body: { type: 'urn:mintmark:problem:already-exists' } },
      });
    },
  );

  it('is not shown again what it made, once that is another tenant’s', async () => {
    const body = { tenant: 'blue', feature: 'seats', value: 4, reason: 'trial', org: 'acme', user: 'both' };
    const create = () =>
      admin.call('POST', '/v1/grants', { token: blue, body, headers: { 'idempotency-key': 'once' } });
    const created = await create();
    const { id } = created.body as { readonly id: string };
    expect(created.status).toBe(201);
    const change = { tenant: 'green', reason: `${SECRET} reason` };
    expect((await admin.call('PATCH', `/v1/grants/${id}`, { body: change })).status).toBe(200);
    const again = await create();
    expect([again.status, textOf(again).includes(SECRET)]).toEqual([404, false]);
    expect((await admin.call('DELETE', `/v1/grants/${id}`)).status).toBe(204);
  });

  it('sees of a client of several tenants its own binding alone', async () => {
    const { body } = await admin.call('GET', '/v1/clients/acme/shared-client', { token: blue });
    expect(body).toMatchObject({ bindings: [{ tenant: 'blue' }] });
    const other = await admin.call('GET', '/v1/clients/acme/shared-client', { token: green });
    expect(other.body).toMatchObject({ bindings: [{ tenant: 'green' }] });
  });

  it('moves nothing of its own into another tenant', async () => {
    for (const path of ['/v1/grants/blue-grant', '/v1/subscriptions/blue-subscription']) {
      expect((await admin.call('PATCH', path, { token: blue, body: { tenant: 'green' } })).status).toBe(403);
    }
  });
});
