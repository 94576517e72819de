import type { DraftToken, ProtocolRequest, TokenHookRequest } from '../okta/token-hook-request.js';
import type { Draft, Drafts, HookCallReading, Subject } from './hook-call.js';
import { isId } from './identifiers.js';
import { readTenantHint } from './tenant-hint.js';

const MACHINE_GRANT = 'client_credentials';
const REFRESH_GRANT = 'refresh_token';

/**
 * Reads a payload of the right shape into a hook call. `unusable` is a payload that does not say for whom or for
 * which client the token is: the failure policy answers it.
 */
export function readHookCall({ source, data }: TokenHookRequest): HookCallReading {
  const { context, access, identity, refresh_token: refreshToken } = data;
  const drafts = readDrafts(access, identity);
  const clientId = context.protocol.client.id;
  if (drafts.access === undefined && drafts.identity === undefined)
    return unusable('no token is being minted');
  if (!isId(clientId)) return unusable('the client id is not an id');
  const grantType = effectiveGrantType(context.protocol.request);
  const subject = readSubject(drafts, { grantType, clientId, userId: context.user?.id ?? undefined });
  if (subject === undefined) return unusable('the draft tokens name no user');
  const scopes = grantedScopes(access?.scopes);
  const presented = context.protocol.originalGrant?.refresh_token?.jti ?? refreshToken?.jti;
  return {
    kind: 'call',
    call: {
      subject,
      clientId,
      grantType,
      scopes,
      hint: readTenantHint(scopes, context.request),
      atAuthorize: isAtAuthorize(source, context.protocol.request),
      refresh: {
        presentedJti: grantType === REFRESH_GRANT ? idOrNull(presented) : null,
        issuedJti: idOrNull(refreshToken?.jti),
      },
      drafts,
    },
  };
}

function unusable(why: string): HookCallReading {
  return { kind: 'unusable', why };
}

function readDrafts(access: DraftToken | null | undefined, identity: DraftToken | null | undefined): Drafts {
  // One literal for each case: this is built for every call.
  if (access && identity) return { access: readDraft(access), identity: readDraft(identity) };
  if (access) return { access: readDraft(access) };
  return identity ? { identity: readDraft(identity) } : {};
}

function readDraft({ claims, token }: DraftToken): Draft {
  return { claims: claims ?? {}, lifetimeSeconds: token?.lifetime?.expiration ?? undefined };
}

/** Contract 1.4: calls at `/authorize` carry no grant type; the response type tells a code from implicit tokens. */
function effectiveGrantType(request: ProtocolRequest | null | undefined): string {
  if (typeof request?.grant_type === 'string') return request.grant_type;
  const responseTypes = request?.response_type?.split(' ') ?? [];
  return responseTypes.includes('code') || responseTypes.length === 0 ? 'authorization_code' : 'implicit';
}

function isAtAuthorize(source: unknown, request: ProtocolRequest | null | undefined): boolean {
  if (typeof request?.grant_type !== 'string') return true;
  return typeof source === 'string' && /\/authorize(?:\?|$)/.test(source);
}

interface Parties {
  readonly grantType: string;
  readonly clientId: string;
  readonly userId: string | undefined;
}

/**
 * Design, "Who the token is for": `uid` of the access token and `sub` of the ID token decide; `context.user.id` must
 * agree where it is there; the session is never asked. `undefined` where the drafts of a user call name nobody.
 */
function readSubject(drafts: Drafts, { grantType, clientId, userId }: Parties): Subject | undefined {
  const drafted = [drafts.access?.claims['uid'], drafts.identity?.claims['sub']].filter(isPresent);
  const draftedClient = drafts.access?.claims['cid'];
  if (isPresent(draftedClient) && draftedClient !== clientId)
    return conflict('the draft names another client');
  if (grantType === MACHINE_GRANT) {
    const namesUser = drafted.length > 0 || drafts.identity !== undefined || userId !== undefined;
    return namesUser ? conflict('a machine call names a user') : { kind: 'machine' };
  }
  const [first] = drafted;
  if (!isId(first)) return undefined;
  if (drafted.some((id) => id !== first)) return conflict('the draft tokens name different users');
  if (userId !== undefined && userId !== first) return conflict('context.user.id is not the draft’s user');
  return { kind: 'user', userId: first };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function conflict(why: string): Subject {
  return { kind: 'conflict', why };
}

/** Contract 1.8: a scope is granted by the action `GRANT`, the only one ever shown. */
function grantedScopes(scopes: Readonly<Record<string, unknown>> | null | undefined): readonly string[] {
  return scopes ? Object.keys(scopes).filter((name) => isGranted(scopes[name])) : [];
}

function isGranted(scope: unknown): boolean {
  return typeof scope === 'object' && scope !== null && Reflect.get(scope, 'action') === 'GRANT';
}

function idOrNull(value: unknown): string | null {
  return isId(value) ? value : null;
}
