import { COMMAND_TYPES, TOKEN_NAMES, type TokenName } from '../../okta/token-hook-response.js';
import type { Switches } from '../org/org.js';
import type { DraftToken, DraftTokens } from './draft-tokens.js';
import { patchToken, type WorkingToken } from './patch-token.js';
import {
  readHookResponse,
  type JsonPath,
  type ReceivedCommand,
  type ReceivedResponse,
} from './read-hook-response.js';

/** What a response does to the tokens that are being minted. */
export type HookMerge =
  | {
      readonly kind: 'patched';
      readonly drafts: DraftTokens;
      /** How many operations. */
      readonly applied: number;
      readonly debugContext: ReceivedResponse['debugContext'];
    }
  | { readonly kind: 'unchanged'; readonly debugContext: ReceivedResponse['debugContext'] }
  | {
      readonly kind: 'denied';
      readonly errorSummary: string;
      readonly debugContext: ReceivedResponse['debugContext'];
    }
  /** A rule is broken, and so nothing applies to either token (section 2.10). */
  | {
      readonly kind: 'invalid';
      readonly at: JsonPath;
      readonly reason: string;
      readonly debugContext: ReceivedResponse['debugContext'];
    }
  /** It is no response, and so nothing applies. */
  | { readonly kind: 'misshapen'; readonly at: JsonPath; readonly why: string };

/** Section 3, in the wording of the error catalogue (okta/authorization-server.md section 3.8). */
const DEFAULT_SUMMARY = 'The callback service returned an error.';

/**
 * Merges a parsed body into the drafts, as section 2.11 says: all of it or nothing. Neither is changed.
 *
 * @param body the parsed JSON, whatever it is
 */
export function applyHookResponse(drafts: DraftTokens, body: unknown, switches: Switches): HookMerge {
  const reading = readHookResponse(body, switches);
  if (reading.kind === 'misshapen') return reading;
  const { error, commands, debugContext } = reading.response;
  if (error !== null)
    return { kind: 'denied', errorSummary: error.errorSummary ?? DEFAULT_SUMMARY, debugContext };
  return { ...applyCommands(drafts, commands, switches), debugContext };
}

type Application =
  | { readonly kind: 'patched'; readonly drafts: DraftTokens; readonly applied: number }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'invalid'; readonly at: JsonPath; readonly reason: string };

function applyCommands(
  drafts: DraftTokens,
  commands: readonly ReceivedCommand[],
  switches: Switches,
): Application {
  const tokens = workingTokens(drafts);
  let applied = 0;
  for (const [index, command] of commands.entries()) {
    const at: JsonPath = ['commands', index];
    const token = tokens.find(({ name }) => COMMAND_TYPES[name] === command.type);
    if (token === undefined) return { kind: 'invalid', at, reason: commandFault(command) };
    for (const [place, operation] of command.value.entries()) {
      const reason = patchToken(token, operation, switches);
      if (reason !== null) return { kind: 'invalid', at: [...at, 'value', place], reason };
      applied += 1;
    }
  }
  return applied === 0 ? { kind: 'unchanged' } : { kind: 'patched', drafts: draftsOf(tokens), applied };
}

/** Section 2.10: an unknown command, or a patch for a token that was not requested. */
function commandFault({ type }: ReceivedCommand): string {
  const token = TOKEN_NAMES.find((name) => COMMAND_TYPES[name] === type);
  return token === undefined
    ? `Invalid command type was specified(type=${type.slice(0, 100)})`
    : `The command ${type} is for a token that is not being minted`;
}

function workingTokens(drafts: DraftTokens): readonly WorkingToken[] {
  return TOKEN_NAMES.flatMap((name) => {
    const original = drafts[name];
    if (original === undefined) return [];
    const { claims, lifetimeSeconds } = original;
    return [{ name, original, claims: structuredClone(claims), lifetimeSeconds }];
  });
}

function draftsOf(tokens: readonly WorkingToken[]): DraftTokens {
  const drafts: Partial<Record<TokenName, DraftToken>> = {};
  for (const { name, claims, lifetimeSeconds } of tokens) drafts[name] = { claims, lifetimeSeconds };
  return drafts;
}
