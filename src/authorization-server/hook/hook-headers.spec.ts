import { describe, expect, it } from '@jest/globals';
import { inlineHook } from '../../../test/support/hook-occasions.js';
import { hookHeaders, withoutSecrets } from './hook-headers.js';

const { channel } = inlineHook({
  authScheme: { key: 'X-Api-Key', value: 'planted-secret' },
  headers: [
    { key: 'X-Region', value: 'eu' },
    { key: 'Authorization', value: 'planted-authorization' },
    { key: 'x-api-key', value: 'shadowed' },
    { key: 'Accept', value: 'text/html' },
  ],
});

describe('hookHeaders', () => {
  it('sends the configured ones, and over them what Okta always sends', () => {
    expect(Object.fromEntries(hookHeaders(channel))).toEqual({
      'x-region': 'eu',
      authorization: 'planted-authorization',
      'x-api-key': 'planted-secret',
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'Okta-Integrations',
    });
  });

  it('sends no secret where the hook has no scheme', () => {
    const bare = inlineHook({ authScheme: null, headers: [] }).channel;
    expect([...hookHeaders(bare).keys()]).toEqual(['accept', 'content-type', 'user-agent']);
  });
});

describe('withoutSecrets', () => {
  it('keeps names and what is no secret', () => {
    const shown = withoutSecrets(hookHeaders(channel), channel);
    expect(shown).toMatchObject({
      'x-region': 'eu',
      'x-api-key': '[redacted]',
      authorization: '[redacted]',
      accept: 'application/json',
    });
    expect(JSON.stringify(shown)).not.toContain('planted');
  });
});
