import { performance } from 'node:perf_hooks';
import type { Database } from '../database/database.js';
import { rememberChoice } from '../directory/choices/remembered-choices.js';
import { createPseudonyms, lineWriter } from '../operations/logger.js';
import type { Metrics, Reading } from '../operations/metrics.js';
import { KeptAnswers } from '../stamping/kept-answers.js';
import { compileRequestCheck } from '../stamping/compile-request-check.js';
import type { ServiceParts } from './service-parts.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';
import type { TokenHookOptions } from './token-hook.service.js';

/** Puts together what answers calls, and what is counted and remembered. */
export function tokenHookOptions(
  { configuration, database, logger, now = Date.now }: HookServiceDependencies,
  parts: ServiceParts,
): TokenHookOptions {
  const { control, metrics, tracing, recorder } = parts;
  const { facts, freshness, answersBytes, refuseUnread } = parts.directory;
  addReadings(metrics, parts, database);
  return {
    logCall: lineWriter(logger),
    metrics,
    tracing,
    recorder,
    keepsTraces: recorder !== null,
    pseudonym: createPseudonyms(configuration.log),
    deadlineMs: configuration.factsDeadlineMs,
    isTokenHookRequest: compileRequestCheck(),
    control: () => control.current,
    facts,
    keptAnswers: new KeptAnswers({
      maxBytes: answersBytes,
      freshness,
      monotonicNow: () => performance.now(),
    }),
    rememberChoice: async (choice) => {
      refuseUnread();
      await rememberChoice(database, choice);
      facts.noteChoice(choice);
    },
    now,
  };
}

function addReadings(
  metrics: Metrics,
  { directory: { facts, feed }, bearer, control }: ServiceParts,
  database: Database,
): void {
  const readings: readonly Reading[] = [
    {
      name: 'mintmark_facts_cache_documents',
      help: 'Users, clients, tenants and remembered choices in memory.',
      read: () => facts.size.documents,
    },
    {
      name: 'mintmark_facts_cache_bytes',
      help: 'What they weigh, by estimate.',
      read: () => facts.size.bytes,
    },
    {
      name: 'mintmark_change_feed_alive',
      help: 'Whether changes of the directory are heard (1) or not (0).',
      read: () => asNumber(feed()?.isAlive),
    },
    {
      name: 'mintmark_change_notices_total',
      help: 'Notices of changes that were heard.',
      isCounter: true,
      read: () => feed()?.notices ?? null,
    },
    {
      name: 'mintmark_facts_invalidations_total',
      help: 'Users, clients and tenants that notices named.',
      isCounter: true,
      read: () => feed()?.invalidations ?? null,
    },
    {
      name: 'mintmark_facts_flushes_total',
      help: 'How often all facts in memory were dropped: for a large change, or since changes may have gone unheard.',
      isCounter: true,
      read: () => feed()?.flushes ?? null,
    },
    {
      name: 'mintmark_database_pool_connections',
      help: 'Connections of the pool, and calls that wait for one.',
      label: 'state',
      read: () => database.pool(),
    },
    {
      name: 'mintmark_control_snapshot_age_seconds',
      help: 'How long ago issuers, policies, mappings and credentials were read from the database.',
      read: () => secondsOf(control.ageMs(performance.now())),
    },
    {
      name: 'mintmark_jwks_age_seconds',
      help: 'How long ago the keys of bearer tokens were fetched.',
      read: () => secondsOf(bearer?.keysAgeMs() ?? null),
    },
  ];
  for (const reading of readings) metrics.addReading(reading);
}

function asNumber(value: boolean | undefined): number | null {
  return value === undefined ? null : Number(value);
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
