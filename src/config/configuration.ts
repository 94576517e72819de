import { resolve } from 'node:path';
import { checkBearer, type BearerConfiguration } from './bearer-configuration.js';
import type { Checked, ConfigurationFault } from './configuration-error.js';
import { PlaygroundVariables } from './playground-variables.js';
import { checkRecording, type RecordingConfiguration } from './recording-configuration.js';
import { checkTlsFiles, type TlsFiles, type TlsKeyPair } from './tls-files.js';
import { checkVariables, refuseFaults, type Environment } from './read-variables.js';
import { checkTrustedProxies, type AddressRange } from './trusted-proxies.js';
import { DatabaseVariables, HookServiceVariables, HookVariables, PLAIN_HTTP } from './variables.js';

/** Which database engine holds the directory, and where. */
export type DatabaseConfiguration =
  | {
      readonly engine: 'postgresql';
      readonly url: string;
      /** For what has to stay on one connection, past any pooler. */
      readonly directUrl: string;
      readonly poolSize: number;
    }
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

/** Where OpenTelemetry traces go. */
export interface TracingConfiguration {
  /** Base URL of an OTLP collector (HTTP, JSON); `/v1/traces` is appended. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** The share of calls that are exported, 0 to 1. */
  readonly ratio: number;
}

/** Everything of the hook service that is not data. */
export interface HookConfiguration {
  readonly hook: ListenAddress;
  readonly ops: ListenAddress;
  readonly log: LogConfiguration;
  /** How long after its arrival a call may wait for the database, in milliseconds. */
  readonly factsDeadlineMs: number;
  /** How old facts may be while the database answers, in milliseconds; 0 reads them for every call. */
  readonly cachedFactsMs: number;
  /** Whether changes of the directory are listened to. */
  readonly changeFeed: boolean;
  /** As `cachedFactsMs`, while changes are heard: never less than that, and 0 where that is 0. */
  readonly announcedFactsMs: number;
  /** Bound of the facts in memory, in bytes, by estimate. */
  readonly factsCacheBytes: number;
  /** How old facts may be when fresh ones cannot be had, in milliseconds. */
  readonly staleFactsMs: number;
  readonly controlRefreshMs: number;
  /** Null where nothing is traced. */
  readonly tracing: TracingConfiguration | null;
  /** How long the service serves on after it was told to stop, in milliseconds. */
  readonly drainMs: number;
  /** Where proxies connect from; with plain HTTP, nobody else is served. */
  readonly trustedProxies: readonly AddressRange[];
  /** Where the last good copy of the control snapshot is kept; null where it is not. */
  readonly snapshotFile: string | null;
  /** What an unauthenticated caller gets. */
  readonly unauthenticatedAnswer: '401' | 'error';
  /** Null where the bearer scheme is off. */
  readonly bearer: BearerConfiguration | null;
  /** Null where no calls are recorded. */
  readonly recording: RecordingConfiguration | null;
}

export interface HookServiceConfiguration extends HookConfiguration {
  readonly database: DatabaseConfiguration;
  /** Null where the hook speaks plain HTTP, behind trusted proxies. */
  readonly tls: TlsKeyPair | null;
  readonly tlsFiles: TlsFiles | null;
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
  readonly authorizationServer: {
    readonly address: ListenAddress;
    /** Null for the sample org. */
    readonly orgFile: string | null;
  };
}

/** No balancer stands in front of the playground: Ctrl+C ends it at once. */
const PLAYGROUND_DEFAULTS = { MINTMARK_HOOK_HOST: '127.0.0.1', MINTMARK_DRAIN_SECONDS: '0' } as const;

/**
 * The playground's configuration: the hook's, on loopback, with a database that is embedded or on this machine.
 *
 * @throws ConfigurationError
 */
export function readPlaygroundConfiguration(environment: Environment): PlaygroundConfiguration {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const ofPlayground = { ...PLAYGROUND_DEFAULTS, ...Object.fromEntries(given) };
  const { variables, faults } = checkVariables(PlaygroundVariables, ofPlayground);
  const database = checkDatabase(variables);
  const bearer = checkBearer(variables);
  const recording = checkRecording(environment);
  refuseFaults([
    ...faults,
    ...database.faults,
    ...bearer.faults,
    ...recording.faults,
    ...faultsOfPlayground(variables, database.part),
  ]);
  return Object.freeze({
    database: database.part,
    hook: hookConfiguration(variables, {
      ...{ bearer: bearer.part, recording: recording.part, trustedProxies: [] },
    }),
    authorizationServer: Object.freeze({
      address: Object.freeze({
        host: variables.MINTMARK_AUTHORIZATION_SERVER_HOST,
        port: variables.MINTMARK_AUTHORIZATION_SERVER_PORT,
      }),
      orgFile: variables.MINTMARK_AUTHORIZATION_SERVER_ORG_FILE ?? null,
    }),
  });
}

/** @throws ConfigurationError */
export function readHookServiceConfiguration(environment: Environment): HookServiceConfiguration {
  const { variables, faults } = checkVariables(HookServiceVariables, environment);
  const database = checkDatabase(variables);
  const transport =
    variables.MINTMARK_HOOK_TRANSPORT === PLAIN_HTTP ? checkPlainHttp(variables) : checkHttps(variables);
  const proxies = checkTrustedProxies(variables.MINTMARK_TRUSTED_PROXIES);
  const bearer = checkBearer(variables);
  const recording = checkRecording(environment);
  refuseFaults([
    ...[...faults, ...database.faults, ...transport.faults, ...proxies.faults],
    ...[...bearer.faults, ...recording.faults],
  ]);
  return Object.freeze({
    ...hookConfiguration(variables, {
      ...{ bearer: bearer.part, recording: recording.part, trustedProxies: proxies.part },
    }),
    ...transport.part,
    database: database.part,
  });
}

/** The hook's configuration alone, for whoever brings database and certificate. @throws ConfigurationError */
export function readHookConfiguration(environment: Environment): HookConfiguration {
  const { variables, faults } = checkVariables(HookVariables, environment);
  const bearer = checkBearer(variables);
  const recording = checkRecording(environment);
  refuseFaults([...faults, ...bearer.faults, ...recording.faults]);
  return hookConfiguration(variables, {
    ...{ bearer: bearer.part, recording: recording.part, trustedProxies: [] },
  });
}

/** Which database the variables name. */
export function checkDatabase(variables: Readonly<DatabaseVariables>): Checked<DatabaseConfiguration> {
  const { DATABASE_URL: url, MINTMARK_DATA_DIR: folder, NODE_ENV: nodeEnv } = variables;
  const { MINTMARK_DATABASE_DIRECT_URL: directUrl, MINTMARK_DATABASE_POOL_SIZE: poolSize } = variables;
  if (url !== undefined) {
    const part = { engine: 'postgresql', url, directUrl: directUrl ?? url, poolSize } as const;
    return { part: Object.freeze(part), faults: [] };
  }
  const problem = 'is not set, and the embedded database is refused in production: set a postgresql:// URL';
  const lonely = 'is set, and DATABASE_URL is not: set both, or neither for the embedded database';
  const faults = [
    ...(nodeEnv === 'production' ? [{ variable: 'DATABASE_URL', problem }] : []),
    ...(directUrl === undefined ? [] : [{ variable: 'MINTMARK_DATABASE_DIRECT_URL', problem: lonely }]),
  ];
  return { part: Object.freeze({ engine: 'embedded', folder: resolve(folder) }), faults };
}

type Transport = Pick<HookServiceConfiguration, 'tls' | 'tlsFiles'>;

function checkHttps(variables: Readonly<HookServiceVariables>): Checked<Transport> {
  const { MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile } = variables;
  const { part: tls, faults } = checkTlsFiles(certFile, keyFile);
  const reloadMs = variables.MINTMARK_TLS_RELOAD_SECONDS * 1000;
  const tlsFiles = Object.freeze({ certFile: certFile ?? '', keyFile: keyFile ?? '', reloadMs });
  return { part: { tls, tlsFiles }, faults };
}

/** A certificate beside plain HTTP is a contradiction, and nobody would be served where no proxy is named. */
function checkPlainHttp(variables: Readonly<HookServiceVariables>): Checked<Transport> {
  const set = (['MINTMARK_TLS_CERT_FILE', 'MINTMARK_TLS_KEY_FILE'] as const).filter(
    (variable) => variables[variable] !== undefined,
  );
  const contradiction = `must not be set: MINTMARK_HOOK_TRANSPORT is ${PLAIN_HTTP}`;
  const missing = `is not set; with MINTMARK_HOOK_TRANSPORT=${PLAIN_HTTP} it must name the proxies’ addresses or ranges`;
  return {
    part: { tls: null, tlsFiles: null },
    faults: [
      ...set.map((variable) => ({ variable, problem: contradiction })),
      ...(variables.MINTMARK_TRUSTED_PROXIES === undefined
        ? [{ variable: 'MINTMARK_TRUSTED_PROXIES', problem: missing }]
        : []),
    ],
  };
}

/** What is put together from several variables. */
type ComposedParts = Pick<HookConfiguration, 'bearer' | 'recording' | 'trustedProxies'>;

function hookConfiguration(
  variables: Readonly<HookVariables>,
  { bearer, recording, trustedProxies }: ComposedParts,
): HookConfiguration {
  return Object.freeze({
    hook: Object.freeze({ host: variables.MINTMARK_HOOK_HOST, port: variables.MINTMARK_HOOK_PORT }),
    ops: Object.freeze({ host: variables.MINTMARK_OPS_HOST, port: variables.MINTMARK_OPS_PORT }),
    log: Object.freeze({ level: variables.MINTMARK_LOG_LEVEL, hashKey: variables.MINTMARK_LOG_HASH_KEY }),
    factsDeadlineMs: variables.MINTMARK_FACTS_DEADLINE_MS,
    ...cachingConfiguration(variables),
    factsCacheBytes: variables.MINTMARK_FACTS_CACHE_MB * 1024 * 1024,
    staleFactsMs: variables.MINTMARK_STALE_FACTS_SECONDS * 1000,
    controlRefreshMs: variables.MINTMARK_CONTROL_REFRESH_SECONDS * 1000,
    tracing: tracingConfiguration(variables),
    drainMs: variables.MINTMARK_DRAIN_SECONDS * 1000,
    trustedProxies,
    snapshotFile:
      variables.MINTMARK_SNAPSHOT_FILE === undefined ? null : resolve(variables.MINTMARK_SNAPSHOT_FILE),
    unauthenticatedAnswer: variables.MINTMARK_UNAUTHENTICATED_ANSWER === 'error' ? 'error' : '401',
    bearer,
    recording,
  });
}

function cachingConfiguration(
  variables: Readonly<HookVariables>,
): Pick<HookConfiguration, 'cachedFactsMs' | 'changeFeed' | 'announcedFactsMs'> {
  const cachedFactsMs = variables.MINTMARK_CACHED_FACTS_SECONDS * 1000;
  const changeFeed = variables.MINTMARK_CHANGE_FEED === 'on';
  const announcedMs = Math.max(cachedFactsMs, variables.MINTMARK_ANNOUNCED_FACTS_SECONDS * 1000);
  return { cachedFactsMs, changeFeed, announcedFactsMs: cachedFactsMs === 0 ? 0 : announcedMs };
}

function tracingConfiguration(variables: Readonly<HookVariables>): TracingConfiguration | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = '' } = variables;
  if (endpoint === undefined) return null;
  const pairs = headers.split(',').filter((pair) => pair !== '');
  return Object.freeze({
    endpoint,
    headers: Object.freeze(Object.fromEntries(pairs.map(headerPair))),
    serviceName: variables.OTEL_SERVICE_NAME,
    ratio: Number(variables.OTEL_TRACES_SAMPLER_ARG),
  });
}

function headerPair(pair: string): readonly [string, string] {
  const [name = '', value = ''] = pair.split('=');
  return [name, decoded(value)];
}

/** A value that is not percent-encoded stands for itself. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Whether what goes to a host stays on this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

function faultsOfPlayground(
  { MINTMARK_HOOK_HOST: hookHost, MINTMARK_OPS_HOST: opsHost }: Readonly<HookVariables>,
  database: DatabaseConfiguration,
): readonly ConfigurationFault[] {
  const onLoopback = 'the playground listens on loopback only: unset it';
  const onThisMachine = 'the playground uses a database on this machine only: unset it for the embedded one';
  const isElsewhere = (url: string): boolean => !LOOPBACK.has(hostOf(url));
  const isOnServer = database.engine === 'postgresql';
  return [
    ...(isLoopback(hookHost) ? [] : [{ variable: 'MINTMARK_HOOK_HOST', problem: onLoopback }]),
    ...(isLoopback(opsHost) ? [] : [{ variable: 'MINTMARK_OPS_HOST', problem: onLoopback }]),
    ...(isOnServer && isElsewhere(database.url)
      ? [{ variable: 'DATABASE_URL', problem: onThisMachine }]
      : []),
    ...(isOnServer && isElsewhere(database.directUrl) && database.directUrl !== database.url
      ? [{ variable: 'MINTMARK_DATABASE_DIRECT_URL', problem: onThisMachine }]
      : []),
  ];
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
}
