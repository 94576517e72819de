import { TOKEN_HOOK_EVENT_TYPE } from '../../okta/token-hook-request.js';
import type { Scope, Switches } from '../org/org.js';
import type { DraftToken } from './draft-tokens.js';
import { hookContext, wholeSeconds } from './hook-context.js';
import type { HookOccasion } from './hook-occasion.js';

export interface HookEvent {
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly eventTime: number;
  readonly switches: Switches;
}

type Body = Readonly<Record<string, unknown>>;

/** The body of a hook call, as section 1 of okta/token-inline-hook.md has it, in the order of the recorded ones. */
export function hookRequestBody(occasion: HookOccasion, event: HookEvent): Body {
  return {
    eventId: event.eventId,
    eventTime: wholeSeconds(event.eventTime),
    eventType: TOKEN_HOOK_EVENT_TYPE,
    eventTypeVersion: '1.0',
    contentType: 'application/json',
    cloudEventVersion: '0.1',
    source: occasion.source,
    data: { context: hookContext(occasion, event.switches), ...tokens(occasion, event) },
  };
}

/** Section 1.8: a token that is not minted is not there. */
function tokens(occasion: HookOccasion, event: HookEvent): Body {
  const { identity, access } = occasion.drafts;
  const scopes = occasion.grantedScopes;
  const refreshTokenJti = shownRefreshToken(occasion, event.switches);
  return {
    ...(identity === undefined ? {} : { identity: token(identity, event, {}) }),
    ...(access === undefined
      ? {}
      : {
          access: {
            ...token(access, event, { scp: scopes.map(({ name }) => name) }),
            scopes: grants(scopes),
          },
        }),
    ...(refreshTokenJti === null ? {} : { refresh_token: { jti: refreshTokenJti } }),
  };
}

function token(
  { claims, lifetimeSeconds }: DraftToken,
  { eventTime, switches }: HookEvent,
  late: Body,
): Body {
  const issuedAt = Math.floor(eventTime / 1000);
  const times = { iat: issuedAt, exp: issuedAt + lifetimeSeconds, ...late };
  return {
    claims: switches.timesInHookClaims ? { ...claims, ...times } : claims,
    token: { lifetime: { expiration: lifetimeSeconds } },
  };
}

function grants(scopes: readonly Scope[]): Body {
  return Object.fromEntries(scopes.map(({ name, id }) => [name, { id, action: 'GRANT' }]));
}

/** Whether a refresh repeats it is not documented (section 1.8). */
function shownRefreshToken(
  { originalGrant, refreshTokenJti }: HookOccasion,
  { refreshTokenOnRefresh }: Switches,
): string | null {
  return originalGrant === null || refreshTokenOnRefresh ? refreshTokenJti : null;
}
