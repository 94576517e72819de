import type { ExpressionContext, ExpressionPerson } from '../expression/expression-context.js';
import { ExpressionGroup } from '../expression/expression-group.js';
import { groupsOf } from '../org/groups-of.js';
import type { Client, Group, Org, User } from '../org/org.js';
import type { ClaimRequest, Claims } from './draft-request.js';

/** What the expression of a claim can see (okta/authorization-server.md section 8). */
export function expressionContext(request: ClaimRequest): ExpressionContext {
  const { org, client, user, scopes, amr } = request;
  return {
    variables: {
      user: user?.profile ?? null,
      appuser: user === null ? null : appUserOf(org, client, user),
      app: { id: client.id, clientId: client.id, profile: client.profile },
      access: { scope: scopes.map(({ name }) => name) },
      org: { name: org.name, subDomain: org.subDomain },
      session: user === null ? null : { amr },
    },
    person: user === null ? null : personOf(org, user),
  };
}

/** Whoever is assigned by a group has the profile of the first of them, and the login as user name. */
function appUserOf(org: Org, { assignments }: Client, user: User): Claims {
  const assigned = assignments.users.get(user.id);
  if (assigned !== undefined) return { ...assigned.profile, userName: assigned.userName };
  const own = new Set(groupsOf(org, user).map(({ id }) => id));
  const [, profile] = [...assignments.groups].find(([id]) => own.has(id)) ?? [];
  return { ...profile, userName: user.profile.login };
}

/** Most expressions look at no groups, so that these are looked for where one does, and once. */
function personOf(org: Org, user: User): ExpressionPerson {
  let groups: readonly ExpressionGroup[] | undefined;
  return {
    id: user.id,
    status: user.status,
    groups: () => (groups ??= groupsOf(org, user).map(asExpressionGroup)),
  };
}

function asExpressionGroup({ id, name, description, type, source, profile }: Group): ExpressionGroup {
  const isOfDirectory = source?.type === 'active_directory';
  return new ExpressionGroup({
    ...{ id, name, description, type, source },
    objectClass: [isOfDirectory ? 'okta:windows_security_principal' : 'okta:user_group'],
    profile: { ...profile, name, description },
  });
}
