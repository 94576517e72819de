import { oauthError } from '../errors/oauth-errors.js';
import type { CustomServer, Org, Policy } from '../org/org.js';
import {
  refusedAccess,
  type AccessDecision,
  type AccessRequest,
  type GrantedAccess,
  type RefusedAccess,
} from './access-decision.js';
import { isAssigned } from './app-assignment.js';
import { scopesWithoutConsent } from './consent.js';
import { matchRule, type RuleSubject } from './match-rule.js';
import { requestedScopes, type RequestedScopes } from './requested-scopes.js';

/**
 * Decides what a request is granted at a custom authorization server: scopes, app assignment, the first rule that matches,
 * consent, in this order (okta/authorization-server.md sections 3.6, 3.7 and 7).
 */
export function decideAccess(org: Org, server: CustomServer, request: AccessRequest): AccessDecision {
  const requested = requestedScopes(server, request, org.switches);
  if (requested.kind === 'refused') return requested;
  const { client, user } = request;
  if (user !== null && !isAssigned(org, client, user)) {
    return refusedAccess(oauthError('user_not_assigned'), [
      `${user.profile.login} is assigned to "${client.label}" neither by name nor by a group`,
    ]);
  }
  const decision = firstMatch(server, request, subjectOf(org, request, requested));
  if (decision.kind === 'refused') return decision;
  return checkConsent(org, request, { ...decision, isDefaulted: requested.isDefaulted });
}

/** Only default scopes are trimmed, unless a switch has the code flow trim explicit ones too (section 3.6, point 5). */
function subjectOf(org: Org, { user, grantType }: AccessRequest, requested: RequestedScopes): RuleSubject {
  const { scopes, isDefaulted } = requested;
  const mayNarrow = isDefaulted || (grantType === 'authorization_code' && org.switches.narrowCodeFlowScopes);
  return { org, user, grantType, scopes, mayNarrow };
}

type Match = Omit<GrantedAccess, 'isDefaulted'>;

/** Policies, then rules, each in the order of priority: the first rule that matches decides (section 7). */
function firstMatch(
  server: CustomServer,
  { client }: AccessRequest,
  subject: RuleSubject,
): Match | RefusedAccess {
  const why: string[] = [];
  let failedByScopesOnly = false;
  for (const policy of server.policies) {
    const mismatch = mismatchOfPolicy(policy, client.id);
    if (mismatch !== undefined) {
      why.push(`policy "${policy.name}": ${mismatch}`);
      continue;
    }
    for (const rule of policy.rules) {
      const match = matchRule(rule, subject);
      if (match.kind === 'match') return { kind: 'granted', policy, rule, scopes: match.scopes };
      failedByScopesOnly ||= match.kind === 'scopes';
      why.push(`policy "${policy.name}", rule "${rule.name}": ${match.why}`);
    }
  }
  return refusedByPolicies(server, why, subject.mayNarrow && failedByScopesOnly);
}

function mismatchOfPolicy({ status, clients, rules }: Policy, clientId: string): string | undefined {
  if (status !== 'ACTIVE') return 'it is inactive';
  if (!clients.includes('ALL_CLIENTS') && !clients.includes(clientId)) {
    return 'the client is not among its clients';
  }
  return rules.length === 0 ? 'it has no rules' : undefined;
}

/** A rule that may trim, and is left with nothing, matched otherwise: the catalogue has an error of its own for that. */
function refusedByPolicies(
  server: CustomServer,
  why: readonly string[],
  isTrimmedAway: boolean,
): RefusedAccess {
  const reasons = why.length === 0 ? [`the server "${server.name}" has no access policy`] : why;
  return refusedAccess(oauthError(isTrimmedAway ? 'no_scope_allowed' : 'no_matching_policy'), reasons);
}

function checkConsent(
  org: Org,
  { client, grantType }: AccessRequest,
  granted: GrantedAccess,
): AccessDecision {
  if (grantType !== 'client_credentials') return granted;
  const missing = scopesWithoutConsent(client, granted.scopes, org.switches).map(({ name }) => name);
  if (missing.length === 0) return granted;
  const names = missing.join(', ');
  return refusedAccess(oauthError('consent_required_client_credentials', names), [
    `nobody is there to consent to ${names}`,
  ]);
}
