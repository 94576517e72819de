import type { HookOccasion } from '../hook/hook-occasion.js';
import type { Parameters } from './parameters.js';

/** A request at the token endpoint, as it came. */
export interface TokenRequest {
  /** Every value of the `Authorization` header. */
  readonly authorization: readonly string[];
  /** The `Origin` header of a browser. */
  readonly origin: string | undefined;
  readonly query: Parameters;
  readonly body: Parameters;
  readonly request: HookOccasion['request'];
}
