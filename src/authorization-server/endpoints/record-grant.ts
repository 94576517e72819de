import { OAuthError } from '../errors/oauth-errors.js';
import { OktaApiError } from '../errors/okta-api-error.js';
import type { EventParty, SystemLog } from '../events/system-log.js';
import type { EventType } from '../events/event-types.js';
import type { GrantedTokens } from '../grants/grant.js';
import type { HookOccasion } from '../hook/hook-occasion.js';
import type { Revoked } from '../issued-tokens/revoke-token.js';
import type { Issuer } from '../issuers/issuer.js';
import type { Client, User } from '../org/org.js';

/** Where, and by whom, something was asked for. */
export interface Asking {
  readonly issuer: Issuer;
  /** Null where the client is not known. */
  readonly client: Client | null;
  readonly request: HookOccasion['request'];
  /** What a refusal is called in the log: left out, that of a token request. */
  readonly eventType?: EventType;
}

/** Writes that a person was given a code. */
export function recordCode(log: SystemLog, user: User, asking: Asking): void {
  log.record({
    eventType: 'app.oauth2.as.authorize.code',
    outcome: { result: 'SUCCESS', reason: null },
    ...partiesOf(asking, user),
    debugData: debugDataOf(asking),
  });
}

/** Writes what a person has consented to. */
export function recordConsent(
  log: SystemLog,
  { user, scopes }: { readonly user: User; readonly scopes: readonly string[] },
  asking: Asking,
): void {
  log.record({
    eventType: 'app.oauth2.as.consent.grant',
    outcome: { result: 'SUCCESS', reason: null },
    ...partiesOf(asking, user),
    debugData: { ...debugDataOf(asking), grantedScopes: scopes.join(' ') },
  });
}

/** Writes one event for each token that was granted. */
export function recordTokens(log: SystemLog, { response, user }: GrantedTokens, asking: Asking): void {
  const outcome = { result: 'SUCCESS', reason: null } as const;
  const parties = partiesOf(asking, user);
  const debugData = { ...debugDataOf(asking), grantedScopes: response.scope };
  const record = (eventType: EventType): void =>
    void log.record({ eventType, outcome, ...parties, debugData });
  record('app.oauth2.as.token.grant.access_token');
  if (response.id_token !== undefined) record('app.oauth2.as.token.grant.id_token');
  if (response.refresh_token !== undefined) record('app.oauth2.as.token.grant.refresh_token');
}

/** Writes that a client has revoked a token, by its id. */
export function recordRevocation(log: SystemLog, { type, id, userId }: Revoked, asking: Asking): void {
  const { actor } = partiesOf(asking, null);
  const user: EventParty[] =
    userId === null ? [] : [{ id: userId, type: 'User', alternateId: null, displayName: null }];
  log.record({
    eventType: 'app.oauth2.as.token.revoke',
    outcome: { result: 'SUCCESS', reason: null },
    actor,
    target: [...user, { id, type, alternateId: null, displayName: null }],
    debugData: debugDataOf(asking),
  });
}

/** Does some work, and writes why where it is refused: the client is told less. @throws what the work throws */
export async function recordingRefusals<Result>(
  log: SystemLog,
  asking: Asking,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    recordRefusal(log, error, asking);
    throw error;
  }
}

/** Writes why a request was refused. */
export function recordRefusal(log: SystemLog, error: unknown, asking: Asking): void {
  log.record({
    eventType: asking.eventType ?? 'app.oauth2.as.token.grant',
    outcome: { result: 'FAILURE', reason: reasonOf(error) },
    ...partiesOf(asking, null),
    debugData: debugDataOf(asking),
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof OAuthError) return `${error.code}: ${error.detail ?? error.description}`;
  if (error instanceof OktaApiError) return `${error.errorCode}: ${error.errorSummary}`;
  return 'server_error: an error that is none of Okta’s';
}

interface Parties {
  readonly actor: EventParty | null;
  readonly target: readonly EventParty[];
}

function partiesOf({ client }: Pick<Asking, 'client'>, user: User | null): Parties {
  return {
    actor:
      client === null
        ? null
        : { id: client.id, type: 'PublicClientApp', alternateId: null, displayName: client.label },
    target:
      user === null
        ? []
        : [{ id: user.id, type: 'User', alternateId: user.profile.login, displayName: null }],
  };
}

function debugDataOf({ issuer, request }: Asking): Readonly<Record<string, string>> {
  return { requestId: request.id, requestUri: pathOf(request.url), issuer: issuer.uri };
}

/** Of an absolute URL. */
function pathOf(url: string): string {
  const [beforeQuery = ''] = url.split('?');
  return beforeQuery.slice(beforeQuery.indexOf('/', beforeQuery.indexOf('://') + 3));
}
