import { LIFETIME_PATH } from '../../okta/limits.js';
import type { TokenHookResponse } from '../../okta/token-hook-response.js';
import { claimsOf, type Explanation } from '../../stamping/explain.js';
import type { ComparedCall } from '../invocations/change-summary.js';
import { changedClaims } from '../invocations/changed-claims.js';

export interface Comparison {
  readonly before: Explanation;
  readonly after: Explanation;
  /** How the report names the issuer. */
  readonly issuer: string;
  readonly client: string;
  /** Whether answers of mode `enforce` are compared, whatever the mode is. */
  readonly enforce: boolean;
}

/** What becomes of the tokens of one call by two states of the directory. */
export function compareExplanations(comparison: Comparison): ComparedCall {
  const { before, after, issuer, client } = comparison;
  const [answered, answers] = [responseOf(before, comparison), responseOf(after, comparison)];
  const subject = after.call?.subject ?? before.call?.subject;
  const base: ComparedCall = {
    ...{ issuer, client },
    user: subject?.kind === 'user' ? subject.userId : null,
    tenant: after.trace?.selection.tenantId ?? before.trace?.selection.tenantId ?? null,
    ...{ becomes: 'unchanged', reason: null, claims: [], hasOtherLifetime: false },
  };
  const [wasDenied, isDenied] = ['error' in answered, 'error' in answers];
  if (isDenied) return wasDenied ? base : { ...base, becomes: 'denied', reason: after.reason };
  const [minted, wouldBeMinted] = [mintedBy(before, answered), mintedBy(after, answers)];
  const claims = changedClaims((token) => ({
    before: minted[token]?.after ?? {},
    after: wouldBeMinted[token]?.after ?? {},
  }));
  if (wasDenied) return { ...base, becomes: 'minted', claims };
  const hasOtherLifetime = lifetimesOf(answered) !== lifetimesOf(answers);
  const isSame = claims.length === 0 && !hasOtherLifetime;
  return isSame ? base : { ...base, becomes: 'changed', claims, hasOtherLifetime };
}

function responseOf(explanation: Explanation, { enforce }: Comparison): TokenHookResponse {
  return enforce ? explanation.response : explanation.answered;
}

function mintedBy({ claims }: Explanation, response: TokenHookResponse): Explanation['claims'] {
  const drafts = Object.entries(claims).map(
    ([token, { before }]) => [token, { claims: before, lifetimeSeconds: undefined }] as const,
  );
  return claimsOf(Object.fromEntries(drafts), response);
}

function lifetimesOf(response: TokenHookResponse): string {
  const commands = 'commands' in response ? response.commands : [];
  return JSON.stringify(
    commands.flatMap(({ type, value }) =>
      value.filter(({ path }) => path === LIFETIME_PATH).map((operation) => [type, operation]),
    ),
  );
}
