import { parsePointer } from '../../okta/json-pointer.js';

/** A member to set: where, and what. */
export interface MemberValue {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Splits a path by its dots, or as a JSON Pointer where it begins with `/`: names with dots in them need that.
 * `undefined` where it is neither.
 */
export function parseMemberPath(text: string): readonly string[] | undefined {
  const names = text.startsWith('/') ? parsePointer(text) : text.split('.');
  return names?.some((name) => name === '') === false ? names : undefined;
}

/** Reads `PATH=VALUE`; the value is JSON where it parses, else text. `undefined` where it is something else. */
export function parseMemberValue(text: string): MemberValue | undefined {
  const end = text.indexOf('=');
  const path = end < 1 ? undefined : parseMemberPath(text.slice(0, end));
  return path && { path, value: readValue(text.slice(end + 1)) };
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** As people write it, or as a JSON Pointer where a name has a dot. */
export function showMemberPath(names: readonly string[]): string {
  if (!names.some((name) => /[./]/.test(name))) return names.join('.');
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
