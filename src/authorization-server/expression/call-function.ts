import { ExpressionError } from './expression.js';
import { ARRAY_FUNCTIONS } from './functions/array-functions.js';
import { CONVERSION_FUNCTIONS } from './functions/conversion-functions.js';
import { GROUP_FUNCTIONS } from './functions/group-functions.js';
import { MEMBERSHIP_FUNCTIONS } from './functions/membership-functions.js';
import { STRING_FUNCTIONS } from './functions/string-functions.js';
import { USER_FUNCTIONS } from './functions/user-functions.js';
import { signatureOf, type ExpressionFunction } from './parameters.js';
import type { Scope } from './scope.js';
import { kindOf } from './values.js';

/** The functions of level 1 (okta/authorization-server.md section 8), by name. */
export const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map(
  Object.entries({
    ...STRING_FUNCTIONS,
    ...ARRAY_FUNCTIONS,
    ...CONVERSION_FUNCTIONS,
    ...MEMBERSHIP_FUNCTIONS,
    ...GROUP_FUNCTIONS,
    ...USER_FUNCTIONS,
  }),
);

/** Calls a function by its name; one that is not known fails, as it does in Okta. */
export function callFunction(name: string, args: readonly unknown[], scope: Scope): unknown {
  const called = FUNCTIONS.get(name);
  if (called === undefined) throw new ExpressionError(`the function ${name} is not known`);
  const read = readArguments(called, args);
  if (read !== undefined) return called.call(read, scope);
  const given = args.map(kindOf).join(', ');
  throw new ExpressionError(`it is ${signatureOf(name, called)}, and not (${given})`);
}

function readArguments(
  { parameters, rest }: ExpressionFunction,
  args: readonly unknown[],
): readonly unknown[] | undefined {
  if (args.length < parameters.length || (rest === null && args.length > parameters.length)) return undefined;
  const read = args.map((arg, index) => (parameters[index] ?? rest)?.read(arg));
  return read.includes(undefined) ? undefined : read;
}
