import { LIFETIME_PATH, LIFETIME_SECONDS, RESPONSE_BYTES_LIMIT } from '../okta/limits.js';
import { parsePointer } from '../okta/json-pointer.js';
import { RESERVED_CLAIMS } from '../okta/reserved-claims.js';
import { COMMAND_TYPES, TOKEN_NAMES, type TokenName } from '../okta/token-hook-response.js';
import type { Drafts } from './hook-call.js';
import { applyOperation, setOwn, type ClaimOperation } from './apply-operation.js';

/** A rule of Okta's that a response breaks: one violation voids the whole response, silently. */
export interface Violation {
  /** Where in the response, as a JSON Pointer. */
  readonly at: string;
  /** The rule, in words. */
  readonly rule: string;
  /** The section of okta/token-inline-hook.md that says so. */
  readonly section: string;
}

/**
 * Checks a response against the rules by which Okta accepts one (contract 2.2 to 2.10 and 3), independently of how it was
 * built. An empty list means that Okta applies all of it.
 *
 * @param response anything: a parsed body
 * @param drafts the draft tokens of the request
 * @param text the response as it is sent
 */
export function checkHookResponse(
  response: unknown,
  drafts: Drafts,
  text = JSON.stringify(response),
): readonly Violation[] {
  if (!isRecord(response)) return [violation('', 'a response is a JSON object', '2.1')];
  const violations = [...checkMembers(response), ...checkSize(text)];
  const { error, commands } = response;
  if (error !== undefined) return [...violations, ...checkError(error), ...checkReadable(commands)];
  if (commands === undefined) return violations;
  if (!Array.isArray(commands))
    return [...violations, violation('/commands', 'commands are an array', '2.2')];
  const targets = targetsOf(drafts);
  const checked = commands.flatMap((command: unknown, index) =>
    checkCommand(command, `/commands/${String(index)}`, targets),
  );
  return [...violations, ...checked];
}

/** One draft token: its claims as the request has them, and as the operations leave them one after the other. */
interface Target {
  readonly token: TokenName;
  readonly drafted: Readonly<Record<string, unknown>>;
  /** Claims that an operation has touched: what is left of each of them. */
  readonly touched: Map<string, Remains>;
}

type Remains = { readonly kind: 'gone' } | { readonly kind: 'present'; readonly value: unknown };

function targetsOf(drafts: Drafts): readonly Target[] {
  return TOKEN_NAMES.flatMap((token) => {
    const draft = drafts[token];
    return draft === undefined ? [] : [{ token, drafted: draft.claims, touched: new Map<string, Remains>() }];
  });
}

function checkMembers(response: Readonly<Record<string, unknown>>): readonly Violation[] {
  const known = ['commands', 'error', 'debugContext'];
  const unknown = Object.keys(response).filter((name) => !known.includes(name));
  const { debugContext } = response;
  const isContext = debugContext === undefined || isRecord(debugContext);
  return [
    ...unknown.map((name) => violation(`/${name}`, 'no members but commands, error and debugContext', '2.2')),
    ...(isContext ? [] : [violation('/debugContext', 'a debugContext is an object', '2.2')]),
  ];
}

function checkSize(text: string): readonly Violation[] {
  const bytes = Buffer.byteLength(text);
  return bytes < RESPONSE_BYTES_LIMIT ? [] : [violation('', 'a body is smaller than 256 KB', '2.1')];
}

function checkError(error: unknown): readonly Violation[] {
  const summary = isRecord(error) ? error['errorSummary'] : undefined;
  const isText = typeof summary === 'string' && summary.length > 0;
  return isText ? [] : [violation('/error', 'an error has an errorSummary', '3')];
}

/** Beside an error, which wins, commands apply to nothing; but a body that cannot be read stops nothing (contract 2.11). */
function checkReadable(commands: unknown): readonly Violation[] {
  if (commands === undefined) return [];
  if (!Array.isArray(commands)) return [violation('/commands', 'commands are an array', '2.2')];
  return commands.flatMap((command: unknown, index) =>
    isReadable(command)
      ? []
      : [violation(`/commands/${String(index)}`, 'a command has a type and operations', '2.3')],
  );
}

function isReadable(command: unknown): boolean {
  if (!isRecord(command) || typeof command['type'] !== 'string') return false;
  const { value } = command;
  return Array.isArray(value) && value.every(isReadableOperation);
}

function isReadableOperation(operation: unknown): boolean {
  return isRecord(operation) && typeof operation['op'] === 'string' && typeof operation['path'] === 'string';
}

function checkCommand(command: unknown, at: string, targets: readonly Target[]): readonly Violation[] {
  if (!isRecord(command)) return [violation(at, 'a command is an object', '2.3')];
  const token = TOKEN_NAMES.find((name) => COMMAND_TYPES[name] === command['type']);
  if (token === undefined)
    return [violation(`${at}/type`, 'the type is one of the two patch commands', '2.3')];
  const { value } = command;
  if (!Array.isArray(value)) return [violation(`${at}/value`, 'the value is an array of operations', '2.3')];
  const target = targets.find((candidate) => candidate.token === token);
  if (target === undefined) return [violation(at, 'the token to patch is being minted', '2.10')];
  return value.flatMap((operation: unknown, index) =>
    checkOperation(operation, `${at}/value/${String(index)}`, target),
  );
}

function checkOperation(operation: unknown, at: string, target: Target): readonly Violation[] {
  if (!isRecord(operation)) return [violation(at, 'an operation is an object', '2.4')];
  const { op, path, value } = operation;
  if (op !== 'add' && op !== 'replace' && op !== 'remove') {
    return [violation(`${at}/op`, 'the operation is add, replace or remove', '2.4')];
  }
  if (typeof path !== 'string') return [violation(`${at}/path`, 'the path is a JSON Pointer', '2.5')];
  if (path === LIFETIME_PATH) return checkLifetime(op, value, at);
  const [root, ...names] = parsePointer(path) ?? [];
  const [claim] = names;
  if (root !== 'claims' || claim === undefined || claim === '') {
    return [violation(`${at}/path`, 'the path is /claims/<name> or the lifetime', '2.5')];
  }
  if (RESERVED_CLAIMS[target.token].has(claim)) {
    return [violation(`${at}/path`, `"${claim}" is reserved in this token`, '2.6')];
  }
  if (op === 'remove' && names.length === 1 && (claim === 'sub' || claim === 'aud')) {
    return [violation(`${at}/path`, `"${claim}" may be replaced, and not removed`, '2.6')];
  }
  if (op === 'remove' && value !== undefined && value !== null) {
    return [violation(`${at}/value`, 'a remove has no value', '2.4')];
  }
  if (op !== 'remove' && (value === undefined || value === null)) {
    return [violation(`${at}/value`, `an ${op} has a value that is not null`, '2.7')];
  }
  const fault = applicationFault(target, { op, names, value });
  return fault === undefined ? [] : [violation(`${at}/path`, fault, '2.5')];
}

/**
 * Contract 2.10: what exists is defined against the token in the request; whether an operation may also build on an earlier
 * one is not documented. So it has to apply to both: to the draft alone, and after the operations before it.
 */
function applicationFault({ drafted, touched }: Target, operation: ClaimOperation): string | undefined {
  const [claim = ''] = operation.names;
  const fromDraft: Remains = Object.hasOwn(drafted, claim)
    ? { kind: 'present', value: drafted[claim] }
    : { kind: 'gone' };
  const alone = applied(operation, fromDraft);
  const earlier = touched.get(claim);
  const inTurn = earlier === undefined ? alone : applied(operation, earlier);
  if (typeof inTurn !== 'string') touched.set(claim, inTurn);
  return [alone, inTurn].find((outcome) => typeof outcome === 'string');
}

/** What an operation leaves of its claim, or what is wrong where it cannot be applied. */
function applied({ op, names, value }: ClaimOperation, remains: Remains): Remains | string {
  const [claim = ''] = names;
  if (names.length === 1) {
    if (op !== 'add' && remains.kind === 'gone') return `the target of a ${op} does not exist`;
    return op === 'remove' ? { kind: 'gone' } : { kind: 'present', value };
  }
  // What is changed in depth is copied in depth: the draft itself stays as it is.
  const claims: Record<string, unknown> = {};
  if (remains.kind === 'present') setOwn(claims, claim, structuredClone(remains.value));
  const fault = applyOperation(claims, { op, names, value });
  return fault ?? { kind: 'present', value: claims[claim] };
}

function checkLifetime(op: string, value: unknown, at: string): readonly Violation[] {
  if (op !== 'replace') return [violation(`${at}/op`, 'a lifetime is replaced', '2.8')];
  const isWithin =
    Number.isInteger(value) && Number(value) >= LIFETIME_SECONDS.min && Number(value) <= LIFETIME_SECONDS.max;
  return isWithin ? [] : [violation(`${at}/value`, 'a lifetime is an integer from 300 to 86400', '2.8')];
}

function violation(at: string, rule: string, section: string): Violation {
  return { at, rule, section };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
