/** What an expression can see (okta/authorization-server.md section 8). */
export interface ExpressionContext {
  /** By name, as JSON: `user`, `appuser`, `app`, `access`, `org`, `session`; null where there is none. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The names of the person's groups; none without a person. */
  readonly groupNames: ReadonlySet<string>;
}
