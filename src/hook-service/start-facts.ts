import { performance } from 'node:perf_hooks';
import { ChangeFeed } from '../database/change-feed.js';
import type { ControlSnapshotHolder } from '../directory/control/control-snapshot-holder.js';
import { FactsLookup } from '../directory/facts/facts-lookup.js';
import { FactsUnavailableError } from '../directory/facts/facts-source.js';
import type { Freshness } from '../directory/facts/freshness.js';
import { databaseFacts } from '../directory/facts/read-facts.js';
import { areAllFactsAnnounced } from '../directory/facts/replaced-views.js';
import { readNotice } from '../directory/facts/read-notice.js';
import { errorCode } from '../operations/error-code.js';
import type { HookServiceDependencies } from './hook-service-dependencies.js';

/** Of the memory that the configuration gives to facts; the rest is for the answers that equal calls get from them. */
const FACTS_SHARE = 0.7;

/** What the change feed has told so far. */
export interface FeedFigures {
  readonly isAlive: boolean;
  readonly notices: number;
  /** Documents that changes named. */
  readonly invalidations: number;
  /** How often all documents were dropped. */
  readonly flushes: number;
}

/** The facts of calls, and how long they hold. */
export interface FactsParts {
  readonly facts: FactsLookup;
  readonly freshness: Freshness;
  /** For the answers that are kept with the facts. */
  readonly answersBytes: number;
  /** Throws where the directory must not be used yet. */
  readonly refuseUnread: () => void;
  /** Null where changes are not listened to. */
  readonly feed: () => FeedFigures | null;
  stop(): Promise<void>;
}

/** The directory has not been read since the start, which was from the copy of the control snapshot. */
class DirectoryUnreadError extends Error {
  readonly code = 'DIRECTORY_UNREAD';
}

/** Puts the cache over the directory, and begins to listen to what changes there: facts and control snapshot follow. */
export function startFacts(
  dependencies: HookServiceDependencies,
  control: Pick<ControlSnapshotHolder, 'isFromCopy' | 'refreshNow'>,
): FactsParts {
  const { configuration, database } = dependencies;
  const { cachedFactsMs, announcedFactsMs, factsCacheBytes } = configuration;
  let followed: FollowedFeed | null = null;
  const freshness: Freshness = {
    documentsMs: () => (followed?.hearsAll() === true ? announcedFactsMs : cachedFactsMs),
    choicesMs: cachedFactsMs,
  };
  // From a copy, nobody has seen yet that the database is at this release: nothing is read from it, nor written to it.
  const refuseUnread = (): void => {
    if (control.isFromCopy) throw new FactsUnavailableError(new DirectoryUnreadError());
  };
  const readFacts = databaseFacts(database);
  const cacheBytes = Math.ceil(factsCacheBytes * FACTS_SHARE);
  const facts = new FactsLookup({
    source: async (key, time) => {
      refuseUnread();
      return readFacts(key, time);
    },
    ...{ freshness, cacheBytes, staleMs: configuration.staleFactsMs },
    monotonicNow: () => performance.now(),
  });
  if (configuration.changeFeed) followed = followChanges(dependencies, { facts, control });
  return {
    ...{ facts, freshness, refuseUnread, answersBytes: factsCacheBytes - cacheBytes },
    feed: () => followed?.figures() ?? null,
    stop: async () => followed?.stop(),
  };
}

interface FollowedFeed {
  /** Whether every change of facts would be heard. */
  readonly hearsAll: () => boolean;
  readonly figures: () => FeedFigures;
  readonly stop: () => Promise<void>;
}

/** How often it is looked whether other tables have taken the place of ours, in milliseconds. */
const LOOK_MS = 60_000;

interface Followers {
  readonly facts: FactsLookup;
  readonly control: Pick<ControlSnapshotHolder, 'refreshNow'>;
}

function followChanges(
  { configuration, database, logger }: HookServiceDependencies,
  { facts, control }: Followers,
): FollowedFeed {
  const counts = { notices: 0, invalidations: 0, flushes: 0 };
  let areAnnounced = false;
  const look = async (): Promise<void> => {
    areAnnounced = await areAllFactsAnnounced(database).catch(() => false);
  };
  let looking = Promise.resolve();
  const forgetEverything = (): void => {
    counts.flushes += 1;
    facts.forget({ kind: 'everything' });
  };
  const feed = ChangeFeed.start({
    listen: database.listen,
    random: Math.random,
    onNotice: (payload) => {
      counts.notices += 1;
      const { facts: changes, hasControl } = readNotice(payload);
      for (const change of changes) {
        if (change.kind === 'everything') forgetEverything();
        else {
          counts.invalidations += 1;
          facts.forget(change);
        }
      }
      if (hasControl) control.refreshNow();
    },
    onAlive: (hasMissed) => {
      if (hasMissed) {
        forgetEverything();
        control.refreshNow();
      }
      looking = look();
      logger.info('changes of the directory are heard');
    },
    onLost: (error) => {
      const keptSeconds = configuration.cachedFactsMs / 1000;
      logger.warn({ code: errorCode(error), keptSeconds }, 'changes of the directory are not heard');
    },
  });
  const timer = setInterval(() => {
    looking = look();
  }, LOOK_MS);
  timer.unref();
  return {
    hearsAll: () => feed.isAlive && areAnnounced,
    figures: () => ({ ...counts, isAlive: feed.isAlive }),
    stop: async () => {
      clearInterval(timer);
      await feed.stop();
      await looking;
    },
  };
}
