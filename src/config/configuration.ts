import { resolve } from 'node:path';
import { checkBearer, type BearerConfiguration } from './bearer-configuration.js';
import type { Checked, ConfigurationFault } from './configuration-error.js';
import { checkTlsFiles, type TlsKeyPair } from './tls-files.js';
import { checkVariables, refuseFaults, type Environment } from './read-variables.js';
import { DatabaseVariables, HookServiceVariables, HookVariables } from './variables.js';

/** Which database engine holds the directory, and where. */
export type DatabaseConfiguration =
  | { readonly engine: 'postgresql'; readonly url: string; readonly poolSize: number }
  | { readonly engine: 'embedded'; readonly folder: string };

export interface ListenAddress {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
}

export interface LogConfiguration {
  readonly level: string;
  /** Key of the hash that stands for users; undefined means a new one for each start. */
  readonly hashKey: string | undefined;
}

/** Everything of the hook service that is not data. */
export interface HookConfiguration {
  readonly hook: ListenAddress;
  readonly ops: ListenAddress;
  readonly log: LogConfiguration;
  /** How long after its arrival a call may wait for the database, in milliseconds. */
  readonly factsDeadlineMs: number;
  /** How old facts may be when fresh ones cannot be had, in milliseconds. */
  readonly staleFactsMs: number;
  readonly controlRefreshMs: number;
  /** Where the last good copy of the control snapshot is kept; null where it is not. */
  readonly snapshotFile: string | null;
  /** What an unauthenticated caller gets. */
  readonly unauthenticatedAnswer: '401' | 'error';
  /** Null where the bearer scheme is off. */
  readonly bearer: BearerConfiguration | null;
}

export interface HookServiceConfiguration extends HookConfiguration {
  readonly database: DatabaseConfiguration;
  readonly tls: TlsKeyPair;
}

/** @throws ConfigurationError */
export function readDatabaseConfiguration(environment: Environment): DatabaseConfiguration {
  const { variables, faults } = checkVariables(DatabaseVariables, environment);
  const database = checkDatabase(variables);
  refuseFaults([...faults, ...database.faults]);
  return database.part;
}

/** What the playground brings itself is left out: certificates, and where it listens. */
export interface PlaygroundConfiguration {
  readonly database: DatabaseConfiguration;
  readonly hook: HookConfiguration;
}

/**
 * The playground's configuration: the hook's, on loopback, with a database that is embedded or on this machine.
 *
 * @throws ConfigurationError
 */
export function readPlaygroundConfiguration(environment: Environment): PlaygroundConfiguration {
  const host = environment['MINTMARK_HOOK_HOST'];
  const onLoopback = {
    ...environment,
    MINTMARK_HOOK_HOST: host === undefined || host === '' ? '127.0.0.1' : host,
  };
  const { variables, faults } = checkVariables(HookVariables, onLoopback);
  const database = checkDatabase(variables);
  const bearer = checkBearer(variables);
  refuseFaults([
    ...faults,
    ...database.faults,
    ...bearer.faults,
    ...faultsOfPlayground(variables, database.part),
  ]);
  return Object.freeze({ database: database.part, hook: hookConfiguration(variables, bearer.part) });
}

/** @throws ConfigurationError */
export function readHookServiceConfiguration(environment: Environment): HookServiceConfiguration {
  const { variables, faults } = checkVariables(HookServiceVariables, environment);
  const database = checkDatabase(variables);
  const tls = checkTlsFiles(variables.MINTMARK_TLS_CERT_FILE, variables.MINTMARK_TLS_KEY_FILE);
  const bearer = checkBearer(variables);
  refuseFaults([...faults, ...database.faults, ...tls.faults, ...bearer.faults]);
  const hook = hookConfiguration(variables, bearer.part);
  return Object.freeze({ ...hook, database: database.part, tls: tls.part });
}

/** The hook's configuration alone, for whoever brings database and certificate. @throws ConfigurationError */
export function readHookConfiguration(environment: Environment): HookConfiguration {
  const { variables, faults } = checkVariables(HookVariables, environment);
  const bearer = checkBearer(variables);
  refuseFaults([...faults, ...bearer.faults]);
  return hookConfiguration(variables, bearer.part);
}

function checkDatabase(variables: Readonly<DatabaseVariables>): Checked<DatabaseConfiguration> {
  const { DATABASE_URL: url, MINTMARK_DATA_DIR: folder, NODE_ENV: nodeEnv } = variables;
  if (url !== undefined) {
    const poolSize = variables.MINTMARK_DATABASE_POOL_SIZE;
    return { part: Object.freeze({ engine: 'postgresql', url, poolSize }), faults: [] };
  }
  const problem = 'is not set, and the embedded database is refused in production: set a postgresql:// URL';
  const faults = nodeEnv === 'production' ? [{ variable: 'DATABASE_URL', problem }] : [];
  return { part: Object.freeze({ engine: 'embedded', folder: resolve(folder) }), faults };
}

function hookConfiguration(
  variables: Readonly<HookVariables>,
  bearer: BearerConfiguration | null,
): HookConfiguration {
  return Object.freeze({
    hook: Object.freeze({ host: variables.MINTMARK_HOOK_HOST, port: variables.MINTMARK_HOOK_PORT }),
    ops: Object.freeze({ host: variables.MINTMARK_OPS_HOST, port: variables.MINTMARK_OPS_PORT }),
    log: Object.freeze({ level: variables.MINTMARK_LOG_LEVEL, hashKey: variables.MINTMARK_LOG_HASH_KEY }),
    factsDeadlineMs: variables.MINTMARK_FACTS_DEADLINE_MS,
    staleFactsMs: variables.MINTMARK_STALE_FACTS_SECONDS * 1000,
    controlRefreshMs: variables.MINTMARK_CONTROL_REFRESH_SECONDS * 1000,
    snapshotFile:
      variables.MINTMARK_SNAPSHOT_FILE === undefined ? null : resolve(variables.MINTMARK_SNAPSHOT_FILE),
    unauthenticatedAnswer: variables.MINTMARK_UNAUTHENTICATED_ANSWER === 'error' ? 'error' : '401',
    bearer,
  });
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

function faultsOfPlayground(
  { MINTMARK_HOOK_HOST: hookHost, MINTMARK_OPS_HOST: opsHost }: Readonly<HookVariables>,
  database: DatabaseConfiguration,
): readonly ConfigurationFault[] {
  const onLoopback = 'the playground listens on loopback only: unset it';
  const onThisMachine = 'the playground uses a database on this machine only: unset it for the embedded one';
  const isElsewhere = database.engine === 'postgresql' && !LOOPBACK.has(hostOf(database.url));
  return [
    ...(LOOPBACK.has(hookHost) ? [] : [{ variable: 'MINTMARK_HOOK_HOST', problem: onLoopback }]),
    ...(LOOPBACK.has(opsHost) ? [] : [{ variable: 'MINTMARK_OPS_HOST', problem: onLoopback }]),
    ...(isElsewhere ? [{ variable: 'DATABASE_URL', problem: onThisMachine }] : []),
  ];
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
}
