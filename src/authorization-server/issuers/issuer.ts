import type { CustomServer } from '../org/org.js';

/** One issuer of tokens: a custom authorization server, or the org itself (okta/authorization-server.md section 1). */
export interface Issuer {
  readonly kind: 'custom' | 'org';
  /** What `iss` says. */
  readonly uri: string;
  /** Where its endpoints are: `…/v1/token` and the others go below. */
  readonly endpoints: string;
  readonly server: CustomServer;
}

/** A custom server's issuer: its endpoints are below its own URI. */
export function customIssuer(server: CustomServer, orgUrl: string): Issuer {
  const uri = `${orgUrl}/oauth2/${server.id}`;
  return { kind: 'custom', uri, endpoints: `${uri}/v1`, server };
}

export function tokenEndpoint(issuer: Issuer): string {
  return endpointOf(issuer, 'token');
}

export function authorizeEndpoint(issuer: Issuer): string {
  return endpointOf(issuer, 'authorize');
}

/** The whole URL of an endpoint. */
export function endpointOf({ endpoints }: Issuer, name: string): string {
  return `${endpoints}/${name}`;
}
