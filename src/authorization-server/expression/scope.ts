import type { StepLimit } from '../group-pattern/step-limit.js';
import type { ExpressionContext } from './expression-context.js';

/** What one evaluation sees and shares: its functions are given it. */
export interface Scope extends ExpressionContext {
  readonly steps: StepLimit;
  /** Reads an expression that stands in a text of this one, to be evaluated with nothing but some variables. */
  compile(text: string): (variables: ExpressionContext['variables']) => unknown;
}
