import type { ExpressionContext } from '../expression/expression-context.js';
import { groupsOf } from '../org/groups-of.js';
import type { Client, User } from '../org/org.js';
import type { Claims, DraftRequest } from './draft-request.js';

/** What the expression of a claim can see (okta/authorization-server.md section 8). */
export function expressionContext(request: DraftRequest): ExpressionContext {
  const { org, client, user, scopes, amr } = request;
  return {
    variables: {
      user: user?.profile ?? null,
      appuser: user === null ? null : appUserOf(client, user),
      app: { id: client.id, clientId: client.id, profile: client.profile },
      access: { scope: scopes.map(({ name }) => name) },
      org: { name: org.name, subDomain: org.subDomain },
      session: user === null ? null : { amr },
    },
    groupNames: new Set(user === null ? [] : groupsOf(org, user).map(({ name }) => name)),
  };
}

/** Whoever is assigned by a group has the login as user name. */
function appUserOf({ assignments }: Client, user: User): Claims {
  const assigned = assignments.users.get(user.id);
  return { ...assigned?.profile, userName: assigned?.userName ?? user.profile.login };
}
