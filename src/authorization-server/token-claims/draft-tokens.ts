import { DEFAULT_LIFETIME_SECONDS } from '../../okta/limits.js';
import { oauthError, type OAuthError } from '../errors/oauth-errors.js';
import type { DraftToken, DraftTokens } from '../hook/draft-tokens.js';
import type { User } from '../org/org.js';
import { configuredClaims } from './configured-claims.js';
import type { Claims, DraftRequest } from './draft-request.js';
import { ACCESS_ORDER, IDENTITY_ORDER, inWireOrder } from './wire-order.js';

export type DraftOutcome =
  | { readonly kind: 'drafts'; readonly drafts: DraftTokens }
  /** A claim could not be computed, which fails the whole request (section 3.8). */
  | { readonly kind: 'refused'; readonly error: OAuthError };

/**
 * Computes the claims of the tokens that a request is granted, as the hook is shown them: without `iat`, `exp`, `scp` and
 * hashes (okta/authorization-server.md section 6, okta/token-inline-hook.md section 1.8).
 */
export function draftTokens(request: DraftRequest): DraftOutcome {
  const access = request.issuesAccessToken ? draftAccessToken(request) : NO_TOKEN;
  if (access.kind === 'refused') return access;
  const identity = request.issuesIdToken === 'none' ? NO_TOKEN : draftIdentityToken(request);
  if (identity.kind === 'refused') return identity;
  return { kind: 'drafts', drafts: { ...access.drafts, ...identity.drafts } };
}

const NO_TOKEN: DraftOutcome = { kind: 'drafts', drafts: {} };

/** The claims of the configuration never stand in for those that every token has (section 6.3). */
function draftAccessToken(request: DraftRequest): DraftOutcome {
  const configured = configuredClaims(request, 'RESOURCE');
  if (configured.kind === 'refused') return configured;
  const { server, issuer, client, user, authTime, rule } = request;
  const subject = subjectOf(request, configured.claims);
  if (subject.kind === 'refused') return subject;
  const machine = {
    ...configured.claims,
    ver: 1,
    jti: request.accessJti,
    iss: issuer,
    aud: server.audience,
    cid: client.id,
    sub: subject.sub,
  };
  const claims = user === null ? machine : { ...machine, ...personClaims(user, authTime) };
  const access: DraftToken = {
    claims: inWireOrder(claims, ACCESS_ORDER),
    lifetimeSeconds: rule.accessTokenLifetimeMinutes * 60,
  };
  return { kind: 'drafts', drafts: { access } };
}

function personClaims({ id }: User, authTime: number | null): Claims {
  return authTime === null ? { uid: id } : { uid: id, auth_time: authTime };
}

type Subject =
  | { readonly kind: 'subject'; readonly sub: string }
  | { readonly kind: 'refused'; readonly error: OAuthError };

/** `sub` is a claim that can be edited (section 6.2); the org server has none, and names the login or the client. */
function subjectOf({ server, client, user }: DraftRequest, { sub }: Claims): Subject {
  if (typeof sub === 'string' && sub !== '') return { kind: 'subject', sub };
  const isConfigured = server.claims.some(
    ({ name, claimType, status }) => name === 'sub' && claimType === 'RESOURCE' && status === 'ACTIVE',
  );
  if (!isConfigured) return { kind: 'subject', sub: user?.profile.login ?? client.id };
  const error = oauthError('system_claim_evaluation_failure', 'sub');
  return { kind: 'refused', error: error.withDetail('RESOURCE claim "sub": its value is no text') };
}

/** `sub` is the person's id here, and cannot be changed (section 6.4). */
function draftIdentityToken(request: DraftRequest): DraftOutcome {
  const { user, nonce, authTime } = request;
  if (user === null) return NO_TOKEN;
  const configured = configuredClaims(request, 'IDENTITY');
  if (configured.kind === 'refused') return configured;
  const claims = {
    ...configured.claims,
    ...{ sub: user.id, ver: 1, iss: request.issuer, aud: request.client.id, jti: request.identityJti },
    ...{ amr: request.amr, idp: request.org.id },
    ...(nonce === null ? {} : { nonce }),
    ...(authTime === null ? {} : { auth_time: authTime }),
  };
  const identity: DraftToken = {
    claims: inWireOrder(claims, IDENTITY_ORDER),
    lifetimeSeconds: DEFAULT_LIFETIME_SECONDS,
  };
  return { kind: 'drafts', drafts: { identity } };
}
