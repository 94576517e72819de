import { describe, expect, it } from '@jest/globals';
import { startTestAdmin } from '../../support/test-admin.js';

const admin = await startTestAdmin();
const { call } = admin;

const ACME = { id: 'acme', name: 'Acme', status: 'active' };

describe('a tenant', () => {
  it('is created, and read', async () => {
    const created = await call('POST', '/v1/tenants', { body: { id: 'acme', name: 'Acme' } });
    expect(created).toMatchObject({ status: 201, body: ACME });
    expect(created.headers.get('location')).toBe('/v1/tenants/acme');
    const read = await call('GET', '/v1/tenants/acme');
    expect(read).toMatchObject({ status: 200, body: ACME });
    expect(read.headers.get('etag')).toBe(created.headers.get('etag'));
  });
});
