import type { Json } from '../okta/token-hook-response.js';

/**
 * Whether a later value of a claim grants less than the one that would be stamped now: absent, false for true, a lower
 * number, a list or an object that lost or lowered something, another string.
 */
export function shrinks(now: Json, then: Json | undefined): boolean {
  if (then === undefined) return true;
  if (typeof now === 'boolean' && typeof then === 'boolean') return now && !then;
  if (typeof now === 'number' && typeof then === 'number') return then < now;
  if (isList(now) && isList(then)) return losesElement(now, then);
  if (isObject(now) && isObject(then)) {
    return Object.entries(now).some(([name, value]) =>
      shrinks(value, Object.hasOwn(then, name) ? then[name] : undefined),
    );
  }
  return now !== then;
}

/** Elements are compared as a whole: one that changed at all is lost. */
function losesElement(now: readonly Json[], then: readonly Json[]): boolean {
  const left = new Set(then.map((element) => JSON.stringify(element)));
  return now.some((element) => !left.has(JSON.stringify(element)));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is { readonly [member: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
