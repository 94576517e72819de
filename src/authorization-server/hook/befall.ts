import { setTimeout as delay } from 'node:timers/promises';
import type { HookAnswer } from './hook-call.js';
import type { HookFault } from './hook-faults.js';

type WithoutDuration<T> = T extends unknown ? Omit<T, 'durationMs'> : never;

/** An answer before its time is taken. */
export type Outcome = WithoutDuration<HookAnswer>;

/**
 * Lets a fault befall what came back of a call. What came back as no answer stays as it is, and the fault is spent.
 *
 * @param late ends a delay: the promise is rejected then
 */
export async function befall(outcome: Outcome, fault: HookFault | null, late: AbortSignal): Promise<Outcome> {
  if (fault === null || !('status' in outcome)) return outcome;
  const { status, contentType } = outcome;
  switch (fault.kind) {
    case 'delay':
      await delay(fault.milliseconds, undefined, { signal: late });
      return outcome;
    case 'drop':
      return { kind: 'unreachable', code: 'ECONNRESET' };
    case 'status':
      return { ...outcome, status: fault.status };
    case 'oversize':
      return { kind: 'oversize', status, contentType };
    case 'malformed':
      return { kind: 'answered', status, contentType, body: malformed(outcome, fault.body) };
  }
}

/** The text given, or the first half of the body: an object that does not end. */
function malformed(outcome: Outcome, text: string | undefined): Uint8Array {
  if (text !== undefined) return Buffer.from(text);
  const body = outcome.kind === 'answered' ? outcome.body : new Uint8Array();
  return body.length < 2 ? Buffer.from('{') : body.subarray(0, Math.floor(body.length / 2));
}
