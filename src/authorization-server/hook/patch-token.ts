import { parsePointer } from '../../okta/json-pointer.js';
import { LIFETIME_PATH, LIFETIME_SECONDS } from '../../okta/limits.js';
import { RESERVED_CLAIMS } from '../../okta/reserved-claims.js';
import type { TokenName } from '../../okta/token-hook-response.js';
import type { Switches } from '../org/org.js';
import type { DraftToken } from './draft-tokens.js';
import { patchJson, type JsonOperation } from './json-patch.js';
import { NESTING_LIMIT } from './json-scanner.js';
import type { ReceivedOperation } from './read-hook-response.js';

/** A token while a response is applied to it: a copy that is thrown away where anything fails. */
export interface WorkingToken {
  readonly name: TokenName;
  readonly original: DraftToken;
  readonly claims: Record<string, unknown>;
  lifetimeSeconds: number;
}

/** Longest path that a reason quotes, in characters. */
const QUOTED = 200;

/** Reserved, and yet replaced in an access token; whether they may be removed is not documented (section 2.6). */
const REPLACEABLE = ['sub', 'aud'];

/**
 * Applies one operation to the token by the rules of sections 2.4 to 2.10. Says in words which of them it breaks; the
 * token is then not to be used any more.
 */
export function patchToken(
  token: WorkingToken,
  operation: ReceivedOperation,
  switches: Switches,
): string | null {
  const { op, path, value } = operation;
  const what = `op=${quoted(op)}, path=${quoted(path)}`;
  if (op !== 'add' && op !== 'replace' && op !== 'remove') return `Invalid operation was specified(${what})`;
  if (path === LIFETIME_PATH) return setLifetime(token, operation, switches);
  const names = claimNames(path);
  if (names === null) return `Invalid path was specified(${what})`;
  // Word for word what Okta's log says (okta/authorization-server.md section 3.9).
  if (isUnauthorized(token.name, { op, names, value }, switches))
    return `Unauthorized path was specified(${what})`;
  const reason = valueFault(op, value, switches) ?? patchClaims(token, { op, names, value }, switches);
  return reason === null ? null : `${reason} (${what})`;
}

/**
 * The names below `/claims`; null where the path is none of a claim (section 2.5), or goes deeper than a body does: one
 * operation after the other could nest a claim beyond what can be signed.
 */
function claimNames(path: string): readonly string[] | null {
  const [root, ...names] = parsePointer(path) ?? [];
  const isClaim = root === 'claims' && names.length > 0 && names[0] !== '';
  return isClaim && names.length <= NESTING_LIMIT ? names : null;
}

function isUnauthorized(token: TokenName, { op, names }: JsonOperation, switches: Switches): boolean {
  const [claim = ''] = names;
  if (RESERVED_CLAIMS[token].has(claim)) return true;
  const removesIt = op === 'remove' && names.length === 1 && REPLACEABLE.includes(claim);
  return token === 'access' && removesIt && switches.removeAccessSubjectOrAudience === 'refuse';
}

/** Sections 2.4 and 2.7. */
function valueFault(op: JsonOperation['op'], value: unknown, { nullValues }: Switches): string | null {
  if (op === 'remove') return value === undefined || value === null ? null : 'A remove has no value but null';
  if (value === undefined) return 'A value is missing';
  return value === null && nullValues === 'invalid' ? 'A value is null, which is for a remove' : null;
}

/**
 * Section 2.10: what exists is what the payload showed. Whether an operation may build on an earlier one is not
 * documented; where the switch refuses that, it has to apply to the draft as it was, too.
 */
function patchClaims(
  { original, claims }: WorkingToken,
  operation: JsonOperation,
  switches: Switches,
): string | null {
  const reason = patchJson(claims, { ...operation, value: structuredClone(operation.value) });
  if (reason !== null) return `The target cannot be patched: ${reason}`;
  if (switches.chainedOperations === 'allow') return null;
  const [claim = ''] = operation.names;
  const drafted = Object.hasOwn(original.claims, claim) ? { [claim]: original.claims[claim] } : {};
  const alone = patchJson(structuredClone(drafted), operation);
  return alone === null ? null : `The target cannot be patched in the draft as it was: ${alone}`;
}

/** Section 2.8. */
function setLifetime(
  token: WorkingToken,
  { op, value }: ReceivedOperation,
  { lifetimeOutOfBounds }: Switches,
): string | null {
  const { min, max } = LIFETIME_SECONDS;
  if (op !== 'replace') return `A lifetime can only be replaced (op=${quoted(op)}, path=${LIFETIME_PATH})`;
  if (typeof value !== 'number' || !Number.isInteger(value)) return 'A lifetime is an integer, in seconds';
  const bounded = Math.min(max, Math.max(min, value));
  if (bounded !== value && lifetimeOutOfBounds === 'invalid')
    return `A lifetime is from ${String(min)} to ${String(max)} seconds, not ${String(value)}`;
  token.lifetimeSeconds = bounded;
  return null;
}

function quoted(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text;
}
