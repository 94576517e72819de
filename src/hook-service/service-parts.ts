import type { BearerScheme } from '../caller/bearer-scheme.js';
import type { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import type { Recorder } from '../invocations/recorder.js';
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
  /** Null where no calls are recorded. */
  readonly recorder: Recorder | null;
  readonly isStopping: () => boolean;
}
