import { oauthError, type OAuthError } from '../errors/oauth-errors.js';
import { evaluateExpression } from '../expression/evaluate-expression.js';
import type { ExpressionContext } from '../expression/expression-context.js';
import { StepLimitError } from '../group-pattern/step-limit.js';
import type { Claim, GroupFilter } from '../org/org.js';
import type { ClaimRequest, Claims } from './draft-request.js';
import { expressionContext } from './expression-variables.js';
import { matchingGroups } from './group-claim.js';
import { personClaim } from './person-claims.js';

export type ConfiguredClaims =
  | { readonly kind: 'claims'; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly error: OAuthError };

/** The claims of the server's configuration that go into one kind of token (okta/authorization-server.md section 6.1). */
export function configuredClaims(request: ClaimRequest, claimType: Claim['claimType']): ConfiguredClaims {
  const entries: [string, unknown][] = [];
  const context = expressionContext(request);
  for (const claim of request.server.claims) {
    if (!isIncluded(claim, claimType, request)) continue;
    const outcome = valueOf(claim, request, context);
    if (outcome.kind === 'refused') return outcome;
    if (outcome.value !== undefined && outcome.value !== null) entries.push([claim.name, outcome.value]);
  }
  return { kind: 'claims', claims: Object.fromEntries(entries) };
}

/** Without a condition any scope will do, else one of those named; access tokens always include a claim (section 6.1). */
function isIncluded(claim: Claim, claimType: Claim['claimType'], request: ClaimRequest): boolean {
  if (claim.status !== 'ACTIVE' || claim.claimType !== claimType) return false;
  const isThin = claimType === 'IDENTITY' && request.issuesIdToken !== 'fat';
  if (isThin && !claim.alwaysIncludeInToken) return false;
  return claim.scopes.length === 0 || request.scopes.some(({ name }) => claim.scopes.includes(name));
}

type ClaimValue =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly error: OAuthError };

/** Null and undefined are no value: the claim is left out (section 11). */
function valueOf(claim: Claim, request: ClaimRequest, context: ExpressionContext): ClaimValue {
  const { source } = claim;
  const { user } = request;
  switch (source.valueType) {
    case 'EXPRESSION':
      return withoutEmptyList(expressionValue(claim, source.value, context), request);
    case 'GROUPS':
      return groupsValue(claim, source, request);
    case 'SYSTEM':
      return { kind: 'value', value: user === null ? null : personClaim(claim.name, user) };
  }
}

function expressionValue(claim: Claim, expression: string, context: ExpressionContext): ClaimValue {
  const evaluation = evaluateExpression(expression, context);
  return evaluation.kind === 'value' ? evaluation : evaluationFailure(claim, evaluation.why);
}

/** Why is for the log: the answer names the claim only (section 3.8). */
function evaluationFailure(claim: Claim, why: string): ClaimValue {
  const code = claim.system ? 'system_claim_evaluation_failure' : 'user_claim_evaluation_failure';
  const detail = `${claim.claimType} claim "${claim.name}": ${why}`;
  return { kind: 'refused', error: oauthError(code, claim.name).withDetail(detail) };
}

function withoutEmptyList(outcome: ClaimValue, { org }: ClaimRequest): ClaimValue {
  const isLeftOut =
    org.switches.emptyListClaims === 'omit' && outcome.kind === 'value' && isEmptyList(outcome.value);
  return isLeftOut ? { kind: 'value', value: null } : outcome;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** More groups fail the request, but not with these grants (section 6.1). */
const GROUPS_LIMIT = 100;
const UNLIMITED_GRANTS: ReadonlySet<string> = new Set(['authorization_code', 'refresh_token']);

function groupsValue(claim: Claim, filter: GroupFilter, { org, user, grantType }: ClaimRequest): ClaimValue {
  try {
    const names = user === null ? [] : matchingGroups(org, user, filter);
    if (names.length > GROUPS_LIMIT && !UNLIMITED_GRANTS.has(grantType)) return tooManyGroups(names.length);
    return { kind: 'value', value: names.length === 0 ? null : names };
  } catch (error) {
    if (error instanceof StepLimitError) return evaluationFailure(claim, error.message);
    throw error;
  }
}

function tooManyGroups(count: number): ClaimValue {
  const detail = `${String(count)} groups match, and ${String(GROUPS_LIMIT)} may`;
  return { kind: 'refused', error: oauthError('too_many_groups_in_groups_claim').withDetail(detail) };
}
