import type { ExpressionContext } from './expression-context.js';
import { ExpressionError } from './expression.js';
import { kindOf } from './operators.js';

type ExpressionFunction = (args: readonly unknown[], context: ExpressionContext) => unknown;

/** The functions of Okta's expression language that are there so far (okta/authorization-server.md section 8, level 1). */
const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  ['isMemberOfGroupName', isMemberOfGroupName],
]);

/** Calls a function by its name; one that is not known fails, as it does in Okta. */
export function callFunction(name: string, args: readonly unknown[], context: ExpressionContext): unknown {
  const called = FUNCTIONS.get(name);
  if (called === undefined) throw new ExpressionError(`the function ${name} is not known`);
  return called(args, context);
}

function isMemberOfGroupName(args: readonly unknown[], { groupNames }: ExpressionContext): boolean {
  const [name] = args;
  if (args.length !== 1 || typeof name !== 'string') {
    const given = args.map(kindOf).join(', ');
    throw new ExpressionError(`isMemberOfGroupName takes the name of one group, not (${given})`);
  }
  return groupNames.has(name);
}
