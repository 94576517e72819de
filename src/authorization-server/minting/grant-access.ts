import type { Issuer } from '../issuers/issuer.js';
import type { RunningOrg } from '../running-org.js';
import type { AccessRequest, GrantedAccess } from '../policy/access-decision.js';
import { decideAccess } from '../policy/decide-access.js';

/** What the issuer's policies grant. @throws OAuthError with the reasons, for the log, where they grant nothing */
export function grantAccess(running: RunningOrg, issuer: Issuer, request: AccessRequest): GrantedAccess {
  const decision = decideAccess(running.org, issuer.server, request);
  if (decision.kind === 'refused') throw decision.error;
  return decision;
}
