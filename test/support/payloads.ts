import { readFileSync } from 'node:fs';

/** A parsed payload that a test may change as it likes. */
export type Payload = Record<string, unknown>;

/** A payload of `examples/payloads`, by the beginning of its name: `request_07` or `response_error`. */
export function examplePayload(name: string): Payload {
  return JSON.parse(readFileSync(`examples/payloads/${name}.json`, 'utf8')) as Payload;
}

/**
 * A copy of a payload with members set by dotted path; `undefined` removes one.
 *
 * @example withMembers(payload, { 'data.context.user.id': '00u…', 'data.identity': undefined })
 */
export function withMembers(payload: Payload, members: Readonly<Record<string, unknown>>): Payload {
  const copy = structuredClone(payload);
  for (const [path, value] of Object.entries(members)) setMember(copy, path.split('.'), value);
  return copy;
}

function setMember(target: Payload, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length > 0) {
    if (typeof target[name] !== 'object' || target[name] === null) target[name] = {};
    setMember(target[name] as Payload, rest, value);
  } else if (value === undefined) Reflect.deleteProperty(target, name);
  else target[name] = value;
}
