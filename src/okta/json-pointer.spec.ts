import { describe, expect, it } from '@jest/globals';
import { claimPath, escapePointerToken, parsePointer } from './json-pointer.js';

describe('escapePointerToken', () => {
  it.each([
    ['tenant_id', 'tenant_id'],
    ['https://acme.example/tenant', 'https:~1~1acme.example~1tenant'],
    ['a~b', 'a~0b'],
    ['~1', '~01'],
    ['~/', '~0~1'],
    ['%2F', '%2F'],
  ])('writes %j as %j', (token, escaped) => {
    expect(escapePointerToken(token)).toBe(escaped);
  });
});

describe('claimPath', () => {
  it('is the escaped name below /claims', () => {
    expect(claimPath('https://acme.example/a~b')).toBe('/claims/https:~1~1acme.example~1a~0b');
  });
});

describe('parsePointer', () => {
  it.each([
    ['/claims/tenant_id', ['claims', 'tenant_id']],
    ['/claims/https:~1~1acme.example~1tenant', ['claims', 'https://acme.example/tenant']],
    ['/a~0b', ['a~b']],
    // RFC 6901, section 4: first ~1, then ~0, so that "~01" is "~1" and never "/".
    ['/~01', ['~1']],
    ['/claims/list/-', ['claims', 'list', '-']],
    ['/claims/', ['claims', '']],
    ['/', ['']],
  ])('reads %j', (pointer, tokens) => {
    expect(parsePointer(pointer)).toEqual(tokens);
  });

  it.each(['', 'claims/tenant_id', '/a~', '/a~2', '/a~/b', '#/claims'])('refuses %j', (pointer) => {
    expect(parsePointer(pointer)).toBeUndefined();
  });
});
