import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ListenAddress } from '../config/configuration.js';
import { ConfigurationError } from '../config/configuration-error.js';
import type { TlsKeyPair } from '../config/tls-files.js';
import { listen } from '../operations/listen.js';
import { createLogger, type Logger } from '../operations/logger.js';
import { controlOf, type Control } from './control/control.js';
import { ControllableClock } from './controllable-clock.js';
import { createApplication } from './create-application.js';
import { HOOK_DEADLINE_MS, hookCaller } from './hook/call-hook.js';
import { opaqueText, suppliedBytes } from './identifiers.js';
import { generatedKeys, givenKeys } from './keys/signing-key.js';
import type { Org } from './org/org.js';
import { readOrgFile } from './org/read-org-file.js';
import { RunningOrg } from './running-org.js';

export type { Control } from './control/control.js';
export type { Minted, MintRequest } from './control/mint-request.js';
export type { Org } from './org/org.js';
export { readOrgFile } from './org/read-org-file.js';
export { OAuthError } from './errors/oauth-errors.js';

export interface AuthorizationServerOptions {
  /** The org: the YAML of its file, or what was read from it. */
  readonly org: string | Org;
  /** On loopback; `127.0.0.1` and any free port where it is left out. */
  readonly address?: Partial<ListenAddress>;
  /** A certificate and its key, as PEM; plain HTTP where it is left out. */
  readonly tls?: TlsKeyPair | null;
  /** The origin that issuers begin with, where that is not the address: no path, no slash at its end. */
  readonly publicUrl?: string;
  /** PEM of the CA that the hook's certificate is checked with, besides the usual ones. */
  readonly hookCa?: string | null;
  /** How long a hook call may take, in milliseconds: 3,000 as with Okta where it is left out. */
  readonly hookDeadlineMs?: number;
  /** What lets tests control the emulator over HTTP; made up where it is left out. */
  readonly controlToken?: string;
  /** Private RSA keys as PEM, to sign with in place of generated ones: tests start faster. */
  readonly signingKeys?: readonly string[];
  /** A user id: signed in at `/authorize` whenever nobody else is. */
  readonly signedInUserId?: string | null;
  /** Says nothing where it is left out. */
  readonly logger?: Logger;
  /** The time that the clock goes by, in milliseconds since the epoch. */
  readonly now?: () => number;
  /** An environment to look at besides the process's own, for the one variable that forbids the start. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A running emulator, and the control over it. */
export interface AuthorizationServerHandle extends Control {
  /** The org's own URL, without a slash at its end: issuers begin with it. */
  readonly url: string;
  /** Where it listens: the same, unless a public URL was given. */
  readonly localUrl: string;
  readonly controlToken: string;
  stop(): Promise<void>;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Starts the mini authorization server, on loopback. It mints anything for anyone: never for production.
 *
 * @throws ConfigurationError where it must not start, ListenError, or what `readOrgFile` throws
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServerHandle> {
  const address = { host: '127.0.0.1', port: 0, ...options.address };
  refuseProduction(process.env);
  refuseProduction(options.environment ?? {});
  refuseOtherHosts(address);
  refuseOtherThanOrigins(options.publicUrl);
  const running = runningOrg(options);
  const control = controlOf(running);
  const { controlToken = opaqueText(randomBytes), tls = null } = options;
  const logger = options.logger ?? createLogger({ level: 'silent', hashKey: undefined });
  const app = await createApplication({ running, control, controlToken, tls, logger });
  const localUrl = await listenForClients(app, tls === null ? 'http' : 'https', address);
  const url = options.publicUrl ?? localUrl;
  running.serveAt(url);
  let stopped: Promise<void> | undefined;
  return { ...control, url, localUrl, controlToken, stop: () => (stopped ??= app.close()) };
}

function refuseProduction({ NODE_ENV: nodeEnv }: Readonly<Record<string, string | undefined>>): void {
  if (nodeEnv !== 'production') return;
  const problem =
    'is production: the mini authorization server mints anything for anyone, and does not start there';
  throw new ConfigurationError([{ variable: 'NODE_ENV', problem }]);
}

function refuseOtherHosts({ host }: ListenAddress): void {
  if (LOOPBACK.has(host)) return;
  const problem = 'the mini authorization server listens on loopback only: unset it';
  throw new ConfigurationError([{ variable: 'MINTMARK_AUTHORIZATION_SERVER_HOST', problem }]);
}

/** Issuers are compared byte by byte, and clients would write anything but an origin differently (okta/authorization-server.md section 9.5). */
function refuseOtherThanOrigins(publicUrl: string | undefined): void {
  if (publicUrl === undefined) return;
  if (URL.canParse(publicUrl) && new URL(publicUrl).origin === publicUrl) return;
  const problem =
    'must be a scheme and a host as URLs have them: in lower case, without a usual port, path or slash';
  throw new ConfigurationError([{ variable: 'MINTMARK_AUTHORIZATION_SERVER_PUBLIC_URL', problem }]);
}

function runningOrg(options: AuthorizationServerOptions): RunningOrg {
  const { org, signingKeys, hookCa = null, hookDeadlineMs = HOOK_DEADLINE_MS } = options;
  return new RunningOrg({
    org: typeof org === 'string' ? readOrgFile(org) : org,
    signedInUserId: options.signedInUserId ?? null,
    clock: new ControllableClock(options.now),
    random: suppliedBytes(randomBytes),
    makeKey: signingKeys === undefined ? generatedKeys(randomBytes) : givenKeys(signingKeys, randomBytes),
    callHook: hookCaller({ ca: hookCa, deadlineMs: hookDeadlineMs }),
  });
}

async function listenForClients(
  app: NestFastifyApplication,
  scheme: 'http' | 'https',
  address: ListenAddress,
): Promise<string> {
  try {
    return await listen(
      { address, scheme, port: 'MINTMARK_AUTHORIZATION_SERVER_PORT' },
      async ({ host, port }) => {
        await app.listen(port, host);
        return app.getUrl();
      },
    );
  } catch (error) {
    await app.close();
    throw error;
  }
}
