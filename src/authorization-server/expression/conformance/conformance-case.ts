/** What an expression comes to, and how that is known: a row of the table in docs/expression-language.md, and a test. */
export interface ConformanceCase {
  /** The function, or the part of the language. */
  readonly of: string;
  readonly expression: string;
  /** Who asks: Dana by way of the web app, or the machine of that app (client credentials). */
  readonly as: 'person' | 'machine';
  readonly outcome:
    { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'failure'; readonly why: string };
  readonly basis: Basis;
}

/** How sure an outcome is, in the tags of okta/authorization-server.md: documented, inferred, or not known. */
export interface Basis {
  readonly tag: 'D' | 'I' | 'U';
  /** Where it stands, or what it is inferred from. */
  readonly source: string;
}

export interface ConformanceFamily {
  readonly title: string;
  readonly cases: readonly ConformanceCase[];
}

/** A heading of Okta's reference of the language. */
export function documented(heading: string): Basis {
  return { tag: 'D', source: `reference: ${heading}` };
}

/** An article of Okta's support, a page of its help, or a guide. */
export function advised(article: string): Basis {
  return { tag: 'D', source: article };
}

export function inferred(from: string): Basis {
  return { tag: 'I', source: from };
}

export function unknown(reading: string): Basis {
  return { tag: 'U', source: reading };
}

/** The language that Okta's is a subset of. */
export const SPEL = inferred('as SpEL does');

type Row = readonly [expression: string, value: unknown];
type Failure = readonly [expression: string, why: string];

/** Cases of one thing on one basis. */
export class Cases {
  readonly all: ConformanceCase[] = [];

  /** Expressions and their values, for a person. */
  give(of: string, basis: Basis, ...rows: readonly Row[]): this {
    for (const [expression, value] of rows) {
      this.all.push({ of, expression, as: 'person', outcome: { kind: 'value', value }, basis });
    }
    return this;
  }

  /** The same for a machine. */
  giveMachines(of: string, basis: Basis, ...rows: readonly Row[]): this {
    for (const [expression, value] of rows) {
      this.all.push({ of, expression, as: 'machine', outcome: { kind: 'value', value }, basis });
    }
    return this;
  }

  /** Expressions that fail the claim, and why: for the log, since Okta names the claim only. */
  fail(of: string, basis: Basis, ...rows: readonly Failure[]): this {
    for (const [expression, why] of rows) {
      this.all.push({ of, expression, as: 'person', outcome: { kind: 'failure', why }, basis });
    }
    return this;
  }
}
