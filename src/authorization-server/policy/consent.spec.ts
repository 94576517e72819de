import { describe, expect, it } from '@jest/globals';
import { clientOf, orgOf, serverFile, serverOf } from '../../../test/support/org-fixtures.js';
import type { Client } from '../org/org.js';
import { scopesToConsent } from './consent.js';

const ORG = orgOf({
  authorizationServers: [
    serverFile({
      scopes: [
        { name: 'implicit' },
        { name: 'required', consent: 'REQUIRED' },
        { name: 'flexible', consent: 'FLEXIBLE' },
      ],
    }),
  ],
});

function asked(consentMethod: Client['consentMethod'], prompt: readonly string[]): readonly string[] {
  const client = { ...clientOf(ORG, '0oaweb'), consentMethod };
  return scopesToConsent(client, [...serverOf(ORG).scopes.values()], prompt).map(({ name }) => name);
}

describe('scopesToConsent', () => {
  it('asks nobody for a trusted app', () => {
    expect(asked('TRUSTED', [])).toEqual([]);
    expect(asked('TRUSTED', ['login'])).toEqual([]);
  });

  it('asks for a trusted app where the request wants it', () => {
    expect(asked('TRUSTED', ['login', 'consent'])).toEqual(['required', 'flexible']);
  });

  it('asks for an app that is not trusted, but never for implicit scopes', () => {
    expect(asked('REQUIRED', [])).toEqual(['required', 'flexible']);
  });
});
