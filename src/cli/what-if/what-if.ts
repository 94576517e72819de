import { readHookCall } from '../../claims/read-hook-call.js';
import { DatabaseUnavailableError, type Database, type DatabaseRow } from '../../database/database.js';
import type { Transaction } from '../../database/write-as.js';
import { readControlSnapshot, readControlSnapshotIn } from '../../directory/control/read-control-snapshot.js';
import type { TableChanges } from '../../directory/files/reconcile.js';
import { ID_PSEUDONYM } from '../../invocations/pseudonyms.js';
import type { TokenHookRequest } from '../../okta/token-hook-request.js';
import { compileRequestCheck } from '../../stamping/compile-request-check.js';
import type { Explanation } from '../../stamping/explain.js';
import { UsageError } from '../cli-context.js';
import { explainBy, type DirectoryState } from '../explain-by.js';
import type { ComparedCall } from '../invocations/change-summary.js';
import { isTokenHookCall } from '../replay/replay-call.js';
import { ChangedDirectory, type ChangedDirectoryOptions } from './changed-directory.js';
import { compareExplanations } from './compare-explanations.js';
import { readKnownIds, readRememberedTokens, unmask, type KnownIds } from './unmask-call.js';

/** A directory as it is, and as it would be after an apply: the same calls, answered by both. */
export interface WhatIf {
  /** What the apply would change. */
  readonly changes: readonly TableChanges[];
  /** Undefined for what is no call of a token hook. */
  answer(payload: unknown): Promise<WhatIfAnswer | undefined>;
  close(): Promise<void>;
}

export interface WhatIfAnswer {
  readonly before: Explanation;
  readonly after: Explanation;
  readonly compared: ComparedCall;
  /** Whether the user is still a pseudonym: nobody whom the directory knows, or nobody has the key. */
  readonly isMasked: boolean;
}

export interface WhatIfOptions extends ChangedDirectoryOptions {
  /** The instant of the decisions, in milliseconds since the epoch. */
  readonly at: () => number;
  /** Key of the recordings' pseudonyms; without it recorded calls are of nobody. */
  readonly key?: string | undefined;
  /** Whether to answer as mode `enforce` would, whatever the mode. */
  readonly enforce?: boolean;
}

/**
 * Works with the directory as it would be after an apply, beside the directory as it is; nothing is changed.
 *
 * @throws DirectoryRefusedError where the files would be refused, UsageError where the database has but one connection
 */
export async function openWhatIf(database: Database, options: WhatIfOptions): Promise<WhatIf> {
  if (database.engine === 'embedded')
    throw new UsageError('The embedded database has one connection: what-if needs PostgreSQL.');
  const changed = new ChangedDirectory(database, options);
  try {
    return await compareStates(database, changed, options);
  } catch (error) {
    await changed.close();
    throw error;
  }
}

async function compareStates(
  database: Database,
  changed: ChangedDirectory,
  { key, at, files, enforce = false }: WhatIfOptions,
): Promise<WhatIf> {
  const snapshot = await readControlSnapshot(database);
  const known = key === undefined ? NOBODY : await readKnownIds(database, files, key);
  const { changes, changedSnapshot } = await changed.ask(async (state) => ({
    changes: state.changes,
    changedSnapshot: await readControlSnapshotIn(state.tx),
  }));
  const isRequest = compileRequestCheck();
  return {
    changes,
    answer: async (payload) => {
      const recorded = key === undefined ? payload : unmask(payload, known);
      if (!isTokenHookCall(recorded) || !isRequest(recorded)) return undefined;
      const { issuer, client } = recorded.data.context.protocol;
      const control = changedSnapshot.issuers.get(issuer.uri) ?? snapshot.issuers.get(issuer.uri);
      const remembering = { database, orgId: control?.orgId, key };
      const request = await withRememberedToken(recorded, remembering);
      const instant = at();
      const [before, after] = await Promise.all([
        decidedBy({ snapshot, facts: database }, request, instant),
        changed.ask(({ tx }) =>
          decidedBy({ snapshot: changedSnapshot, facts: queryableWithin(tx) }, request, instant),
        ),
      ]);
      const names = { issuer: control?.rules.issuerId ?? issuer.uri, client: client.id };
      const compared = compareExplanations({ before, after, ...names, enforce });
      return { before, after, compared, isMasked: ID_PSEUDONYM.test(compared.user ?? '') };
    },
    close: () => changed.close(),
  };
}

const NOBODY: KnownIds = new Map();

/** What is not known of a state is no change. @throws DatabaseUnavailableError where the facts cannot be read */
async function decidedBy(state: DirectoryState, request: TokenHookRequest, at: number): Promise<Explanation> {
  const explanation = await explainBy(state, request, at);
  const { reason, detail } = explanation;
  if (reason === 'facts_unavailable' || reason === 'facts_deadline')
    throw new DatabaseUnavailableError(`The directory cannot be read any more (${String(detail)}).`);
  return explanation;
}

/** Straight SQL within a transaction of the client's. */
function queryableWithin(tx: Transaction): Pick<Database, 'query'> {
  return { query: (sql, parameters) => tx.$queryRawUnsafe<readonly DatabaseRow[]>(sql, ...parameters) };
}

interface Remembering {
  readonly database: Database;
  /** Undefined where the issuer is not known. */
  readonly orgId: string | undefined;
  readonly key: string | undefined;
}

/** Only on refresh calls does it matter which token it was. */
async function withRememberedToken(
  request: TokenHookRequest,
  { database, orgId, key }: Remembering,
): Promise<TokenHookRequest> {
  const reading = readHookCall(request);
  if (reading.kind === 'unusable' || orgId === undefined || key === undefined) return request;
  const { subject, clientId, refresh } = reading.call;
  if (subject.kind !== 'user' || refresh.presentedJti === null) return request;
  const chooser = { orgId, userId: subject.userId, clientId };
  return unmask(request, await readRememberedTokens(database, chooser, key)) as TokenHookRequest;
}
