import { notFoundError } from '../errors/okta-api-error.js';
import { oauthError } from '../errors/oauth-errors.js';
import type { RunningOrg } from '../running-org.js';
import { customIssuer, type Issuer } from './issuer.js';
import { ORG_SERVER_ID, orgIssuer } from './org-issuer.js';

/** The id in the path of a custom server; null on the paths of the org's own server. */
export type ServerId = string | null;

/** An issuer that is there and active: an inactive one is treated as if it were not (okta/authorization-server.md section 11). */
function findIssuer(running: RunningOrg, serverId: ServerId): Issuer | undefined {
  if (serverId === null) return orgIssuer(running.org, running.url);
  const server = running.org.servers.get(serverId);
  return server?.status === 'ACTIVE' ? customIssuer(server, running.url) : undefined;
}

/** For discovery and keys. @throws OktaApiError (section 2.1) */
export function publishedIssuer(running: RunningOrg, serverId: ServerId): Issuer {
  const issuer = findIssuer(running, serverId);
  if (issuer === undefined) throw notFoundError(serverId ?? '', 'AuthorizationServer');
  return issuer;
}

/** For `/authorize` and `/token`. @throws OAuthError (section 3.8) */
export function issuingIssuer(running: RunningOrg, serverId: ServerId): Issuer {
  const issuer = findIssuer(running, serverId);
  if (issuer === undefined) throw oauthError('invalid_authorization_server');
  return issuer;
}

/** For whoever controls the emulator: `org` names the org's own server. @throws OktaApiError */
export function namedIssuer(running: RunningOrg, name: string): Issuer {
  return publishedIssuer(running, name === ORG_SERVER_ID ? null : name);
}
