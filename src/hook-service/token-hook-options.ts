import { performance } from 'node:perf_hooks';
import type { BearerScheme } from '../caller/bearer-scheme.js';
import type { Database } from '../database/database.js';
import type { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import { rememberChoice } from '../directory/choices/remembered-choices.js';
import { FactsLookup } from '../directory/facts/facts-lookup.js';
import { FactsUnavailableError } from '../directory/facts/facts-source.js';
import { databaseFacts } from '../directory/facts/read-facts.js';
import { createPseudonyms, lineWriter } from '../operations/logger.js';
import type { Metrics, Reading } from '../operations/metrics.js';
import { KeptAnswers } from '../stamping/kept-answers.js';
import { compileRequestCheck } from './compile-request-check.js';
import type { ServiceParts } from './service-parts.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';
import type { TokenHookOptions } from './token-hook.service.js';

/** Of the memory that the configuration gives to facts; the rest is for the answers that equal calls get from them. */
const FACTS_SHARE = 0.7;

/** Puts together what answers calls: the cache over the directory, and what is counted and remembered. */
export function tokenHookOptions(
  { configuration, database, logger, now = Date.now }: HookServiceDependencies,
  { control, bearer, metrics, tracing }: ServiceParts,
): TokenHookOptions {
  // From a copy, nobody has seen yet that the database is at this release: nothing is read from it, nor written to it.
  const refuseUnread = (): void => {
    if (control.isFromCopy) throw new FactsUnavailableError(new DirectoryUnreadError());
  };
  const readFacts = databaseFacts(database);
  const factsBytes = Math.ceil(configuration.factsCacheBytes * FACTS_SHARE);
  const facts = new FactsLookup({
    source: async (key, time) => {
      refuseUnread();
      return readFacts(key, time);
    },
    freshMs: configuration.cachedFactsMs,
    staleMs: configuration.staleFactsMs,
    cacheBytes: factsBytes,
    monotonicNow: () => performance.now(),
  });
  addReadings(metrics, { facts, database, bearer, control });
  return {
    logCall: lineWriter(logger),
    metrics,
    tracing,
    pseudonym: createPseudonyms(configuration.log),
    deadlineMs: configuration.factsDeadlineMs,
    isTokenHookRequest: compileRequestCheck(),
    control: () => control.current,
    facts,
    keptAnswers: new KeptAnswers({
      maxBytes: configuration.factsCacheBytes - factsBytes,
      freshMs: configuration.cachedFactsMs,
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

/** The directory has not been read since the start, which was from the copy of the control snapshot. */
class DirectoryUnreadError extends Error {
  readonly code = 'DIRECTORY_UNREAD';
}

interface Measured {
  readonly control: ControlSnapshotHolder;
  readonly facts: FactsLookup;
  readonly database: Database;
  readonly bearer: BearerScheme | null;
}

function addReadings(metrics: Metrics, { facts, database, bearer, control }: Measured): void {
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

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
