import type { Path } from '../../config/file-fault.js';
import { generatedId } from './generated-id.js';
import { inPriorityOrder, type Prioritized } from './in-priority-order.js';
import { NameIndex, type Names } from './name-index.js';
import type { Rule, Scope } from './org.js';
import { lifetimesOf } from './rule-lifetimes.js';
import type { RuleDto } from './policy-file.dto.js';

/** Where policies and rules stand, and what they may refer to. */
export interface RulePlace {
  readonly serverId: string;
  readonly path: Path;
  readonly scopes: ReadonlyMap<string, Scope>;
  readonly names: Names;
}

/** The rules of a policy, in the order of their priority (okta/authorization-server.md section 7). */
export function buildRules(
  dtos: readonly RuleDto[],
  place: RulePlace & { readonly policyId: string },
): readonly Rule[] {
  const { report } = place.names;
  const index = new NameIndex('rule of this policy', report);
  return inPriorityOrder(dtos, [...place.path, 'rules'], report).map((prioritized) => {
    const id = prioritized.item.id ?? generatedId('0pr', place.policyId, prioritized.item.name);
    index.add({ id, name: prioritized.item.name }, prioritized.path);
    return buildRule(id, prioritized, place);
  });
}

function buildRule(id: string, { item: dto, path, priority }: Prioritized<RuleDto>, place: RulePlace): Rule {
  const { names } = place;
  const { name, status, grantTypes, inlineHook } = dto;
  checkScopes(dto.scopes, [...path, 'scopes'], place);
  const hookId = inlineHook === undefined ? undefined : names.hooks.find(inlineHook, [...path, 'inlineHook']);
  return {
    ...{ id, name, status, priority, grantTypes, scopes: dto.scopes },
    ...peopleOf(dto, path, names),
    ...lifetimesOf(dto, path, names.report),
    inlineHookId: hookId ?? null,
  };
}

/** Where a rule names nobody at all, it is for everyone. */
function peopleOf({ users, groups }: RuleDto, path: Path, names: Names): Pick<Rule, 'users' | 'groups'> {
  const forEveryone = users === undefined && groups === undefined;
  const findGroups = (references: readonly string[], at: Path): readonly string[] =>
    references.flatMap((reference, index) =>
      reference === 'EVERYONE' ? reference : (names.groups.find(reference, [...at, index]) ?? []),
    );
  return {
    users: {
      include: names.users.findAll(users?.include ?? [], [...path, 'users', 'include']),
      exclude: names.users.findAll(users?.exclude ?? [], [...path, 'users', 'exclude']),
    },
    groups: {
      include: forEveryone ? ['EVERYONE'] : findGroups(groups?.include ?? [], [...path, 'groups', 'include']),
      exclude: findGroups(groups?.exclude ?? [], [...path, 'groups', 'exclude']),
    },
  };
}

function checkScopes(scopes: readonly string[], path: Path, { scopes: known, names }: RulePlace): void {
  for (const [index, scope] of scopes.entries()) {
    if (scope !== '*' && !known.has(scope)) {
      names.report([...path, index], `the server has no scope called ${JSON.stringify(scope)}`);
    }
  }
}
