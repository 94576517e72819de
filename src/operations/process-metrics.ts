import type { Registry } from 'prom-client';
import eventLoopLag from 'prom-client/lib/metrics/eventLoopLag.js';
import heapSizeAndUsed from 'prom-client/lib/metrics/heapSizeAndUsed.js';
import heapSpacesSizeAndUsed from 'prom-client/lib/metrics/heapSpacesSizeAndUsed.js';
import osMemoryHeap from 'prom-client/lib/metrics/osMemoryHeap.js';
import processCpuTotal from 'prom-client/lib/metrics/processCpuTotal.js';
import processHandles from 'prom-client/lib/metrics/processHandles.js';
import processMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors.js';
import processOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js';
import processRequests from 'prom-client/lib/metrics/processRequests.js';
import processResources from 'prom-client/lib/metrics/processResources.js';
import processStartTime from 'prom-client/lib/metrics/processStartTime.js';
import version from 'prom-client/lib/metrics/version.js';

const COLLECTORS = [
  ...[processCpuTotal, processStartTime, osMemoryHeap, processOpenFileDescriptors, processMaxFileDescriptors],
  ...[eventLoopLag, processHandles, processRequests, processResources],
  ...[heapSizeAndUsed, heapSpacesSizeAndUsed, version],
];

/** In milliseconds: the library's default. */
const EVENT_LOOP_SAMPLING_MS = 10;

/**
 * The library's default metrics of the process and of Node, without `nodejs_gc_duration_seconds`: Node tells of a collection by way
 * of objects of 3 KB, and a busy hook has twenty a second. What collections cost callers is in the delay of the event loop.
 */
export function collectProcessMetrics(register: Registry): void {
  for (const collect of COLLECTORS)
    collect(register, { eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLING_MS });
}
