import { ARRAYS } from './arrays.js';
import type { ConformanceFamily } from './conformance-case.js';
import { CONTEXTS_OF_CLAIMS } from './contexts-of-claims.js';
import { CONVERSIONS } from './conversions.js';
import { GROUPS } from './groups.js';
import { MEMBERSHIPS } from './memberships.js';
import { OPERATORS } from './operators.js';
import { STRINGS } from './strings.js';

/** All that is known of the language, in the order of the page. */
export const CONFORMANCE: readonly ConformanceFamily[] = [
  CONTEXTS_OF_CLAIMS,
  OPERATORS,
  STRINGS,
  ARRAYS,
  CONVERSIONS,
  MEMBERSHIPS,
  GROUPS,
];
