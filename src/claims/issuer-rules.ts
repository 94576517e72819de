import type { CompiledMapping } from './claim-mapping.js';

/** The rules of the issuer that calls. */
export interface IssuerRules {
  readonly issuerId: string;
  /** The issuer's own URI, even where an alias called. */
  readonly issuerUri: string;
  /** Deny a refused (an ambiguous) selection instead of stamping its outcome alone. */
  readonly denyRefused: boolean;
  readonly denyAmbiguous: boolean;
  /** Bytes of JSON that may be added to each token. */
  readonly claimsBudgetBytes: number;
  /** How long a remembered choice is kept, in milliseconds. */
  readonly rememberChoiceMs: number;
  /** Every mapping of the directory, in the order of priority. */
  readonly mappings: readonly CompiledMapping[];
  /** Every claim name that a mapping writes, whatever its conditions, and `claims_dropped`: Mintmark owns them. */
  readonly ownedClaims: ReadonlySet<string>;
}
