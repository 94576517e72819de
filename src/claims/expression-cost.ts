import type { ASTNode } from '@marcbachmann/cel-js';

/** How many steps one evaluation may take at the worst, by the estimate below; a step is about 10 ns. */
export const EXPRESSION_COST_LIMIT = 100_000;

/** How many steps all mappings of a directory may take together. */
export const TOTAL_COST_LIMIT = 300_000;

/** How deep comprehensions (`map`, `filter`, `all`, `exists`, `exists_one`) may nest. */
export const COMPREHENSION_DEPTH_LIMIT = 2;

/** Elements that a list of the facts may have; the database holds the same bound for what it stores. */
export const FACT_LIST_LIMIT = 100;

/** Parts that a value may have on the way: more would be memory, not a claim. */
const VALUE_PARTS_LIMIT = 100_000;

/** Parts of a text that `split` may yield: texts of the facts have at most 1,000 characters. */
const SPLIT_PARTS = 1000;

const COMPREHENSIONS: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);

/** What an expression may call. No regular expressions, no clocks, no binary data, no bindings that double what they bind. */
const ALLOWED_CALLS: ReadonlySet<string> = new Set([
  ...COMPREHENSIONS,
  ...(
    'has size string int double bool dyn startsWith endsWith contains lowerAscii upperAscii trim indexOf lastIndexOf ' +
    'substring split join'
  ).split(' '),
]);

/** Calls whose result has one part, whatever they are given. */
const SCALAR_CALLS: ReadonlySet<string> = new Set(
  'has size int double bool startsWith endsWith contains indexOf lastIndexOf'.split(' '),
);

/**
 * How large a value can be: its parts (elements of a list, members of a map, texts joined to one), and what each of them
 * can be. A single text or number has one part.
 */
interface Shape {
  readonly parts: number;
  readonly element: Shape | null;
  /** All parts, at every depth. */
  readonly total: number;
}

/** What one node can yield, and the steps to get there. */
interface Estimate {
  readonly cost: number;
  readonly shape: Shape;
}

const SCALAR_SHAPE: Shape = { parts: 1, element: null, total: 1 };

const FACT_LIST_SHAPE = listOf(FACT_LIST_LIMIT, SCALAR_SHAPE);

/** Any fact: a map of lists of texts covers them all. */
const FACT_SHAPE = listOf(FACT_LIST_LIMIT, FACT_LIST_SHAPE);

/** Steps of an expression at the worst, or why it must not run. */
export type CostEstimate =
  { readonly kind: 'cost'; readonly cost: number } | { readonly kind: 'refused'; readonly why: string };

/**
 * Estimates an expression from its syntax alone: lists of the facts count as full, concatenations as the sum of their
 * sides, a comprehension as its body times its range. Also bounds the size of every value on the way.
 */
export function estimateExpression(root: ASTNode): CostEstimate {
  try {
    const { cost } = estimate(root, { depth: 0, shapes: new Map() });
    if (cost <= EXPRESSION_COST_LIMIT) return { kind: 'cost', cost };
    return {
      kind: 'refused',
      why: `the expression may take ${String(cost)} steps, more than ${String(EXPRESSION_COST_LIMIT)}: shorten its comprehensions`,
    };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', why: error.message };
    throw error;
  }
}

class Refusal extends Error {}

interface Scope {
  readonly depth: number;
  /** Shapes of the variables that comprehensions bind. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

const SCALAR: Estimate = { cost: 1, shape: SCALAR_SHAPE };

function estimate(node: ASTNode, scope: Scope): Estimate {
  const estimated = estimateNode(node, scope);
  const { total: parts } = estimated.shape;
  if (parts > VALUE_PARTS_LIMIT) {
    throw new Refusal(
      `the expression may take a value of ${String(parts)} parts, more than ${String(VALUE_PARTS_LIMIT)}, in its steps`,
    );
  }
  return estimated;
}

function estimateNode(node: ASTNode, scope: Scope): Estimate {
  const of = (part: ASTNode): Estimate => estimate(part, scope);
  switch (node.op) {
    case 'value':
      return SCALAR;
    case 'id':
      return { cost: 1, shape: scope.shapes.get(node.args) ?? FACT_SHAPE };
    case '.':
    case '.?':
      return memberOf(of(node.args[0]), SCALAR);
    case '[]':
    case '[?]':
      return memberOf(of(node.args[0]), of(node.args[1]));
    case 'list':
      return literal(node.args.map(of));
    case 'map':
      return literal(node.args.flatMap(([key, value]) => [of(key), of(value)]));
    case '?:': {
      const [condition = SCALAR, yes = SCALAR, no = SCALAR] = node.args.map(of);
      return { cost: total([condition, yes, no]), shape: larger(yes.shape, no.shape) };
    }
    case '!_':
    case '-_':
      return { cost: of(node.args).cost + 1, shape: SCALAR_SHAPE };
    case 'call':
      assertAllowed(node.args[0]);
      return called(node.args[0], node.args[1].map(of));
    case 'rcall':
      assertAllowed(node.args[0]);
      return COMPREHENSIONS.has(node.args[0])
        ? comprehended(node.args[0], node.args[1], node.args[2], scope)
        : called(node.args[0], [node.args[1], ...node.args[2]].map(of));
    case '+':
      return concatenated(of(node.args[0]), of(node.args[1]));
    default: {
      // Comparisons and `in` may walk both sides; arithmetic is cheaper than that.
      const sides = [of(node.args[0]), of(node.args[1])];
      const walked = sides.reduce((sum, { shape }) => sum + shape.total, 0);
      return { cost: total(sides) + walked, shape: SCALAR_SHAPE };
    }
  }
}

function assertAllowed(name: string): void {
  if (!ALLOWED_CALLS.has(name)) throw new Refusal(`${name}() is not available in mappings`);
}

function listOf(parts: number, element: Shape): Shape {
  return { parts, element, total: parts * element.total };
}

function larger(a: Shape, b: Shape): Shape {
  const element =
    a.element === null || b.element === null ? (a.element ?? b.element) : larger(a.element, b.element);
  return { parts: Math.max(a.parts, b.parts), element, total: Math.max(a.total, b.total) };
}

function memberOf(target: Estimate, index: Estimate): Estimate {
  return { cost: target.cost + index.cost + 1, shape: target.shape.element ?? SCALAR_SHAPE };
}

function literal(members: readonly Estimate[]): Estimate {
  const element = members.map(({ shape }) => shape).reduce(larger, SCALAR_SHAPE);
  const parts = Math.max(members.length, 1);
  const inAll = members.reduce((sum, { shape }) => sum + shape.total, 1);
  return { cost: total(members) + 1, shape: { parts, element, total: inAll } };
}

function concatenated(left: Estimate, right: Estimate): Estimate {
  const parts = left.shape.parts + right.shape.parts;
  const inAll = left.shape.total + right.shape.total;
  return {
    cost: left.cost + right.cost + parts,
    shape: { ...larger(left.shape, right.shape), parts, total: inAll },
  };
}

function called(name: string, parameters: readonly Estimate[]): Estimate {
  const [{ shape } = SCALAR] = parameters;
  const cost = total(parameters) + Math.max(1, ...parameters.map((parameter) => parameter.shape.parts));
  if (SCALAR_CALLS.has(name)) return { cost, shape: SCALAR_SHAPE };
  if (name === 'split') return { cost: cost + SPLIT_PARTS, shape: listOf(SPLIT_PARTS, SCALAR_SHAPE) };
  // A joined text has the parts of all its elements, and a separator between any two.
  if (name === 'join') {
    const parts = 2 * shape.total;
    return { cost: cost + parts, shape: { parts, element: null, total: parts } };
  }
  return { cost, shape };
}

/** `range.map(x, body)`: the body runs once for each element of the range. */
function comprehended(
  name: string,
  range: ASTNode,
  [variable, ...bodies]: readonly ASTNode[],
  scope: Scope,
): Estimate {
  if (scope.depth >= COMPREHENSION_DEPTH_LIMIT) {
    throw new Refusal(`comprehensions nest at most ${String(COMPREHENSION_DEPTH_LIMIT)} deep`);
  }
  const over = estimate(range, scope);
  const bound = variable?.op === 'id' ? variable.args : '';
  const element = over.shape.element ?? SCALAR_SHAPE;
  const inner = { depth: scope.depth + 1, shapes: new Map([...scope.shapes, [bound, element]]) };
  const steps = bodies.map((body) => estimate(body, inner));
  const cost = over.cost + over.shape.parts * (total(steps) + 1);
  const result = steps.at(-1) ?? SCALAR;
  if (name === 'map') return { cost, shape: listOf(over.shape.parts, result.shape) };
  return name === 'filter' ? { cost, shape: over.shape } : { cost, shape: SCALAR_SHAPE };
}

function total(estimates: readonly Estimate[]): number {
  return estimates.reduce((sum, { cost }) => sum + cost, 0);
}
