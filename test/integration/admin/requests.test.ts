import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { KEY_KEPT_MS } from '../../../src/admin-service/requests/idempotency.js';
import { NOW } from '../../support/test-hook.js';
import { startTestAdmin, type AdminAnswer } from '../../support/test-admin.js';

// What holds for every noun, shown on tenants.

const clock = { now: NOW };
const admin = await startTestAdmin({ now: () => clock.now });
const { call, database } = admin;

function problem(name: string, status: number, members: object = {}): object {
  return {
    status,
    body: expect.objectContaining({ type: `urn:mintmark:problem:${name}`, status, ...members }),
  };
}

function etagOf({ headers }: AdminAnswer): string {
  const etag = headers.get('etag');
  if (etag === null) throw new Error('no ETag');
  return etag;
}

/** The actors and actions of audit for one tenant, the oldest first. */
async function auditOf(id: string): Promise<readonly string[]> {
  const rows = await database.prisma.audit.findMany({ where: { tenantId: id }, orderBy: { id: 'asc' } });
  return rows.map(({ actor, action }) => `${actor.split('_')[0] ?? ''} ${action}`);
}

describe('a record', () => {
  it('is created under the id that it is given, and says where it is', async () => {
    const created = await call('POST', '/v1/tenants', { body: { id: 'a/b ü', name: 'Acme' } });
    expect(created).toMatchObject({ status: 201, body: { id: 'a/b ü', name: 'Acme', status: 'active' } });
    expect(created.headers.get('location')).toBe('/v1/tenants/a%2Fb%20%C3%BC');
    expect(created.headers.get('cache-control')).toBe('no-store');
    const read = await call('GET', '/v1/tenants/a%2Fb%20%C3%BC');
    expect(read).toMatchObject({ status: 200, body: created.body });
    expect(etagOf(read)).toBe(etagOf(created));
  });

  it('is not created twice', async () => {
    await call('POST', '/v1/tenants', { body: { id: 'twice', name: 'One' } });
    const again = await call('POST', '/v1/tenants', { body: { id: 'twice', name: 'Two' } });
    expect(again).toMatchObject(problem('already-exists', 409));
    expect(await call('GET', '/v1/tenants/twice')).toMatchObject({ body: { name: 'One' } });
  });

  it('is put under the caller’s own key, as often as the caller likes', async () => {
    const body = { name: 'Put', status: 'suspended' };
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push((await call('PUT', '/v1/tenants/put', { body })).status);
    expect(statuses).toEqual([201, 200, 200]);
    expect(await auditOf('put')).toEqual(['token:at create']);
    const withDefaults = await call('PUT', '/v1/tenants/put', { body: { name: 'Put' } });
    expect(withDefaults).toMatchObject({ status: 200, body: { id: 'put', name: 'Put', status: 'active' } });
  });

  it('is put as it was read', async () => {
    const { body } = await call('PUT', '/v1/tenants/round', { body: { name: 'Round' } });
    expect(await call('PUT', '/v1/tenants/round', { body })).toMatchObject({ status: 200, body });
    const other = await call('PUT', '/v1/tenants/other', { body });
    expect(other).toMatchObject(
      problem('invalid-fields', 422, { errors: [{ pointer: '/id', detail: expect.any(String) }] }),
    );
  });

  it('is put once by two who put it at the same moment', async () => {
    const put = (name: string) => call('PUT', '/v1/tenants/race', { body: { name } });
    const answers = await Promise.all(['A', 'B', 'C', 'D'].map(put));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 201]);
  });

  it('is patched member by member', async () => {
    await call('PUT', '/v1/tenants/patch', { body: { name: 'Patch', status: 'suspended' } });
    const patched = await call('PATCH', '/v1/tenants/patch', { body: { name: 'Patched' } });
    expect(patched).toMatchObject({ status: 200, body: { name: 'Patched', status: 'suspended' } });
    // Null removes: then the default counts, or the member is missing.
    expect(await call('PATCH', '/v1/tenants/patch', { body: { status: null } })).toMatchObject({
      body: { status: 'active' },
    });
    expect(await call('PATCH', '/v1/tenants/patch', { body: { name: null } })).toMatchObject(
      problem('invalid-fields', 422, { errors: [{ pointer: '/name', detail: expect.any(String) }] }),
    );
    expect(await call('PATCH', '/v1/tenants/patch', { body: { id: 'another' } })).toMatchObject(
      problem('invalid-fields', 422),
    );
    expect(await call('PATCH', '/v1/tenants/nobody', { body: {} })).toMatchObject(problem('not-found', 404));
  });

  it('is removed, and is gone', async () => {
    await call('PUT', '/v1/tenants/gone', { body: { name: 'Gone' } });
    expect(await call('DELETE', '/v1/tenants/gone')).toMatchObject({ status: 204, body: undefined });
    expect(await call('GET', '/v1/tenants/gone')).toMatchObject(problem('not-found', 404));
    expect(await call('DELETE', '/v1/tenants/gone')).toMatchObject(problem('not-found', 404));
  });
});

describe('two admins who edit one record', () => {
  it('do not overwrite each other: the second is told the version that is there', async () => {
    const first = await call('PUT', '/v1/tenants/edited', { body: { name: 'Zero' } });
    const headers = { 'if-match': etagOf(first) };
    const answers = await Promise.all(
      ['One', 'Two'].map((name) => call('PATCH', '/v1/tenants/edited', { headers, body: { name } })),
    );
    const [winner, loser] = answers.toSorted((a, b) => a.status - b.status);
    if (winner === undefined || loser === undefined) throw new Error('two answers');
    expect(winner.status).toBe(200);
    expect(loser).toMatchObject(problem('precondition-failed', 412, { version: etagOf(winner) }));
    expect(etagOf(loser)).toBe(etagOf(winner));
    expect(await call('GET', '/v1/tenants/edited')).toMatchObject({ body: winner.body });
    const retried = await call('PATCH', '/v1/tenants/edited', {
      headers: { 'if-match': etagOf(loser) },
      body: { name: 'Three' },
    });
    expect(retried.status).toBe(200);
  });

  it('notice changes by plain SQL, too', async () => {
    const { headers } = await call('PUT', '/v1/tenants/by-sql', { body: { name: 'Zero' } });
    await database.prisma.tenant.update({ where: { id: 'by-sql' }, data: { name: 'One' } });
    const options = { headers: { 'if-match': headers.get('etag') ?? '' } };
    expect(await call('DELETE', '/v1/tenants/by-sql', options)).toMatchObject(
      problem('precondition-failed', 412),
    );
    expect(await call('PUT', '/v1/tenants/by-sql', { ...options, body: { name: 'Two' } })).toMatchObject(
      problem('precondition-failed', 412),
    );
  });

  it.each([
    ['if-match', '*', 201, 412],
    ['if-none-match', '*', 412, 201],
    ['if-match', '"nothing"', 412, 412],
    ['if-match', 'nonsense', 412, 412],
    ['if-none-match', '"nothing"', 200, 201],
  ])('with %s: %s find %i for what is there, %i for what is not', async (name, value, there, absent) => {
    const id = `cond-${name}-${String(there)}-${String(absent)}`;
    const put = (key: string) =>
      call('PUT', `/v1/tenants/${key}`, { headers: { [name]: value }, body: { name: 'x' } });
    await call('PUT', `/v1/tenants/${id}`, { body: { name: 'x' } });
    const expected = there === 201 ? 200 : there;
    expect((await put(id)).status).toBe(expected);
    expect((await put(`${id}-absent`)).status).toBe(absent);
  });

  it('are not sent again what they have', async () => {
    const put = await call('PUT', '/v1/tenants/cached', { body: { name: 'x' } });
    const read = (etag: string) => call('GET', '/v1/tenants/cached', { headers: { 'if-none-match': etag } });
    expect(await read(`W/${etagOf(put)}, "other"`)).toMatchObject({ status: 304, body: undefined });
    expect((await read('"other"')).status).toBe(200);
  });
});

describe('a list', () => {
  it('comes in pages, in the order of the keys, each record once', async () => {
    for (const id of ['p1', 'p2', 'p3', 'p4', 'p5']) {
      await call('PUT', `/v1/tenants/${id}`, { body: { name: id, status: 'suspended' } });
    }
    const ids: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await call('GET', `/v1/tenants?status=suspended&limit=2${after}`);
      const page = body as { items: { id: string }[]; nextCursor: string | null };
      expect(page.items.length).toBeLessThanOrEqual(2);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      pages += 1;
      // What was shown last is gone: the next page begins behind it all the same.
      if (pages === 1) await call('DELETE', `/v1/tenants/${ids.at(-1) ?? ''}`);
    } while (cursor !== null);
    expect(ids).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect(pages).toBe(3);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['status=gone', 'status'],
    ['stat=active', 'stat'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${Buffer.from('["a","b"]').toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from('["a\\u0000"]').toString('base64url')}`, 'cursor'],
    ['__proto__=x', '__proto__'],
  ])('is refused for ?%s', async (query, parameter) => {
    expect(await call('GET', `/v1/tenants?${query}`)).toMatchObject(
      problem('invalid-fields', 422, { errors: [{ parameter, detail: expect.any(String) }] }),
    );
  });
});

describe('a body', () => {
  it('is refused with every field that is wrong at once', async () => {
    const body = { id: ' x', name: '', status: 'gone', extra: 1 };
    const { status, body: answer, headers } = await call('POST', '/v1/tenants', { body });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
    const { errors } = answer as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual(['/extra', '/id', '/name', '/status']);
  });

  it.each<[string, string, number, string]>([
    ['nothing', '', 422, 'invalid-fields'],
    ['no JSON', '{', 400, 'malformed-request'],
    ['a list', '[]', 422, 'invalid-fields'],
    ['null', 'null', 422, 'invalid-fields'],
    ['a text', '"x"', 422, 'invalid-fields'],
    ['depths', `{"id":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, 'malformed-request'],
    ['too many values', `{"id":[${'1,'.repeat(10_001)}1]}`, 400, 'malformed-request'],
    ['lists in lists', '{"id":"x","name":[[1]]}', 422, 'invalid-fields'],
    ['a prototype', '{"id":"x","name":"x","__proto__":{"status":"suspended"}}', 422, 'invalid-fields'],
    ['a constructor', '{"id":"x","name":"x","constructor":1}', 422, 'invalid-fields'],
    ['NUL', '{"id":"x\\u0000","name":"x"}', 422, 'invalid-fields'],
    ['half a character', '{"id":"\\ud800","name":"x"}', 422, 'invalid-fields'],
    ['more than 128 KiB', `{"id":"x","name":"${'n'.repeat(140_000)}"}`, 413, 'body-too-large'],
  ])('of %s is refused', async (_, body, status, name) => {
    const options = { body, headers: { 'content-type': 'application/json' } };
    expect(await call('POST', '/v1/tenants', options)).toMatchObject(problem(name, status));
  });

  it.each([
    ['POST', 'text/plain'],
    ['POST', 'application/merge-patch+json'],
    ['POST', 'application/x-www-form-urlencoded'],
    ['PATCH', 'application/xml'],
  ])('of a %s in %s is not read', async (method, type) => {
    const path = method === 'POST' ? '/v1/tenants' : '/v1/tenants/x';
    const options = { body: '{"id":"x","name":"x"}', headers: { 'content-type': type } };
    expect(await call(method, path, options)).toMatchObject(problem('unsupported-media-type', 415));
  });

  it('of invalid UTF-8 is refused, and quoted nowhere', async () => {
    const response = await fetch(`${admin.service.url}/v1/tenants`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.everything}`, 'content-type': 'application/json' },
      body: Buffer.from([0x22, 0xff, 0x22]),
    });
    expect(response.status).toBe(400);
  });
});

describe('an idempotency key', () => {
  const create = (key: string, body: object, token?: string) =>
    call('POST', '/v1/tenants', {
      headers: { 'idempotency-key': key },
      body,
      ...(token === undefined ? {} : { token }),
    });

  it('makes a creation one, however often it is sent, also at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => create('k1', { id: 'k1', name: 'Key' })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(3);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await auditOf('k1')).toEqual(['token:at create']);
  });

  it('belongs to one request', async () => {
    await create('k2', { id: 'k2', name: 'Key' });
    expect(await create('k2', { id: 'k2', name: 'Other' })).toMatchObject(
      problem('idempotency-key-reused', 422),
    );
  });

  it('belongs to one caller', async () => {
    await create('k3', { id: 'k3', name: 'Key' });
    const token = await admin.tokenFor('directory:write');
    expect(await create('k3', { id: 'k3', name: 'Key' }, token)).toMatchObject(
      problem('already-exists', 409),
    );
  });

  it('is not used up by a creation that failed', async () => {
    expect((await create('k4', { id: 'k4', name: '' })).status).toBe(422);
    expect((await create('k4', { id: 'k1', name: 'Taken' })).status).toBe(409);
    expect((await create('k4', { id: 'k4', name: 'Key' })).status).toBe(201);
  });

  it('means another creation after a day', async () => {
    await create('k5', { id: 'k5', name: 'Key' });
    clock.now += KEY_KEPT_MS;
    expect((await create('k5', { id: 'k5b', name: 'Key' })).status).toBe(201);
  });

  it.each(['', ' ', 'ü', 'x'.repeat(256)])('is not %j', async (key) => {
    const answer = await fetch(`${admin.service.url}/v1/tenants`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${admin.everything}`,
        'content-type': 'application/json',
        'idempotency-key': Buffer.from(key).toString('latin1'),
      },
      body: '{"id":"k6","name":"Key"}',
    });
    expect(answer.status).toBe(422);
  });
});

describe('audit', () => {
  it('has a row exactly when the change was made', async () => {
    await call('PUT', '/v1/tenants/audited', { body: { name: 'Audited' } });
    await call('PATCH', '/v1/tenants/audited', { headers: { 'if-match': '"old"' }, body: { name: 'x' } });
    await call('PATCH', '/v1/tenants/audited', { body: { name: '' } });
    await call('PATCH', '/v1/tenants/audited', { body: { name: 'Audited' } });
    await call('POST', '/v1/tenants', { body: { id: 'audited', name: 'Again' } });
    expect(await auditOf('audited')).toEqual(['token:at create']);
    await call('PATCH', '/v1/tenants/audited', { body: { status: 'suspended' } });
    await call('DELETE', '/v1/tenants/audited');
    expect(await auditOf('audited')).toEqual(['token:at create', 'token:at change', 'token:at remove']);
  });
});

describe('a caller', () => {
  it.each<[string, string | null]>([
    ['no token', null],
    ['nonsense', 'nonsense'],
    ['a token that never was', `mma_${'A'.repeat(43)}`],
    ['a JWT', 'e30.e30.AAAA'],
  ])('with %s is nobody', async (_, token) => {
    for (const path of ['/v1/tenants', '/v1/tenants/x', '/v1/nothing', '/']) {
      const answer = await call('GET', path, { token });
      expect(answer).toMatchObject(problem('unauthenticated', 401));
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="mintmark"/);
    }
  });

  it('with two tokens is nobody', async () => {
    const headers = { authorization: `Bearer ${admin.everything}, Bearer ${admin.everything}` };
    expect((await call('GET', '/v1/tenants', { headers })).status).toBe(401);
  });

  it('is nobody when the token ends, or is revoked', async () => {
    const created = await call('POST', '/v1/admin-tokens', {
      body: {
        label: 'short',
        scopes: ['directory:read'],
        expiresAt: new Date(clock.now + 1000).toISOString(),
      },
    });
    const { token, id } = created.body as { token: string; id: string };
    expect((await call('GET', '/v1/tenants', { token })).status).toBe(200);
    clock.now += 1000;
    expect((await call('GET', '/v1/tenants', { token })).status).toBe(401);
    const other = await call('POST', '/v1/admin-tokens', {
      body: { label: 'x', scopes: ['directory:read'] },
    });
    const { token: second, id: secondId } = other.body as { token: string; id: string };
    expect((await call('POST', `/v1/admin-tokens/${secondId}/revoke`)).status).toBe(200);
    expect((await call('GET', '/v1/tenants', { token: second })).status).toBe(401);
    expect(id).not.toBe(secondId);
  });

  it.each([
    ['directory:read', 'POST', '/v1/tenants', { id: 'x', name: 'x' }],
    ['directory:write', 'GET', '/v1/tenants', undefined],
    ['directory:write', 'POST', '/v1/claim-mappings', { id: 'x', claim: 'x', expression: '1' }],
    ['mappings:write', 'POST', '/v1/orgs', { id: 'x', url: 'https://x.example' }],
    ['directory:write', 'GET', '/v1/admin-tokens', undefined],
    ['directory:read', 'GET', '/v1/hook-credentials', undefined],
  ])('with %s may not %s %s', async (scope, method, path, body) => {
    const answer = await call(method, path, { token: await admin.tokenFor(scope), body });
    expect(answer).toMatchObject(problem('forbidden', 403));
    expect(answer.headers.get('www-authenticate')).toMatch(/error="insufficient_scope", scope="[a-z:]+"/);
  });

  it('finds no other paths and methods', async () => {
    expect(await call('GET', '/v1/nothing')).toMatchObject(problem('not-found', 404));
    const answer = await call('POST', '/v1/tenants/x');
    expect(answer).toMatchObject(problem('method-not-allowed', 405));
    expect(answer.headers.get('allow')).toBe('GET, PUT, PATCH, DELETE');
    expect((await call('GET', '/v1/tenants/%ff')).status).toBe(400);
    expect((await call('GET', '/v1/tenants/%00')).status).toBe(422);
    expect((await call('GET', `/v1/tenants/${'%F0%9F%98%80'.repeat(255)}`)).status).toBe(404);
  });
});

describe('the log', () => {
  it('has a line for each request, with no value of the path and no token', async () => {
    await call('GET', '/v1/tenants/secret-tenant?x=secret-query');
    await delay(50);
    const text = JSON.stringify(admin.logs());
    expect(text).toContain('"route":"/v1/tenants/:id"');
    for (const secret of ['secret-tenant', 'secret-query', admin.everything])
      expect(text).not.toContain(secret);
  });
});
