import type { Json } from '../okta/token-hook-response.js';

/** Characters that JSON writes as themselves, in one byte. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The bytes of a value's JSON in UTF-8, told without writing it: claims are sized far more often than they are cut. */
export function jsonBytes(value: Json): number {
  switch (typeof value) {
    case 'string':
      return PLAIN.test(value) ? value.length + 2 : Buffer.byteLength(JSON.stringify(value));
    case 'boolean':
      return value ? 4 : 5;
    case 'object':
      return value === null ? 4 : structureBytes(value);
    default:
      return JSON.stringify(value).length;
  }
}

function structureBytes(structure: readonly Json[] | { readonly [member: string]: Json }): number {
  // Two brackets, and a comma before every part but the first.
  let bytes = 2;
  let parts = 0;
  if (Array.isArray(structure)) {
    for (const element of structure as readonly Json[]) bytes += jsonBytes(element);
    parts = structure.length;
  } else {
    for (const [name, member] of Object.entries(structure)) {
      bytes += jsonBytes(name) + 1 + jsonBytes(member);
      parts += 1;
    }
  }
  return bytes + Math.max(0, parts - 1);
}
