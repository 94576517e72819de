import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isId } from './identifiers.js';
import { readTenantHint } from './tenant-hint.js';

const AUTHORIZE = 'https://login.acme.example/oauth2/aus7k2m9QxRtYb4Vw1d7/v1/authorize';

function requestTo(url: unknown): unknown {
  return { id: '8f3a1c5e7b9d2041', method: 'GET', url: { value: url } };
}

describe('readTenantHint', () => {
  it.each([
    ['no request at all', undefined],
    ['a request that is null', null],
    ['a request without a URL', { id: '8f3a1c5e7b9d2041' }],
    ['a URL that is null', { url: null }],
    ['a URL without a value', { url: {} }],
    ['a URL without a query', requestTo(AUTHORIZE)],
    ['a query without a tenant', requestTo(`${AUTHORIZE}?state=tenant&Tenant=blue&tenants=blue`)],
    ['a tenant in the fragment only', requestTo(`${AUTHORIZE}#tenant=blue`)],
    ['a tenant inside another parameter', requestTo(`${AUTHORIZE}?state=a%26tenant%3Dblue`)],
  ])('finds none in %s', (_, request) => {
    expect(readTenantHint(['openid'], request)).toEqual({ kind: 'none' });
  });

  it.each([
    ['tenant=blue', 'blue'],
    ['state=1&tenant=blue', 'blue'],
    ['tenant=a%20b', 'a b'],
    ['tenant=a+b', 'a b'],
    ['tenant=%C3%BCber', 'über'],
    ['t%65nant=blue', 'blue'],
  ])('takes the tenant from the query %s', (query, tenantId) => {
    expect(readTenantHint([], requestTo(`${AUTHORIZE}?${query}`))).toEqual({
      kind: 'tenant',
      tenantId,
      fromQuery: true,
    });
  });

  it('takes the tenant from a granted scope', () => {
    expect(readTenantHint(['openid', 'tenant:blue'], undefined)).toEqual({
      kind: 'tenant',
      tenantId: 'blue',
      fromQuery: false,
    });
  });

  it('keeps colons in a tenant id', () => {
    expect(readTenantHint(['tenant:urn:acme:blue'], undefined)).toMatchObject({ tenantId: 'urn:acme:blue' });
  });

  it('counts an agreeing scope and query as one hint, made by the query too', () => {
    expect(readTenantHint(['tenant:blue'], requestTo(`${AUTHORIZE}?tenant=blue`))).toEqual({
      kind: 'tenant',
      tenantId: 'blue',
      fromQuery: true,
    });
  });

  it.each([
    ['a repeated query parameter', [], requestTo(`${AUTHORIZE}?tenant=blue&tenant=green`)],
    ['a query parameter repeated with one value', [], requestTo(`${AUTHORIZE}?tenant=blue&tenant=blue`)],
    ['two tenant scopes', ['tenant:blue', 'tenant:green'], undefined],
    ['a scope and a query that disagree', ['tenant:blue'], requestTo(`${AUTHORIZE}?tenant=green`)],
    ['an empty query parameter', [], requestTo(`${AUTHORIZE}?tenant=`)],
    ['a query parameter without a value', [], requestTo(`${AUTHORIZE}?tenant`)],
    ['an empty scope', ['tenant:'], undefined],
    ['a control character', [], requestTo(`${AUTHORIZE}?tenant=a%00b`)],
    ['an id of 256 characters', [], requestTo(`${AUTHORIZE}?tenant=${'x'.repeat(256)}`)],
    ['white space at an end', [], requestTo(`${AUTHORIZE}?tenant=blue%20`)],
    ['a URL that is not a URL', [], requestTo('not a url')],
    ['a relative URL', [], requestTo('/v1/authorize?tenant=blue')],
    ['an empty URL', [], requestTo('')],
    ['a URL that is a number', [], requestTo(42)],
    ['a URL that is a list', [], requestTo([AUTHORIZE])],
    ['a URL object that is a string', [], { url: `${AUTHORIZE}?tenant=blue` }],
    ['a request that is a string', [], 'GET'],
    ['a URL longer than 64 KiB', [], requestTo(`${AUTHORIZE}?state=${'x'.repeat(64 * 1024)}`)],
  ])('refuses %s', (_, scopes, request) => {
    expect(readTenantHint(scopes, request).kind).toBe('refused');
  });

  /** By the parser alone: what has control characters, or is no URL, is refused; then the query counts. */
  function kindByParser(url: string): string {
    if (/\p{Cc}/u.test(url)) return 'refused';
    let named: readonly string[];
    try {
      named = new URL(url).searchParams.getAll('tenant');
    } catch {
      return 'refused';
    }
    if (named.length === 0) return 'none';
    return named.length === 1 && isId(named[0]) ? 'tenant' : 'refused';
  }

  const PIECES = [
    ...[
      'https://',
      'http://',
      'login.acme.example',
      'acme',
      'example',
      '.',
      '-',
      'xn--',
      'XN--',
      'a',
      '1',
      '0x7f',
    ],
    ...[
      '/',
      '\\',
      ':',
      ':443',
      ':99999',
      '@',
      '?',
      '&',
      '=',
      '#',
      '%',
      '%74',
      '%00',
      '+',
      ' ',
      '\t',
      '\u0080',
    ],
    ...['tenant', 'tenant=blue', 't%65nant', 'state=1', 'ü', '\ud800', '[', ']', '<', '^', "'"],
  ];

  it.each([
    ['any pieces', fc.array(fc.constantFrom(...PIECES), { maxLength: 12 })],
    [
      'pieces behind a host',
      fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((p) => [AUTHORIZE, ...p]),
    ],
    [
      'pieces in the host',
      fc.array(fc.constantFrom(...PIECES), { maxLength: 5 }).map((p) => ['https://', ...p, '/v1?a=b']),
    ],
  ])('agrees with the parser of URLs about %s', (_, pieces) => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const url = parts.join('');
        expect([url, readTenantHint([], requestTo(url)).kind]).toEqual([url, kindByParser(url)]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes a URL of many parameters that are almost plain in a moment', () => {
    const url = `${AUTHORIZE}?${'a=b&'.repeat(15_000)}%=`;
    expect(readTenantHint([], requestTo(url)).kind).toBe('none');
  });
});
