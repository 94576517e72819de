import { X509Certificate } from 'node:crypto';
import { readAdminServiceConfiguration } from '../../config/admin-configuration.js';
import { readHookServiceConfiguration } from '../../config/configuration.js';
import { ConfigurationError } from '../../config/configuration-error.js';
import type { Environment } from '../../config/read-variables.js';
import { findingsOf, type Finding } from './finding.js';

const DAY_MS = 86_400_000;

/** Certificates live for 90 days and less: this leaves time to find out why one was not renewed. */
const DAYS_LEFT = 14;

interface Service {
  readonly name: string;
  /** Variables that are the service's own: where none is set, it is not this environment that it runs in. */
  readonly own: RegExp;
  readonly read: (environment: Environment) => { readonly tls: { readonly cert: string } | null };
}

const SERVICES: readonly Service[] = [
  {
    name: 'hook service',
    own: /^MINTMARK_(HOOK_|TLS_|BEARER_|TRUSTED_PROXIES|SNAPSHOT_FILE|FACTS_)/,
    read: readHookServiceConfiguration,
  },
  { name: 'admin API', own: /^MINTMARK_ADMIN_/, read: readAdminServiceConfiguration },
];

/** What the services would say of the environment, and how long their certificates are good. */
export function checkServices(environment: Environment, now: Date): readonly Finding[] {
  return SERVICES.flatMap((service) => checkService(service, environment, now));
}

function checkService({ name, own, read }: Service, environment: Environment, now: Date): readonly Finding[] {
  const { ok, skipped, failure } = findingsOf(`configuration of the ${name}`, 'configuration');
  const isOurs = Object.entries(environment).some(([variable, value]) => own.test(variable) && value !== '');
  if (!isOurs) return [skipped('not looked at: none of its variables is set here')];
  try {
    const { tls } = read(environment);
    return [ok('can be used'), ...(tls === null ? [] : [checkCertificate(name, tls.cert, now)])];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ variable, problem }) =>
      failure(`${variable}: ${problem}`, `set ${variable} anew; .env.example lists all variables`),
    );
  }
}

function checkCertificate(name: string, pem: string, now: Date): Finding {
  const { ok, warning, failure } = findingsOf(`certificate of the ${name}`, 'configuration');
  const { validFrom, validTo } = new X509Certificate(pem);
  const days = Math.floor((Date.parse(validTo) - now.getTime()) / DAY_MS);
  const renew = 'renew it: the running service takes a new pair from the same files';
  if (Date.parse(validFrom) > now.getTime())
    return failure(
      `is not valid before ${isoOf(validFrom)}`,
      'check the clock, or use the one in force until then',
    );
  if (days < 0) return failure(`expired on ${isoOf(validTo)}: Okta refuses the connection`, renew);
  const message = `ends on ${isoOf(validTo)}, in ${String(days)} days`;
  return days < DAYS_LEFT ? warning(message, renew) : ok(message);
}

function isoOf(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
