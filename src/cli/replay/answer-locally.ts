import { performance } from 'node:perf_hooks';
import type { Database } from '../../database/database.js';
import { readControlSnapshot } from '../../directory/control/read-control-snapshot.js';
import { compileRequestCheck } from '../../stamping/compile-request-check.js';
import type { Explanation } from '../../stamping/explain.js';
import { explainBy } from '../explain-by.js';
import type { Answerer, DecidedLocally, HookAnswer } from './hook-answer.js';
import { isTokenHookCall } from './replay-call.js';

export interface LocalOptions {
  /** The instant of every decision, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether to answer as mode `enforce` would, whatever the mode. */
  readonly enforce: boolean;
}

/** What the hook takes (src/hook-service/create-application.ts); no root imports another, and a test holds the two together. */
export const REQUEST_BYTES_LIMIT = 128 * 1024;

/** What a hook says by the policy `omit`; which policy a credential has is not known without one. */
const NOTHING = JSON.stringify({ commands: [] });

/**
 * Answers by the hook's own code, on what the directory holds: no HTTP, no credential, nothing remembered. Issuers, rules and
 * mappings are read once.
 */
export async function answeringLocally(
  database: Database,
  { now, enforce }: LocalOptions,
): Promise<Answerer> {
  const snapshot = await readControlSnapshot(database);
  const isTokenHookRequest = compileRequestCheck();
  return {
    name: 'the database',
    answer: async (body, payload) => {
      const beganAt = performance.now();
      if (Buffer.byteLength(body) > REQUEST_BYTES_LIMIT)
        return failed('body_too_large', performance.now() - beganAt);
      if (!isTokenHookCall(payload)) return failed('not_this_event', performance.now() - beganAt);
      if (!isTokenHookRequest(payload)) return failed('unusable_payload', performance.now() - beganAt);
      const explanation = await explainBy({ snapshot, facts: database }, payload, now());
      const text = JSON.stringify(enforce ? explanation.response : explanation.answered);
      return answered(text, performance.now() - beganAt, decidedBy(explanation));
    },
    close: () => undefined,
  };
}

function decidedBy({ outcome, reason, detail, mode, trace }: Explanation): DecidedLocally {
  const selection = trace?.selection ?? null;
  return {
    ...{ outcome, reason, detail, mode },
    selection: selection?.outcome ?? null,
    tenantId: selection?.tenantId ?? null,
  };
}

function failed(reason: string, ms: number): HookAnswer {
  const nothing = { detail: null, mode: null, selection: null, tenantId: null };
  return answered(NOTHING, ms, { outcome: 'failed', reason, ...nothing });
}

function answered(text: string, ms: number, decided: DecidedLocally): HookAnswer {
  const bytes = Buffer.byteLength(text);
  return { kind: 'answered', status: 200, contentType: 'application/json', text, bytes, ms, decided };
}
