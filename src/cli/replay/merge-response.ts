import { applyOperation } from '../../claims/apply-operation.js';
import type { Drafts } from '../../claims/hook-call.js';
import { parsePointer } from '../../okta/json-pointer.js';
import { LIFETIME_PATH } from '../../okta/limits.js';
import { COMMAND_TYPES, TOKEN_NAMES, type TokenName } from '../../okta/token-hook-response.js';
import { isRecord, memberOf } from './replay-call.js';

type Claims = Readonly<Record<string, unknown>>;

/** A token: its claims, and how many seconds it lives, as far as the draft says. */
export interface TokenState {
  readonly claims: Claims;
  readonly lifetimeSeconds: number | undefined;
}

export type TokenStates = Readonly<Partial<Record<TokenName, TokenState>>>;

/** One operation of a response, with its place. */
export interface ResponseOperation {
  /** As a JSON Pointer into the response. */
  readonly at: string;
  readonly token: TokenName;
  readonly op: string;
  readonly path: string;
  /** `undefined` where it has none. */
  readonly value: unknown;
}

/** The operations of a response that are shaped like one, in their order; whatever else there is is left out. */
export function operationsOf(response: unknown): readonly ResponseOperation[] {
  return listOf(memberOf(response, 'commands')).flatMap((command, index) => {
    const token = TOKEN_NAMES.find((name) => COMMAND_TYPES[name] === memberOf(command, 'type'));
    if (token === undefined) return [];
    return listOf(memberOf(command, 'value')).flatMap((operation, place) => {
      const [op, path] = [memberOf(operation, 'op'), memberOf(operation, 'path')];
      if (typeof op !== 'string' || typeof path !== 'string' || !isRecord(operation)) return [];
      const at = `/commands/${String(index)}/value/${String(place)}`;
      return [{ at, token, op, path, value: memberOf(operation, 'value') }];
    });
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What operations make of the drafts when they are applied one after the other. */
export interface Merge {
  readonly tokens: TokenStates;
  /** Where those stand that could be applied. */
  readonly applied: ReadonlySet<string>;
}

/** Applies operations to copies of the drafts, as RFC 6902 has it; those that cannot be applied are left out. */
export function mergeOperations(operations: readonly ResponseOperation[], drafts: Drafts): Merge {
  const tokens = new Map<
    TokenName,
    { claims: Record<string, unknown>; lifetimeSeconds: number | undefined }
  >();
  for (const name of TOKEN_NAMES) {
    const draft = drafts[name];
    if (draft === undefined) continue;
    tokens.set(name, { claims: structuredClone(draft.claims), lifetimeSeconds: draft.lifetimeSeconds });
  }
  const applied = new Set<string>();
  for (const { at, token: name, op, path, value } of operations) {
    const token = tokens.get(name);
    if (token === undefined) continue;
    if (path === LIFETIME_PATH) {
      if (typeof value === 'number') token.lifetimeSeconds = value;
      applied.add(at);
      continue;
    }
    const [root, ...names] = parsePointer(path) ?? [];
    if (root !== 'claims' || (op !== 'add' && op !== 'replace' && op !== 'remove')) continue;
    const fault = applyOperation(token.claims, { op, names, value: structuredClone(value) });
    if (fault === undefined) applied.add(at);
  }
  return { tokens: Object.fromEntries(tokens), applied };
}

/** The tokens as they are drafted. */
export function draftStates(drafts: Drafts): TokenStates {
  return mergeOperations([], drafts).tokens;
}
