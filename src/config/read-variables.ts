import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { ADMIN_BEARER_VARIABLES, AdminVariables } from './admin-variables.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
import { AuthorizationServerVariables } from './authorization-server-variables.js';
import { RECORDING_VARIABLES } from './recording-variables.js';
import { HookServiceVariables } from './variables.js';

/** The process environment, or what a test passes in its place. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Their values may hold secrets or folders of a person: a fault names them and does not quote them. */
const UNQUOTED: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN',
  'MINTMARK_BEARER_ISSUER',
  'MINTMARK_BEARER_JWKS_URI',
  'MINTMARK_DATABASE_DIRECT_URL',
  'MINTMARK_DATA_DIR',
  'MINTMARK_LOG_HASH_KEY',
  'MINTMARK_RECORD_KEY',
  'MINTMARK_SNAPSHOT_FILE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
]);

const OWN_PREFIX = 'MINTMARK_';

/** Every variable that some entry reads: anything else with our prefix is a misspelling. */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(new HookServiceVariables()),
  ...Object.keys(new AuthorizationServerVariables()),
  ...Object.keys(new AdminVariables()),
  ...ADMIN_BEARER_VARIABLES,
  ...RECORDING_VARIABLES,
  'MINTMARK_AUTHORIZATION_SERVER_ORG_FILE',
  'MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL',
  'MINTMARK_AUTHORIZATION_SERVER_CONTROL_TOKEN',
  'MINTMARK_AUTHORIZATION_SERVER_HOOK_CA_FILE',
  'DATABASE_URL',
  'MINTMARK_DATABASE_DIRECT_URL',
  'MINTMARK_LOG_HASH_KEY',
  'MINTMARK_SNAPSHOT_FILE',
  'MINTMARK_BEARER_ISSUER',
  'MINTMARK_BEARER_AUDIENCE',
  'MINTMARK_BEARER_CLIENT_IDS',
  'MINTMARK_BEARER_SCOPE',
  'MINTMARK_BEARER_ALGORITHMS',
  'MINTMARK_BEARER_JWKS_URI',
  'MINTMARK_BEARER_JWKS_FILE',
  'MINTMARK_BEARER_CA_FILE',
  'MINTMARK_TLS_CERT_FILE',
  'MINTMARK_TLS_KEY_FILE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'MINTMARK_TRUSTED_PROXIES',
]);

/** Variables as the environment has them, and what is wrong with them. A faulty one keeps its value. */
export interface CheckedVariables<Variables> {
  readonly variables: Readonly<Variables>;
  readonly faults: readonly ConfigurationFault[];
}

/** Reads one class of variables from the environment. Empty values count as not set. */
export function checkVariables<Variables extends object>(
  type: new () => Variables,
  environment: Environment,
): CheckedVariables<Variables> {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  const plain = Object.fromEntries(given.filter(([name]) => KNOWN.has(name)));
  const variables = plainToInstance(type, plain, { exposeDefaultValues: true });
  const invalid = validateSync(variables, { forbidUnknownValues: true });
  const unknown = given.filter(([name]) => name.startsWith(OWN_PREFIX) && !KNOWN.has(name));
  return {
    variables: Object.freeze(variables),
    faults: [...invalid.map(asFault), ...unknown.map(([name]) => misspelled(name))],
  };
}

/** @throws ConfigurationError where there is a fault */
export function refuseFaults(faults: readonly ConfigurationFault[]): void {
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function asFault({ property, value, constraints }: ValidationError): ConfigurationFault {
  const [problem = 'cannot be used'] = Object.values(constraints ?? {});
  if (value === undefined) return { variable: property, problem: `is not set; it ${problem}` };
  const shown = UNQUOTED.has(property) ? '' : ` (it is ${JSON.stringify(String(value).slice(0, 100))})`;
  return { variable: property, problem: `${problem}${shown}` };
}

function misspelled(variable: string): ConfigurationFault {
  const ours = [...KNOWN].filter((name) => name.startsWith(OWN_PREFIX));
  return { variable, problem: `is no variable of Mintmark’s; those are ${ours.join(', ')}` };
}
