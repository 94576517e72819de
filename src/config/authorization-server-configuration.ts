import { X509Certificate } from 'node:crypto';
import { AuthorizationServerVariables } from './authorization-server-variables.js';
import type { Checked } from './configuration-error.js';
import type { ListenAddress, LogConfiguration } from './configuration.js';
import { checkVariables, refuseFaults, type Environment } from './read-variables.js';
import { checkTlsFiles, readPem, type TlsKeyPair } from './tls-files.js';

/** The mini authorization server, started on its own. */
export interface AuthorizationServerConfiguration {
  readonly address: ListenAddress;
  readonly orgFile: string;
  /** Null where issuers begin with the address. */
  readonly publicUrl: string | null;
  /** Null where nobody controls it over HTTP. */
  readonly controlToken: string | null;
  /** PEM; null where the usual CAs suffice. */
  readonly hookCa: string | null;
  /** Null for plain HTTP. */
  readonly tls: TlsKeyPair | null;
  readonly log: LogConfiguration;
}

/** @throws ConfigurationError */
export function readAuthorizationServerConfiguration(
  environment: Environment,
): AuthorizationServerConfiguration {
  const { variables, faults } = checkVariables(AuthorizationServerVariables, environment);
  const tls = checkTls(variables);
  const hookCa = checkHookCa(variables);
  refuseFaults([...faults, ...tls.faults, ...hookCa.faults]);
  return Object.freeze({
    address: Object.freeze({
      host: variables.MINTMARK_AUTHORIZATION_SERVER_HOST,
      port: variables.MINTMARK_AUTHORIZATION_SERVER_PORT,
    }),
    orgFile: variables.MINTMARK_AUTHORIZATION_SERVER_ORG_FILE ?? '',
    publicUrl: variables.MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL ?? null,
    controlToken: variables.MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN ?? null,
    hookCa: hookCa.part,
    tls: tls.part,
    log: Object.freeze({ level: variables.MINTMARK_LOG_LEVEL, hashKey: undefined }),
  });
}

/** A certificate needs its key, and the other way round; without both it is plain HTTP. */
function checkTls(variables: Readonly<AuthorizationServerVariables>): Checked<TlsKeyPair | null> {
  const { MINTMARK_TLS_CERT_FILE: certFile, MINTMARK_TLS_KEY_FILE: keyFile } = variables;
  if (certFile === undefined && keyFile === undefined) return { part: null, faults: [] };
  const missing = [
    ...(certFile === undefined ? ['MINTMARK_TLS_CERT_FILE'] : []),
    ...(keyFile === undefined ? ['MINTMARK_TLS_KEY_FILE'] : []),
  ];
  const { part, faults } = checkTlsFiles(certFile, keyFile);
  const problem = 'is not set; a certificate and its key belong together';
  return { part, faults: [...faults, ...missing.map((variable) => ({ variable, problem }))] };
}

function checkHookCa(variables: Readonly<AuthorizationServerVariables>): Checked<string | null> {
  const { MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE: file } = variables;
  const variable = 'MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE';
  const parse = (pem: string): X509Certificate => new X509Certificate(pem);
  const { pem, faults } = readPem(variable, file, 'a PEM certificate', parse);
  return { part: file === undefined ? null : pem, faults };
}
