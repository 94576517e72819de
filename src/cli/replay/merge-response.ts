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
  const applied = new Set<string>();
  const tokens = TOKEN_NAMES.flatMap((name) => {
    const draft = drafts[name];
    if (draft === undefined) return [];
    const own = operations.filter(({ token }) => token === name);
    return [[name, own.length === 0 ? draft : mergeToken(own, draft, applied)] as const];
  });
  return { tokens: Object.fromEntries(tokens), applied };
}

function mergeToken(
  operations: readonly ResponseOperation[],
  draft: TokenState,
  applied: Set<string>,
): TokenState {
  const claims = structuredClone(draft.claims) as Record<string, unknown>;
  let { lifetimeSeconds } = draft;
  for (const operation of operations) {
    const { at, path, value } = operation;
    if (path === LIFETIME_PATH && typeof value === 'number') lifetimeSeconds = value;
    if (path === LIFETIME_PATH || applyToClaims(claims, operation)) applied.add(at);
  }
  return { claims, lifetimeSeconds };
}

/** Whether it could be applied. */
function applyToClaims(claims: Record<string, unknown>, { op, path, value }: ResponseOperation): boolean {
  if (op !== 'add' && op !== 'replace' && op !== 'remove') return false;
  const [root, ...names] = parsePointer(path) ?? [];
  const [claim = ''] = names;
  if (root !== 'claims' || claim === '') return false;
  return applyOperation(claims, { op, names, value: structuredClone(value) }) === undefined;
}

/** The tokens as they are drafted. */
export function draftStates(drafts: Drafts): TokenStates {
  return drafts;
}
