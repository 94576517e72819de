import { ADMIN_BEARER_VARIABLES, AdminVariables } from './admin-variables.js';
import { checkBearer, type BearerConfiguration } from './bearer-configuration.js';
import {
  checkDatabase,
  isLoopback,
  type DatabaseConfiguration,
  type ListenAddress,
  type LogConfiguration,
} from './configuration.js';
import type { Checked, ConfigurationFault } from './configuration-error.js';
import { checkVariables, refuseFaults, type Environment } from './read-variables.js';
import { checkTlsFiles, type TlsFiles, type TlsKeyPair } from './tls-files.js';
import { BearerVariables } from './variables.js';

/** Which tokens of an issuer's the admin API accepts. What they permit is in their scopes. */
export type AdminBearerConfiguration = Omit<BearerConfiguration, 'scope'>;

/** Everything of the admin API that is not data. */
export interface AdminConfiguration {
  readonly address: ListenAddress;
  readonly ops: ListenAddress;
  readonly log: LogConfiguration;
  /** Null where only Mintmark's own tokens are accepted. */
  readonly bearer: AdminBearerConfiguration | null;
  /** How long the service serves on after it was told to stop, in milliseconds. */
  readonly drainMs: number;
}

export interface AdminServiceConfiguration extends AdminConfiguration {
  readonly database: DatabaseConfiguration;
  /** Null for plain HTTP, on loopback. */
  readonly tls: TlsKeyPair | null;
  readonly tlsFiles: TlsFiles | null;
}

/** @throws ConfigurationError */
export function readAdminServiceConfiguration(environment: Environment): AdminServiceConfiguration {
  const { variables, faults } = checkVariables(AdminVariables, environment);
  const database = checkDatabase(variables);
  const transport = checkTransport(variables);
  const bearer = checkAdminBearer(environment);
  refuseFaults([...faults, ...database.faults, ...transport.faults, ...bearer.faults]);
  return Object.freeze({
    ...adminConfiguration(variables, bearer.part),
    ...transport.part,
    database: database.part,
  });
}

/** The configuration alone, for whoever brings the database: on loopback, without a certificate. @throws ConfigurationError */
export function readAdminConfiguration(environment: Environment): AdminConfiguration {
  const { variables, faults } = checkVariables(AdminVariables, environment);
  const bearer = checkAdminBearer(environment);
  refuseFaults([...faults, ...bearer.faults]);
  return Object.freeze(adminConfiguration(variables, bearer.part));
}

/** The configuration within the playground: on loopback whatever its certificate. @throws ConfigurationError */
export function readPlaygroundAdminConfiguration(environment: Environment): AdminConfiguration {
  const configuration = readAdminConfiguration(environment);
  const hosts = [
    ['MINTMARK_ADMIN_HOST', configuration.address],
    ['MINTMARK_ADMIN_OPS_HOST', configuration.ops],
  ] as const;
  const strange = hosts.filter(([, { host }]) => !isLoopback(host));
  refuseFaults(
    strange.map(([variable]) => ({ variable, problem: 'the playground listens on loopback only: unset it' })),
  );
  // Nobody's balancer stands in front of it: Ctrl+C ends it at once.
  return Object.freeze({ ...configuration, drainMs: 0 });
}

function adminConfiguration(
  variables: Readonly<AdminVariables>,
  bearer: AdminBearerConfiguration | null,
): AdminConfiguration {
  return {
    address: Object.freeze({ host: variables.MINTMARK_ADMIN_HOST, port: variables.MINTMARK_ADMIN_PORT }),
    ops: Object.freeze({ host: variables.MINTMARK_ADMIN_OPS_HOST, port: variables.MINTMARK_ADMIN_OPS_PORT }),
    log: Object.freeze({ level: variables.MINTMARK_LOG_LEVEL, hashKey: undefined }),
    drainMs: variables.MINTMARK_DRAIN_SECONDS * 1000,
    bearer,
  };
}

type Transport = Pick<AdminServiceConfiguration, 'tls' | 'tlsFiles'>;

/** Tokens pass over this connection: it stays on the machine, or it is encrypted. */
function checkTransport(variables: Readonly<AdminVariables>): Checked<Transport> {
  const {
    MINTMARK_ADMIN_HOST: host,
    MINTMARK_TLS_CERT_FILE: certFile,
    MINTMARK_TLS_KEY_FILE: keyFile,
  } = variables;
  if (certFile === undefined && keyFile === undefined) {
    const problem = 'is not set, and MINTMARK_ADMIN_HOST is not loopback: the admin API needs TLS there';
    const faults = isLoopback(host) ? [] : [{ variable: 'MINTMARK_TLS_CERT_FILE', problem }];
    return { part: { tls: null, tlsFiles: null }, faults };
  }
  const { part: tls, faults } = checkTlsFiles(certFile, keyFile);
  const reloadMs = variables.MINTMARK_TLS_RELOAD_SECONDS * 1000;
  const tlsFiles = Object.freeze({ certFile: certFile ?? '', keyFile: keyFile ?? '', reloadMs });
  return { part: { tls, tlsFiles }, faults: [...faults, ...missingHalf(certFile, keyFile)] };
}

function missingHalf(
  certFile: string | undefined,
  keyFile: string | undefined,
): readonly ConfigurationFault[] {
  const problem = 'is not set; a certificate and its key belong together';
  return [
    ...(certFile === undefined ? [{ variable: 'MINTMARK_TLS_CERT_FILE', problem }] : []),
    ...(keyFile === undefined ? [{ variable: 'MINTMARK_TLS_KEY_FILE', problem }] : []),
  ];
}

/** The variables are those of the hook's callers by other names, and checked like those. */
function checkAdminBearer(environment: Environment): Checked<AdminBearerConfiguration | null> {
  const renamed = ADMIN_BEARER_VARIABLES.map((name) => [hooksName(name), environment[name]] as const);
  const given = renamed.filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return { part: null, faults: [] };
  // The scope that the hook's callers need has no counterpart: any will do.
  const { variables, faults } = checkVariables(BearerVariables, {
    ...Object.fromEntries(given),
    MINTMARK_BEARER_SCOPE: 'any',
  });
  const bearer = checkBearer(variables);
  return { part: bearer.part, faults: [...faults, ...bearer.faults].map(renamedFault) };
}

function hooksName(name: string): string {
  return name.replace('MINTMARK_ADMIN_', 'MINTMARK_');
}

function renamedFault({ variable, problem }: ConfigurationFault): ConfigurationFault {
  const rename = (text: string): string => text.replaceAll('MINTMARK_BEARER_', 'MINTMARK_ADMIN_BEARER_');
  return { variable: rename(variable), problem: rename(problem) };
}
