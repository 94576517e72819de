/** An expression of Okta's expression language, parsed: level 1 of section 8 of okta/authorization-server.md. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly target: Expression; readonly name: string }
  | {
      readonly kind: 'map';
      /** Criteria of `user.getGroups`. */
      readonly entries: readonly (readonly [string, Expression])[];
    }
  | {
      readonly kind: 'projection';
      readonly target: Expression;
      /** Members of members, from each item of a list. */
      readonly path: readonly string[];
    }
  | { readonly kind: 'index'; readonly target: Expression; readonly index: Expression }
  | {
      readonly kind: 'call';
      /** Dotted, for example `isMemberOfGroupName` or `String.append`. */
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'not' | 'negative'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'ternary';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    };

export type ComparisonOperator = '==' | '!=' | '<' | '>' | '<=' | '>=';

export type ArithmeticOperator = '+' | '-' | '*' | '/';

/** `elvis` is `a ?: b`. */
export type BinaryOperator = ComparisonOperator | ArithmeticOperator | 'and' | 'or' | 'elvis' | 'matches';

/** What is wrong with an expression, or with the values that it meets. */
export class ExpressionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpressionError';
  }
}
