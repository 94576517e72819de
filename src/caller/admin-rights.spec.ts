import { describe, expect, it } from '@jest/globals';
import { formatScope, holds, parseScope, rightsOf } from './admin-rights.js';

describe('a scope', () => {
  it.each([
    ['directory:read', { scope: 'directory:read', tenantId: null }],
    ['directory:write:acme', { scope: 'directory:write', tenantId: 'acme' }],
    ['mappings:write', { scope: 'mappings:write', tenantId: null }],
    ['credentials:write:a%3Ab%20c', { scope: 'credentials:write', tenantId: 'a:b c' }],
    ['directory:read:a:b', { scope: 'directory:read', tenantId: 'a:b' }],
  ])('is read from %j', (text, entry) => {
    expect(parseScope(text)).toEqual(entry);
  });

  it.each([
    '',
    'directory',
    'directory:reads',
    'directory:read:',
    'Directory:read',
    'openid',
    'directory:read:%E0',
  ])('is not %j', (text) => {
    expect(parseScope(text)).toBeUndefined();
  });

  it('is written so that it reads the same', () => {
    for (const tenantId of [null, 'acme', 'a:b c', 'ü/%', '*'])
      expect(parseScope(formatScope({ scope: 'directory:read', tenantId }))).toEqual({
        ...{ scope: 'directory:read', tenantId },
      });
  });
});

describe('rights', () => {
  const held = rightsOf(['directory:read', 'directory:write:acme', 'directory:write:blue', 'openid']);

  it.each([
    [[]],
    [['directory:read']],
    [['directory:read:acme']],
    [['directory:write:acme']],
    [['directory:write:acme', 'directory:write:blue', 'directory:read:acme']],
  ])('hold %j', (wanted) => {
    expect(holds(held, rightsOf(wanted))).toBe(true);
  });

  it.each([
    [['directory:write']],
    [['directory:write:green']],
    [['directory:write:acme', 'directory:write:green']],
    [['mappings:write']],
    [['credentials:write:acme']],
  ])('do not hold %j', (wanted) => {
    expect(holds(held, rightsOf(wanted))).toBe(false);
  });

  it('for everything are not narrowed by one for a tenant', () => {
    for (const scopes of [
      ['directory:read', 'directory:read:acme'],
      ['directory:read:acme', 'directory:read'],
    ])
      expect(rightsOf(scopes).get('directory:read')).toBe('all');
  });
});
