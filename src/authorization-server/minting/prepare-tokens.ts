import { oauthError } from '../errors/oauth-errors.js';
import type { DraftTokens } from '../hook/draft-tokens.js';
import type { HookOccasion } from '../hook/hook-occasion.js';
import { runHook } from '../hook/run-hook.js';
import { opaqueText } from '../identifiers.js';
import type { Issuer } from '../issuers/issuer.js';
import type { Client, Rule, Scope, User } from '../org/org.js';
import type { GrantedAccess } from '../policy/access-decision.js';
import type { RunningOrg } from '../running-org.js';
import { draftTokens } from '../token-claims/draft-tokens.js';

/** What a hook is shown of the request, besides what was granted (okta/token-inline-hook.md sections 1.3 to 1.5). */
export type MintingCircumstances = Pick<
  HookOccasion,
  'source' | 'request' | 'protocolRequest' | 'originalGrant' | 'session'
>;

/** Tokens to be prepared: who gets them from whom, and on which occasion. */
export interface Minting {
  readonly issuer: Issuer;
  readonly client: Client;
  /** Null for client credentials. */
  readonly user: User | null;
  /** Of this request: claims of groups are less limited with some (section 6.1). */
  readonly grantType: string;
  readonly access: GrantedAccess;
  /** Seconds since the epoch; null where nobody signed in. */
  readonly authTime: number | null;
  readonly nonce: string | null;
  /** `oar…`; null where no refresh token goes with them. */
  readonly refreshTokenJti: string | null;
  readonly circumstances: MintingCircumstances;
}

/** Tokens that are decided but for their times and signatures; the code flow keeps them in its code. */
export interface PreparedTokens {
  /** As they were drafted. */
  readonly before: DraftTokens;
  /** As the hook left them. */
  readonly after: DraftTokens;
  readonly scopes: readonly Scope[];
  readonly rule: Rule;
  readonly refreshTokenJti: string | null;
}

/**
 * Computes the claims and calls the hook of the matched rule, if it names one (okta/authorization-server.md section 3.9).
 *
 * @throws OAuthError where a claim cannot be computed, or the hook denies
 */
export async function prepareTokens(running: RunningOrg, minting: Minting): Promise<PreparedTokens> {
  const { access, refreshTokenJti } = minting;
  const before = draft(running, minting);
  const after = await afterHook(running, minting, before);
  return { before, after, scopes: access.scopes, rule: access.rule, refreshTokenJti };
}

function draft(running: RunningOrg, minting: Minting): DraftTokens {
  const { issuer, access, refreshTokenJti } = minting;
  const isNamed = refreshTokenJti !== null && running.org.switches.accessJtiNamesRefreshToken;
  const drafted = draftTokens({
    client: minting.client,
    user: minting.user,
    grantType: minting.grantType,
    nonce: minting.nonce,
    authTime: minting.authTime,
    amr: ['pwd'],
    org: running.org,
    server: issuer.server,
    issuer: issuer.uri,
    rule: access.rule,
    scopes: access.scopes,
    issuesAccessToken: true,
    issuesIdToken: issuesIdToken(minting) ? 'thin' : 'none',
    accessJti: `AT.${opaqueText(running.random)}${isNamed ? `.${refreshTokenJti}` : ''}`,
    identityJti: `ID.${opaqueText(running.random)}`,
  });
  if (drafted.kind === 'refused') throw drafted.error;
  return drafted.drafts;
}

/** With a code or a refresh the ID token comes beside an access token, and so is thin (section 6.4). */
function issuesIdToken({ access, user }: Minting): boolean {
  return user !== null && access.scopes.some(({ name }) => name === 'openid');
}

async function afterHook(running: RunningOrg, minting: Minting, drafts: DraftTokens): Promise<DraftTokens> {
  const { rule, policy, scopes } = minting.access;
  const hook = rule.inlineHookId === null ? undefined : running.org.inlineHooks.get(rule.inlineHookId);
  if (hook === undefined) return drafts;
  const outcome = await runHook(
    {
      ...minting.circumstances,
      ...{ hook, policy, rule, drafts },
      issuer: minting.issuer.uri,
      orgId: running.org.id,
      client: minting.client,
      user: minting.user,
      grantedScopes: scopes,
      refreshTokenJti: minting.refreshTokenJti,
    },
    running.hookDependencies,
  );
  if (outcome.kind === 'denied') throw oauthError('callback_returned_error', outcome.errorSummary);
  return outcome.drafts;
}
