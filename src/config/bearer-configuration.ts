import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import type { Checked, ConfigurationFault } from './configuration-error.js';
import { readPem, reasonOf } from './tls-files.js';
import type { BearerVariables } from './variables.js';

/** Which tokens prove a caller, and where the keys come from that they are signed with. */
export interface BearerConfiguration {
  readonly issuer: string;
  readonly audience: string;
  /** Clients whose tokens are accepted; each needs a credential in the directory besides. */
  readonly clientIds: readonly string[];
  /** The scope that a token must have been granted. */
  readonly scope: string;
  /** JWS algorithms; asymmetric ones only. */
  readonly algorithms: readonly string[];
  /** Where the issuer publishes its keys; null means that only the pinned ones count. */
  readonly jwksUri: string | null;
  /** Text of a JWKS that was pinned; null where there is none. */
  readonly pinnedJwks: string | null;
  /** PEM of a CA to trust besides those that Node brings along. */
  readonly ca: string | null;
}

const REQUIRED = [
  'MINTMARK_BEARER_ISSUER',
  'MINTMARK_BEARER_AUDIENCE',
  'MINTMARK_BEARER_CLIENT_IDS',
  'MINTMARK_BEARER_SCOPE',
  'MINTMARK_BEARER_ALGORITHMS',
] as const;

/**
 * Puts the bearer scheme together; null where none of its variables is set. There is no default for anything that a token
 * is checked against: what is left out would be left unchecked.
 */
export function checkBearer(variables: Readonly<BearerVariables>): Checked<BearerConfiguration | null> {
  const { MINTMARK_BEARER_JWKS_URI: jwksUri, MINTMARK_BEARER_JWKS_FILE: jwksFile } = variables;
  const isOn = [...REQUIRED.map((name) => variables[name]), jwksUri, jwksFile].some((v) => v !== undefined);
  const caFile = variables.MINTMARK_BEARER_CA_FILE;
  if (!isOn && caFile === undefined) return { part: null, faults: [] };
  const pinned = readJwksFile(jwksFile);
  const ca = readPem(
    'MINTMARK_BEARER_CA_FILE',
    caFile,
    'PEM certificates',
    (pem) => new X509Certificate(pem),
  );
  const part: BearerConfiguration = Object.freeze({
    issuer: variables.MINTMARK_BEARER_ISSUER ?? '',
    audience: variables.MINTMARK_BEARER_AUDIENCE ?? '',
    clientIds: Object.freeze(listOf(variables.MINTMARK_BEARER_CLIENT_IDS)),
    scope: variables.MINTMARK_BEARER_SCOPE ?? '',
    algorithms: Object.freeze(listOf(variables.MINTMARK_BEARER_ALGORITHMS)),
    jwksUri: jwksUri ?? null,
    pinnedJwks: pinned.part,
    ca: caFile === undefined ? null : ca.pem,
  });
  return { part, faults: [...missing(variables), ...pinned.faults, ...ca.faults] };
}

function missing(variables: Readonly<BearerVariables>): readonly ConfigurationFault[] {
  const unset = REQUIRED.filter((name) => variables[name] === undefined);
  const needed = 'is not set; the bearer scheme needs it, and another MINTMARK_BEARER_ variable is set';
  const { MINTMARK_BEARER_JWKS_URI: uri, MINTMARK_BEARER_JWKS_FILE: file } = variables;
  const noKeys = 'is not set, and neither is MINTMARK_BEARER_JWKS_FILE: the bearer scheme needs keys';
  const noUse = 'has no use without MINTMARK_BEARER_JWKS_URI';
  const isIdle = variables.MINTMARK_BEARER_CA_FILE !== undefined && uri === undefined && file !== undefined;
  return [
    ...unset.map((variable) => ({ variable, problem: needed })),
    ...(uri === undefined && file === undefined
      ? [{ variable: 'MINTMARK_BEARER_JWKS_URI', problem: noKeys }]
      : []),
    ...(isIdle ? [{ variable: 'MINTMARK_BEARER_CA_FILE', problem: noUse }] : []),
  ];
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [...new Set(text.split(',').map((entry) => entry.trim()))];
}

function readJwksFile(path: string | undefined): Checked<string | null> {
  if (path === undefined) return { part: null, faults: [] };
  const fault = (problem: string): Checked<string | null> => ({
    part: null,
    faults: [{ variable: 'MINTMARK_BEARER_JWKS_FILE', problem }],
  });
  try {
    const text = readFileSync(path, 'utf8');
    return isKeySet(text)
      ? { part: text, faults: [] }
      : fault('must hold a JSON object with a list "keys" of at least one key');
  } catch (error) {
    return fault(`must be a readable file (${reasonOf(error)})`);
  }
}

function isKeySet(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    const keys: unknown =
      typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'keys') : undefined;
    return Array.isArray(keys) && keys.length > 0;
  } catch {
    return false;
  }
}
