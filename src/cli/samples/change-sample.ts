import { setOwn } from '../../claims/apply-operation.js';
import { SampleRefusedError } from './build-sample.js';
import { allPaths, findUnknown, isOpenBelow, type Members } from './known-members.js';
import { showMemberPath, type MemberValue } from './member-path.js';
import { nearest } from './nearest.js';

/** What is to be changed in a sample that is built. */
export interface SampleChanges {
  readonly set: readonly MemberValue[];
  readonly unset: readonly (readonly string[])[];
  /** Whether members may be set that the contract does not name: Okta adds some from time to time. */
  readonly allowUnknown: boolean;
}

/** The sample that is changed: its name, and what the contract names in a call like it. */
export interface ChangedSample {
  readonly name: string;
  readonly members: Members;
}

/**
 * A copy of a call with members set and removed.
 *
 * @throws SampleRefusedError for a path that leads nowhere, with those that are nearest
 */
export function changeSample(call: object, changes: SampleChanges, sample: ChangedSample): object {
  const copy = structuredClone(call);
  for (const { path, value } of changes.set) {
    if (!changes.allowUnknown) refuseUnknown(path, sample.members);
    setMember(copy, { path, value }, { ...sample, allowUnknown: changes.allowUnknown });
  }
  for (const path of changes.unset) removeMember(copy, path, sample);
  return copy;
}

function refuseUnknown(path: readonly string[], members: Members): void {
  const found = findUnknown(path, members);
  if (found === undefined) return;
  const { known, unknown, names } = found;
  const place = known.length === 0 ? 'a call' : `"${showMemberPath(known)}"`;
  const has = names.length === 0 ? 'is a value without members' : `has ${names.join(', ')}`;
  const meant = suggestions(path, found.known, { unknown, names, members });
  throw new SampleRefusedError(
    [
      `There is no "${unknown}" in ${place}, which ${has}.`,
      ...(meant.length === 0 ? [] : [`Did you mean ${meant.join(', or ')}?`]),
      'With --allow-unknown it is set all the same.',
    ].join(' '),
  );
}

interface Misspelt {
  readonly unknown: string;
  readonly names: readonly string[];
  readonly members: Members;
}

/** The name spelt otherwise at its place, and the members of that name at other places. */
function suggestions(
  path: readonly string[],
  known: readonly string[],
  { unknown, names, members }: Misspelt,
): readonly string[] {
  const rest = path.slice(known.length + 1);
  const spelt = nearest(unknown, names)
    .map((name) => [...known, name])
    .map((place) => (isKnown([...place, ...rest], members) ? [...place, ...rest] : place));
  const ends = [path.slice(-2), path.slice(-1)];
  const elsewhere = ends.flatMap((end) => allPaths(members).filter((candidate) => endsWith(candidate, end)));
  return [...new Set([...spelt, ...elsewhere].map(showMemberPath))].slice(0, 3);
}

function isKnown(path: readonly string[], members: Members): boolean {
  return findUnknown(path, members) === undefined;
}

function endsWith(path: readonly string[], end: readonly string[]): boolean {
  const last = path.slice(-end.length);
  return last.length === end.length && last.every((name, index) => sameName(name, end[index] ?? ''));
}

/** `clientId` and `client_id` are one name to whoever looks for it. */
function sameName(one: string, other: string): boolean {
  const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();
  return plain(one) === plain(other);
}

function setMember(
  call: object,
  { path, value }: MemberValue,
  sample: ChangedSample & { readonly allowUnknown: boolean },
): void {
  let parent: object = call;
  for (const [index, name] of path.slice(0, -1).entries()) {
    const here = path.slice(0, index + 1);
    const next = memberOf(parent, name);
    if (isObject(next)) parent = next;
    else if (next === undefined && (sample.allowUnknown || isOpenBelow(here, sample.members))) {
      const made = {};
      put(parent, name, made);
      parent = made;
    } else throw new SampleRefusedError(describeMissing(here, next, sample.name));
  }
  put(parent, path.at(-1) ?? '', value);
}

function describeMissing(path: readonly string[], found: unknown, sample: string): string {
  const name = showMemberPath(path);
  return found === undefined
    ? `${sample} has no "${name}". To give it one, set all of it: --set '${name}={…}'.`
    : `"${name}" of ${sample} is ${JSON.stringify(found)}, and has no members to set.`;
}

function removeMember(call: object, path: readonly string[], { name: sample }: ChangedSample): void {
  const parent = path.slice(0, -1).reduce<unknown>(memberOf, call);
  const last = path.at(-1) ?? '';
  if (isObject(parent) && memberOf(parent, last) !== undefined) {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else Reflect.deleteProperty(parent, last);
    return;
  }
  const meant = isObject(parent) ? nearest(last, Object.keys(parent)) : [];
  const paths = meant.map((name) => showMemberPath([...path.slice(0, -1), name]));
  const hint = paths.length === 0 ? '' : ` Did you mean ${paths.join(', or ')}?`;
  throw new SampleRefusedError(`${sample} has no "${showMemberPath(path)}" to leave out.${hint}`);
}

function memberOf(parent: unknown, name: string): unknown {
  return isObject(parent) && Object.hasOwn(parent, name) ? Reflect.get(parent, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** `-` appends to a list, as in JSON Pointers. */
function put(parent: object, name: string, value: unknown): void {
  if (Array.isArray(parent) && name === '-') parent.push(value);
  else if (Array.isArray(parent) && !/^(?:0|[1-9]\d{0,3})$/.test(name))
    throw new SampleRefusedError(`"${name}" is no place in a list: give its number, or - for its end.`);
  else setOwn(parent, name, value);
}
