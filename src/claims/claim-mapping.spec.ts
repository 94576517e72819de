import { describe, expect, it } from '@jest/globals';
import {
  CLIENT_ID,
  DEFAULT_MAPPINGS,
  ISSUER_ID,
  mapping,
  userCall,
} from '../../test/support/claims-fixtures.js';
import { compileMappings, mappingProblems, unmetCondition } from './claim-mapping.js';

describe('mappingProblems', () => {
  it.each(DEFAULT_MAPPINGS)('finds none in the default mapping $claim', (standard) => {
    expect(mappingProblems(standard)).toEqual([]);
  });

  it.each([
    ['a name that is reserved in the other token', mapping('uid', '"x"', { tokens: ['identity'] })],
    ['a protocol claim', mapping('nbf', '1')],
    ['Okta’s prefix', mapping('okta_tenant', '"x"')],
    ['the name that Mintmark writes itself', mapping('claims_dropped', '"x"')],
    ['a profile claim', mapping('email', 'user.login')],
    ['an empty name', mapping('', '"x"')],
    ['a name with a control character', mapping('a\nb', '"x"')],
    ['an ill-formed name', mapping('\ud800', '"x"')],
    ['no token', mapping('tenant_id', 'tenant.id', { tokens: [] })],
    ['an expression that does not type-check', mapping('tenant_id', 'tenant.nope')],
    ['a regular expression', mapping('tenant_id', 'tenant.id.matches("a")')],
  ])('names %s', (_, wrong) => {
    expect(mappingProblems(wrong)).toEqual([expect.any(String)]);
  });

  it('takes a profile claim behind the switch', () => {
    expect(mappingProblems(mapping('email', 'user.login', { overridesProfileClaim: true }))).toEqual([]);
  });

  it('takes no reserved claim behind the switch', () => {
    expect(mappingProblems(mapping('sub', 'user.id', { overridesProfileClaim: true }))).toHaveLength(1);
  });

  it('names everything that is wrong', () => {
    expect(mappingProblems(mapping('iss', 'nope', { tokens: [] }))).toHaveLength(3);
  });
});

describe('compileMappings', () => {
  it('puts the higher priority first, and then the lower id', () => {
    const { compiled } = compileMappings([
      mapping('low', '1', { priority: 1 }),
      mapping('b', '1', { id: 'b' }),
      mapping('a', '1', { id: 'a' }),
      mapping('high', '1', { priority: 1000 }),
    ]);
    expect(compiled.map(({ claim }) => claim)).toEqual(['high', 'a', 'b', 'low']);
  });

  it('leaves out what may not be saved, and reports it', () => {
    const { compiled, refused } = compileMappings([mapping('iss', '1'), mapping('tenant_id', 'tenant.id')]);
    expect(compiled.map(({ claim }) => claim)).toEqual(['tenant_id']);
    expect(refused).toEqual([{ mapping: mapping('iss', '1'), problems: [expect.stringContaining('iss')] }]);
  });
});

describe('unmetCondition', () => {
  const call = userCall({ scopes: ['openid', 'orders:read'], grantType: 'password' });

  it.each([
    ['no conditions', {}],
    ['a granted scope', { scopes: ['orders:read'] }],
    ['one of several scopes', { scopes: ['orders:write', 'orders:read'] }],
    ['the client', { clientIds: ['0oaOther', CLIENT_ID] }],
    ['the grant type', { grantTypes: ['password'] }],
    ['the issuer', { issuerIds: [ISSUER_ID] }],
    [
      'all of them',
      { scopes: ['openid'], clientIds: [CLIENT_ID], grantTypes: ['password'], issuerIds: [ISSUER_ID] },
    ],
  ])('is none for %s', (_, conditions) => {
    expect(unmetCondition(mapping('a', '1', { conditions }), call, ISSUER_ID)).toBeUndefined();
  });

  it.each([
    ['a scope that is not granted', { scopes: ['orders'] }],
    ['another client', { clientIds: ['0oaOther'] }],
    ['another grant type', { grantTypes: ['client_credentials'] }],
    ['another issuer', { issuerIds: ['other'] }],
    ['one of two', { scopes: ['openid'], clientIds: ['0oaOther'] }],
  ])('is found for %s', (_, conditions) => {
    expect(unmetCondition(mapping('a', '1', { conditions }), call, ISSUER_ID)).toEqual(expect.any(String));
  });
});
