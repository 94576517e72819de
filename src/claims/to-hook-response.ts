import { LIFETIME_PATH } from '../okta/limits.js';
import { claimPath } from '../okta/json-pointer.js';
import {
  COMMAND_TYPES,
  TOKEN_NAMES,
  type PatchCommand,
  type PatchOperation,
  type TokenHookResponse,
} from '../okta/token-hook-response.js';
import { DROPPED_CLAIM, refuseClaimName } from './claim-names.js';
import type { Decision, TokenChange } from './decision.js';
import type { Draft, Drafts } from './hook-call.js';

/** The answer that changes nothing (contract 2.1). */
export const NO_COMMANDS: TokenHookResponse = { commands: [] };

/** What the client is told when minting is stopped: generic, since end users may see it (contract 3). */
export const DENIAL: TokenHookResponse = {
  error: { errorSummary: 'The token could not be issued for this tenant or user.' },
};

/**
 * Writes a decision in Okta's words: commands only for tokens in the draft, `replace` where the claim is in the draft and
 * `add` where it is not, `remove` only where it is (contract 2.3 to 2.8).
 */
export function toHookResponse(decision: Decision, drafts: Drafts): TokenHookResponse {
  if (decision.kind === 'deny') return DENIAL;
  if (decision.kind === 'unchanged') return NO_COMMANDS;
  const commands = TOKEN_NAMES.flatMap((name): readonly PatchCommand[] => {
    const [change, draft] = [decision.changes[name], drafts[name]];
    if (change === undefined || draft === undefined) return [];
    const value = operations(change, draft);
    return value.length === 0 ? [] : [{ type: COMMAND_TYPES[name], value }];
  });
  return commands.length === 0 ? NO_COMMANDS : { commands };
}

function operations(
  { set, remove, lifetimeSeconds }: TokenChange,
  { claims }: Draft,
): readonly PatchOperation[] {
  const removals = remove
    .filter((claim) => isOurs(claim) && Object.hasOwn(claims, claim))
    .map((claim): PatchOperation => ({ op: 'remove', path: claimPath(claim) }));
  const values = [...set]
    .filter(([claim]) => isOurs(claim))
    .map(([claim, value]): PatchOperation => ({
      op: Object.hasOwn(claims, claim) ? 'replace' : 'add',
      path: claimPath(claim),
      value,
    }));
  const lifetime: readonly PatchOperation[] =
    lifetimeSeconds === null ? [] : [{ op: 'replace', path: LIFETIME_PATH, value: lifetimeSeconds }];
  return [...removals, ...values, ...lifetime];
}

/** Reserved names were refused when the mapping was saved; one that got here all the same must not void the rest. */
function isOurs(claim: string): boolean {
  return claim === DROPPED_CLAIM || refuseClaimName(claim, true) === undefined;
}
