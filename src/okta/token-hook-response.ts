/**
 * What a token inline hook may answer, as strictly as Okta's documents allow.
 * Source: okta/token-inline-hook.md sections 2.2 to 2.8 and 3.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };

export const COMMAND_TYPES = {
  access: 'com.okta.access.patch',
  identity: 'com.okta.identity.patch',
} as const;

/** Which draft token a command changes: the access token, or the ID token (`data.identity`). */
export type TokenName = keyof typeof COMMAND_TYPES;

export const TOKEN_NAMES: readonly TokenName[] = ['identity', 'access'];

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

export interface PatchCommand {
  readonly type: (typeof COMMAND_TYPES)[TokenName];
  readonly value: readonly PatchOperation[];
}

/** Shown in Okta's System Log beside the event of the hook call (section 4); free of secrets and claims. */
export interface DebugContext {
  readonly traceId: string;
}

/** An `error` stops the minting (no token at all); commands are merged before signing. */
export type TokenHookResponse = (
  { readonly commands: readonly PatchCommand[] } | { readonly error: { readonly errorSummary: string } }
) & { readonly debugContext?: DebugContext };
