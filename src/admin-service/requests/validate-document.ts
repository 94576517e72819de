import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { isInheritedName } from '../../config/yaml-file.js';
import { invalidFields, type FieldError, type Problem } from '../problems/problem.js';
import { pointerTo } from './pointer.js';

/** A class that describes a body or a query, with class-validator's decorators. */
export type DocumentType<Content extends object = object> = new () => Content;

/** So many errors are named; whoever sends more has understood. */
const ERRORS_LIMIT = 100;

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

/**
 * Checks a body against its class. What is left out has the class's default.
 *
 * @param opaque members whose inside the class says nothing about: they are handed on as they came
 * @throws Problem that names every field that is wrong
 */
export function validateBody<Content extends object>(
  type: DocumentType<Content>,
  body: unknown,
  opaque: readonly (keyof Content & string)[] = [],
): Content {
  if (!isObject(body)) throw invalidFields([{ pointer: '', detail: 'must be a JSON object' }]);
  const [kept, checked] = apart(body, opaque);
  const misplaced = misplacedParts(checked, []);
  if (misplaced.length > 0) throw fieldsProblem(misplaced);
  const { content, faults } = check(type, checked);
  if (faults.length > 0) throw fieldsProblem(faults);
  return Object.assign(withoutNulls(content), kept);
}

/** Null is only valid for a member that may be left out, and means that it is. */
function withoutNulls<Content extends object>(content: Content): Content {
  for (const [name, value] of Object.entries(content)) {
    if (value === null) Reflect.deleteProperty(content, name);
  }
  return content;
}

/** Objects under opaque names, and the body with empty ones in their places. */
function apart(body: object, opaque: readonly string[]): readonly [object, object] {
  const names = opaque.filter((name) => isObject(Reflect.get(body, name)));
  const kept = names.map((name) => [name, Reflect.get(body, name) as unknown] as const);
  const emptied = names.map((name) => [name, {}] as const);
  return [Object.fromEntries(kept), { ...body, ...Object.fromEntries(emptied) }];
}

function fieldsProblem(faults: readonly Fault[]): Problem {
  return invalidFields(
    faults.slice(0, ERRORS_LIMIT).map(({ path, detail }) => ({ pointer: pointerTo(path), detail })),
  );
}

/** What class-transformer loses or trips over: members that every object has, and lists in lists. */
function misplacedParts(value: object, path: Fault['path']): readonly Fault[] {
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, member]: readonly [string, unknown]): readonly Fault[] => {
    const at = [...path, isList ? Number(name) : name];
    if (isList && Array.isArray(member)) return [{ path: at, detail: 'must not be a list in a list' }];
    if (!isList && isInheritedName(name)) return [{ path: at, detail: UNKNOWN }];
    return typeof member === 'object' && member !== null ? misplacedParts(member, at) : [];
  });
}

/** Checks the parameters of a query. @throws Problem that names every parameter that is wrong */
export function validateQuery<Content extends object>(type: DocumentType<Content>, query: unknown): Content {
  const given = Object.entries(isObject(query) ? query : {});
  const misplaced = given.flatMap(([parameter, value]): readonly FieldError[] => {
    if (Array.isArray(value)) return [{ parameter, detail: 'must be given once' }];
    return isInheritedName(parameter) ? [{ parameter, detail: UNKNOWN }] : [];
  });
  if (misplaced.length > 0) throw invalidFields(misplaced);
  const { content, faults } = check(type, Object.fromEntries(given));
  if (faults.length > 0)
    throw invalidFields(faults.map(({ path, detail }) => ({ parameter: String(path[0]), detail })));
  return content;
}

interface Fault {
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

function check<Content extends object>(
  type: DocumentType<Content>,
  plain: object,
): { readonly content: Content; readonly faults: readonly Fault[] } {
  const content = plainToInstance(type, plain, { exposeDefaultValues: true });
  const errors = validateSync(content, OPTIONS);
  return { content, faults: errors.flatMap((error) => faultsOf(error, [])) };
}

const UNKNOWN = 'is no member of this object';

function faultsOf(
  { property, constraints, children }: ValidationError,
  parents: Fault['path'],
): readonly Fault[] {
  const path = [...parents, /^\d+$/.test(property) ? Number(property) : property];
  const own = Object.entries(constraints ?? {}).map(([rule, message]) => ({
    path,
    detail: rule === 'whitelistValidation' ? UNKNOWN : message.replace(/^each value in /, 'every entry '),
  }));
  // One is enough: a text that is no number is also none from 1 to 1000.
  return [...own.slice(0, 1), ...(children ?? []).flatMap((child) => faultsOf(child, path))];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
