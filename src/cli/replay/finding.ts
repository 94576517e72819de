/** Something about an answer that its author should know. */
export interface Finding {
  /** An `error` loses claims or tokens; a `warning` may, or is against advice. */
  readonly level: 'error' | 'warning';
  /** Where in the response, as a JSON Pointer; empty for all of it, null for what is outside of it. */
  readonly at: string | null;
  /** The rule and what breaks it, in words. */
  readonly words: string;
  /** The section of Okta's contract (docs/replaying-hooks.md lists them). */
  readonly rule: string;
}

export function error(rule: string, at: string | null, words: string): Finding {
  return { level: 'error', at, words, rule };
}

export function warning(rule: string, at: string | null, words: string): Finding {
  return { level: 'warning', at, words, rule };
}
