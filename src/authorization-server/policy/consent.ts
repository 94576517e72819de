import type { Client, Scope } from '../org/org.js';

/**
 * The scopes for which a person is asked (okta/authorization-server.md section 5): those with consent `REQUIRED` or
 * `FLEXIBLE`, where the request has `prompt=consent` or the app does not count as trusted.
 *
 * @param prompt the words of the `prompt` parameter
 */
export function scopesToConsent(
  client: Client,
  scopes: readonly Scope[],
  prompt: readonly string[],
): readonly Scope[] {
  const isAsked = prompt.includes('consent') || client.consentMethod === 'REQUIRED';
  return isAsked ? scopes.filter(({ consent }) => consent !== 'IMPLICIT') : [];
}

/** The scopes that client credentials cannot have, since nobody is there to consent (section 5). */
export function scopesWithoutConsent(
  client: Client,
  scopes: readonly Scope[],
  { consentRequiredForTrustedServices }: { readonly consentRequiredForTrustedServices: boolean },
): readonly Scope[] {
  if (client.consentMethod === 'TRUSTED' && !consentRequiredForTrustedServices) return [];
  return scopes.filter(({ consent }) => consent === 'REQUIRED');
}
