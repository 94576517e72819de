import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { isInheritedName } from '../../config/yaml-file.js';
import { invalidFields, type FieldError } from '../problems/problem.js';
import { pointerTo } from './pointer.js';

/** A class that describes a body or a query, with class-validator's decorators. */
export type DocumentType<Content extends object = object> = new () => Content;

/** So many errors are named; whoever sends more has understood. */
const ERRORS_LIMIT = 100;

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true } as const;

/**
 * Checks a body against its class. What is left out has the class's default.
 *
 * @throws Problem that names every field that is wrong
 */
export function validateBody<Content extends object>(type: DocumentType<Content>, body: unknown): Content {
  if (!isObject(body)) throw invalidFields([{ pointer: '', detail: 'must be a JSON object' }]);
  const { content, faults } = check(type, body);
  if (faults.length > 0)
    throw invalidFields(faults.map(({ path, detail }) => ({ pointer: pointerTo(path), detail })));
  return content;
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
  return { content, faults: errors.flatMap((error) => faultsOf(error, [])).slice(0, ERRORS_LIMIT) };
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
