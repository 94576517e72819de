/** How old kept documents may be while the directory answers, in milliseconds. 0 reads everything for every call. */
export interface Freshness {
  /** Of users, clients and tenants. Changes of these are announced: they may be older while announcements are heard. */
  readonly documentsMs: () => number;
  /** Of remembered choices, which nobody announces. Never more than of the others. */
  readonly choicesMs: number;
}

/** The same for everything, whatever happens. */
export function steadyFreshness(ms: number): Freshness {
  return { documentsMs: () => ms, choicesMs: ms };
}
