import { UsageError } from '../cli-context.js';
import { memberOf, type ReplayCall } from './replay-call.js';

export type CallFilter = (call: ReplayCall) => boolean;

/** What a call can be found by, beside its name. */
const MEMBERS: Readonly<Record<string, (payload: unknown) => readonly unknown[]>> = {
  issuer: (payload) => [at(payload, 'data.context.protocol.issuer.uri')],
  client: (payload) => [at(payload, 'data.context.protocol.client.id')],
  user: (payload) => [
    at(payload, 'data.context.user.id'),
    at(payload, 'data.access.claims.uid'),
    at(payload, 'data.identity.claims.sub'),
  ],
  grant: (payload) => [
    at(payload, 'data.context.protocol.request.grant_type'),
    at(payload, 'data.context.protocol.request.response_type'),
  ],
  scope: (payload) => Object.keys(at(payload, 'data.access.scopes') ?? {}),
};

/**
 * Chooses calls by `issuer=`, `client=`, `user=`, `grant=` and `scope=`, and by a part of their name; `*` stands for any text. All of
 * the conditions have to hold.
 *
 * @throws UsageError for a condition on something else
 */
export function filterOf(conditions: readonly string[]): CallFilter {
  const filters = conditions.map(conditionOf);
  return (call) => filters.every((filter) => filter(call));
}

function conditionOf(condition: string): CallFilter {
  const [, member, value] = /^(\w+)=(.*)$/s.exec(condition) ?? [];
  if (member === undefined || value === undefined) {
    const pattern = patternOf(`*${condition}*`);
    return ({ name }) => pattern.test(name);
  }
  const read = Object.hasOwn(MEMBERS, member) ? MEMBERS[member] : undefined;
  if (read === undefined)
    throw new UsageError(
      `Calls are chosen by ${Object.keys(MEMBERS).join(', ')}, or by a part of their name; not by ${member}.`,
    );
  const pattern = patternOf(value);
  return ({ payload }) => read(payload).some((found) => typeof found === 'string' && pattern.test(found));
}

/** Everything but the star stands for itself. */
function patternOf(text: string): RegExp {
  const parts = text.split(/\*+/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function at(payload: unknown, path: string): object | string | undefined {
  const found = path.split('.').reduce<unknown>(memberOf, payload);
  return typeof found === 'string' || (typeof found === 'object' && found !== null) ? found : undefined;
}
