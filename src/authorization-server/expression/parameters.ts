import type { Scope } from './scope.js';
import { isRecord, listOf, textOf } from './values.js';

/** What a function takes in one place. */
export interface Parameter<Value> {
  /** What is wanted, for messages and for the docs. */
  readonly wanted: string;
  /** The argument as the function needs it; undefined where it is something else. */
  read(value: unknown): Value | undefined;
}

/** A text, or what Spring converts to one: a number, a boolean, a list with commas. Null stays null. */
export const TEXT: Parameter<string | null> = {
  wanted: 'text',
  read: (value) => (value === null ? null : isRecord(value) ? undefined : textOf(value)),
};

/** A text that has to be there as it is. */
export const NAME: Parameter<string> = {
  wanted: 'name',
  read: (value) => (typeof value === 'string' ? value : undefined),
};

/** A list, or what counts as one; null stays null. */
export const LIST: Parameter<readonly unknown[] | null> = {
  wanted: 'list',
  read: (value) => (value === null ? null : listOf(value)),
};

/** A list of names. */
export const NAMES: Parameter<readonly string[]> = {
  wanted: 'names',
  read: (value) => {
    const list = value === null ? [] : listOf(value);
    return list.every((item): item is string => typeof item === 'string') ? list : undefined;
  },
};

export const INTEGER: Parameter<number> = {
  wanted: 'integer',
  read: (value) => (typeof value === 'number' && Number.isInteger(value) ? value : undefined),
};

/** How many groups there may be at most: out of bounds, Okta fails the claim. */
export const LIMIT: Parameter<number> = {
  wanted: '1 to 100',
  read: (value) => {
    const limit = INTEGER.read(value);
    return limit !== undefined && limit >= 1 && limit <= 100 ? limit : undefined;
  },
};

/** A text or a number, to be converted. */
export const CONVERTIBLE: Parameter<string | number> = {
  wanted: 'text or number',
  read: (value) => (typeof value === 'string' || typeof value === 'number' ? value : undefined),
};

/** Anything at all. */
export const ANYTHING: Parameter<unknown> = { wanted: 'value', read: (value) => value };

/** Anything but null. */
export const SOMETHING: Parameter<unknown> = {
  wanted: 'value',
  read: (value) => (value === null ? undefined : value),
};

/** A function of Okta's expression language: what it takes, and what it makes of it. */
export interface ExpressionFunction {
  readonly parameters: readonly Parameter<unknown>[];
  /** What it takes any number of, after the parameters. */
  readonly rest: Parameter<unknown> | null;
  call(args: readonly unknown[], scope: Scope): unknown;
}

/** Functions by name, dotted as they are called. */
export type Functions = Readonly<Record<string, ExpressionFunction>>;

type Read<Wanted> = Wanted extends Parameter<infer Value> ? Value : never;

type ReadAll<Wanted extends readonly Parameter<unknown>[]> = {
  readonly [Place in keyof Wanted]: Read<Wanted[Place]>;
};

/** A function of so many arguments. */
export function fixed<const Wanted extends readonly Parameter<unknown>[]>(
  parameters: Wanted,
  call: (args: ReadAll<Wanted>, scope: Scope) => unknown,
): ExpressionFunction {
  return {
    parameters,
    rest: null,
    // They are what the parameters have read.
    call: (args, scope) => call(args as ReadAll<Wanted>, scope),
  };
}

/** A function of so many arguments, and any number of others behind them. */
export function variadic<const Wanted extends readonly Parameter<unknown>[], Item>(
  parameters: Wanted,
  rest: Parameter<Item>,
  call: (args: ReadAll<Wanted>, items: readonly Item[], scope: Scope) => unknown,
): ExpressionFunction {
  return {
    parameters,
    rest,
    call: (args, scope) =>
      call(
        args.slice(0, parameters.length) as unknown as ReadAll<Wanted>,
        args.slice(parameters.length) as readonly Item[],
        scope,
      ),
  };
}

/** How a function is called, for example `String.join(text, text…)`. */
export function signatureOf(name: string, { parameters, rest }: ExpressionFunction): string {
  const wanted = parameters.map((parameter) => parameter.wanted);
  return `${name}(${[...wanted, ...(rest === null ? [] : [`${rest.wanted}…`])].join(', ')})`;
}
