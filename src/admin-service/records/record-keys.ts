import { randomBytes } from 'node:crypto';
import { invalidFields } from '../problems/problem.js';
import { pointerTo } from '../requests/pointer.js';
import type { Resource } from './resource.js';

export type RecordKey = Readonly<Record<string, string>>;

/** A creation may leave the id to us. */
export function withId({ idPrefix }: Resource, body: unknown): unknown {
  const isNameless = typeof body === 'object' && body !== null && !Object.hasOwn(body, 'id');
  if (idPrefix === undefined || !isNameless || Array.isArray(body)) return body;
  return { id: `${idPrefix}_${randomBytes(12).toString('hex')}`, ...body };
}

/** The key is in the URL; where the body has it too, it has to be the same. */
export function withKey({ key: members }: Resource, body: unknown, key: RecordKey): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const different = members.filter(
    (name) => Object.hasOwn(body, name) && Reflect.get(body, name) !== key[name],
  );
  if (different.length === 0) return { ...body, ...key };
  throw invalidFields(
    different.map((name) => ({
      pointer: pointerTo([name]),
      detail: 'is part of the key, which the path names',
    })),
  );
}

export function keyOf({ key: members }: Resource, record: object): RecordKey {
  return keyOfParts(members, partsOf(members, record));
}

export function partsOf(members: readonly string[], record: object): readonly string[] {
  return members.map((name) => String(Reflect.get(record, name)));
}

export function keyOfParts(members: readonly string[], parts: readonly string[]): RecordKey {
  return Object.fromEntries(members.map((name, index) => [name, parts[index] ?? '']));
}
