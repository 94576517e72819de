import type { BearerScheme } from '../caller/bearer-scheme.js';
import type { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import type { Metrics } from '../operations/metrics.js';
import type { Tracing } from '../operations/tracing.js';
import type { FactsParts } from './start-facts.js';

/** What the parts of one service share. */
export interface ServiceParts {
  readonly control: ControlSnapshotHolder;
  readonly directory: FactsParts;
  readonly bearer: BearerScheme | null;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
  readonly isStopping: () => boolean;
}
