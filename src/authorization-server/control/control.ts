import type { ControllableClock } from '../controllable-clock.js';
import { notFoundError } from '../errors/okta-api-error.js';
import type { SystemLogEvent } from '../events/system-log.js';
import type { HookExchange } from '../hook/hook-exchanges.js';
import type { HookFaults } from '../hook/hook-faults.js';
import { namedIssuer } from '../issuers/find-issuer.js';
import type { Org } from '../org/org.js';
import { readOrgFile } from '../org/read-org-file.js';
import type { RunningOrg } from '../running-org.js';
import { findUser } from './find-user.js';
import type { Minted, MintRequest } from './mint-request.js';
import { mint } from './mint.js';

/** What a test may do with the emulator beyond what Okta offers; over HTTP all of it is below `/_mintmark/`. */
export interface Control {
  readonly clock: ControllableClock;
  /** Each goes wrong with one hook call, in the order in which they were added. */
  readonly faults: HookFaults;
  /** The system log, oldest first. */
  events(): readonly SystemLogEvent[];
  /** The last hook calls, oldest first, without their secrets. */
  exchanges(): readonly HookExchange[];
  /** The `iss` of a server: `org` is the org's own. @throws OktaApiError */
  issuer(server: string): string;
  /** Rotates a server's keys: ACTIVE becomes EXPIRED, and NEXT, or a new one, becomes ACTIVE. @throws OktaApiError */
  rotateKeys(server: string): Promise<void>;
  /** Goes on with another org, given as YAML or read before; what was issued stays. @throws what `readOrgFile` throws */
  replaceOrg(org: string | Org): void;
  /** A session token that signs a user in at `/authorize`, once. @param user an id or a login @throws OktaApiError */
  createSession(user: string): string;
  /** Signs a user in at `/authorize` whenever nobody else is; null asks who it is. @throws OktaApiError */
  signInAs(user: string | null): void;
  /** @throws OAuthError where an endpoint would refuse, OktaApiError where something is not there */
  mint(request: MintRequest): Promise<Minted>;
  /** Back to how it was started, keys excepted. */
  reset(): void;
}

export function controlOf(running: RunningOrg): Control {
  return {
    clock: running.clock,
    faults: running.faults,
    events: () => running.log.list(),
    exchanges: () => running.exchanges.list(),
    issuer: (server) => namedIssuer(running, server).uri,
    rotateKeys: (server) => rotateKeys(running, server),
    replaceOrg: (org) => {
      running.replace(typeof org === 'string' ? readOrgFile(org) : org);
    },
    createSession: (user) => running.sessions.createToken(userIdOf(running.org, user)),
    signInAs: (user) => {
      running.signedInUserId = user === null ? null : userIdOf(running.org, user);
    },
    mint: (request) => mint(running, request),
    reset: () => {
      running.reset();
    },
  };
}

async function rotateKeys(running: RunningOrg, name: string): Promise<void> {
  const { server } = namedIssuer(running, name);
  await running.keys.of(server).rotate();
  running.log.record({
    eventType: 'app.oauth2.as.key.rollover',
    outcome: { result: 'SUCCESS', reason: null },
    actor: null,
    target: [{ id: server.id, type: 'AuthorizationServer', alternateId: null, displayName: server.name }],
  });
}

/** @throws OktaApiError */
function userIdOf(org: Org, name: string): string {
  const user = findUser(org, name);
  if (user === undefined) throw notFoundError(name, 'User');
  return user.id;
}
