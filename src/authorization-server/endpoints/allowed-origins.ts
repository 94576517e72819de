import type { Client, Org } from '../org/org.js';

/** The origins whose pages may read answers: those that the org trusts, and those that people are sent back to. */
export function originsOf({ trustedOrigins }: Org, clients: Iterable<Client>): ReadonlySet<string> {
  const trusted = trustedOrigins.filter(({ scopes }) => scopes.includes('CORS')).map(({ origin }) => origin);
  const active = [...clients].filter(({ status }) => status === 'ACTIVE');
  const ofClients = active.flatMap(({ redirectUris }) =>
    redirectUris.flatMap((uri) => webOriginOf(uri) ?? []),
  );
  return new Set([...trusted, ...ofClients]);
}

/** An app's own scheme has no origin: "null" is what pages without one send. */
function webOriginOf(uri: string): string | undefined {
  const { origin } = new URL(uri);
  return origin === 'null' ? undefined : origin;
}
