import { StepLimit, StepLimitError } from '../group-pattern/step-limit.js';
import { callFunction } from './call-function.js';
import type { ExpressionContext } from './expression-context.js';
import { ExpressionGroup } from './expression-group.js';
import { ExpressionError, type BinaryOperator, type Expression } from './expression.js';
import { matchesText } from './matches-text.js';
import { indexed, memberOf, projected } from './members.js';
import { calculate, compare } from './operators.js';
import { readExpression } from './read-expression.js';
import type { Scope } from './scope.js';
import { counted, DEPTH_LIMIT, isList, kindOf } from './values.js';

/** A JSON value, or why there is none. */
export type Evaluation =
  { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'failure'; readonly why: string };

/**
 * Evaluates an expression of a claim. The work is bounded: by the length of the expression, by those of the texts and lists
 * that it meets, and by a limit to the steps altogether. Okta does not check an expression when it is saved, so that a fault
 * shows here (section 6.1).
 */
export function evaluateExpression(text: string, context: ExpressionContext): Evaluation {
  try {
    const value = evaluate(readExpression(text), scopeOf(context, { text, steps: new StepLimit() }));
    assertNoGroup(value);
    return { kind: 'value', value };
  } catch (error) {
    if (isFailure(error)) return { kind: 'failure', why: error.message };
    throw error;
  }
}

function isFailure(error: unknown): error is ExpressionError | StepLimitError {
  return error instanceof ExpressionError || error instanceof StepLimitError;
}

/** An expression within the expression sees variables of its own, and no person. */
function scopeOf(
  { variables, person }: ExpressionContext,
  { text: whole, steps }: { readonly text: string; readonly steps: StepLimit },
): Scope {
  return {
    ...{ variables, person, steps },
    compile: (text) => {
      const tell = whole.includes(text) ? openly : discreetly;
      const expression = tell(() => readExpression(text));
      return (own) =>
        tell(() => evaluate(expression, scopeOf({ variables: own, person: null }, { text, steps })));
    },
  };
}

function openly<Result>(work: () => Result): Result {
  return work();
}

/** What is wrong with a text that does not stand in the expression itself is not told: it may be somebody's. */
function discreetly<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError('the expression for each group, which is a value, cannot be worked out');
  }
}

/** What is no JSON is no value of a claim: a group has to be projected. */
function assertNoGroup(value: unknown, depth = 0): void {
  if (depth > DEPTH_LIMIT) throw new ExpressionError('a list nests too deeply');
  if (value instanceof ExpressionGroup) {
    throw new ExpressionError('a group is no value of a claim: project it, as in .![name]');
  }
  if (isList(value)) for (const item of value) assertNoGroup(item, depth + 1);
}

function evaluate(expression: Expression, scope: Scope): unknown {
  return counted(valueOf(expression, scope), scope.steps);
}

function valueOf(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'list':
      return expression.items.map((item) => evaluate(item, scope));
    case 'map':
      return Object.fromEntries(expression.entries.map(([key, value]) => [key, evaluate(value, scope)]));
    case 'name':
      return variable(expression.name, scope);
    case 'member':
      return memberOf(evaluate(expression.target, scope), expression.name);
    case 'index':
      return indexed(evaluate(expression.target, scope), evaluate(expression.index, scope));
    case 'projection':
      return projected(evaluate(expression.target, scope), expression.path);
    case 'call': {
      const { name, args } = expression;
      return callFunction(
        name,
        args.map((arg) => evaluate(arg, scope)),
        scope,
      );
    }
    case 'not':
      return !condition(expression.operand, scope);
    case 'negative':
      return calculate('-', 0, evaluate(expression.operand, scope));
    case 'binary':
      return evaluateBinary(expression, scope);
    case 'ternary': {
      const { whenTrue, whenFalse } = expression;
      return evaluate(condition(expression.condition, scope) ? whenTrue : whenFalse, scope);
    }
  }
}

interface Operation {
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

function evaluateBinary({ operator, left, right }: Operation, scope: Scope): unknown {
  switch (operator) {
    case 'and':
      return condition(left, scope) && condition(right, scope);
    case 'or':
      return condition(left, scope) || condition(right, scope);
    case 'elvis': {
      // Okta counts an empty text as nothing, too (section 8).
      const value = evaluate(left, scope);
      return value === null || value === '' ? evaluate(right, scope) : value;
    }
    case 'matches':
      return matchesText(text(right, scope), scope.steps)(text(left, scope));
    case '+':
    case '-':
    case '*':
    case '/':
      return calculate(operator, evaluate(left, scope), evaluate(right, scope));
    default:
      return compare(operator, evaluate(left, scope), evaluate(right, scope));
  }
}

function condition(expression: Expression, scope: Scope): boolean {
  const value = evaluate(expression, scope);
  if (typeof value !== 'boolean') throw new ExpressionError(`${kindOf(value)} is neither true nor false`);
  return value;
}

function text(expression: Expression, scope: Scope): string {
  const value = evaluate(expression, scope);
  if (typeof value !== 'string') throw new ExpressionError(`${kindOf(value)} cannot be matched`);
  return value;
}

function variable(name: string, { variables }: Scope): unknown {
  if (!Object.hasOwn(variables, name)) throw new ExpressionError(`the name ${name} is not known`);
  return variables[name] ?? null;
}
