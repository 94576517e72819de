import type { ExpressionGroup } from './expression-group.js';

/** What an expression can see (okta/authorization-server.md section 8). */
export interface ExpressionContext {
  /** By name, as JSON: `user`, `appuser`, `app`, `access`, `org`, `session`; null where there is none. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whom the functions over a user and over groups ask about; null for client credentials. */
  readonly person: ExpressionPerson | null;
}

export interface ExpressionPerson {
  readonly id: string;
  readonly status: string;
  /** The groups that the person is in, `Everyone` among them, always in the same order. */
  groups(): readonly ExpressionGroup[];
}
