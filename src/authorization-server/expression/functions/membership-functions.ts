import type { ExpressionGroup } from '../expression-group.js';
import { matchesText } from '../matches-text.js';
import { fixed, NAME, variadic, type ExpressionFunction, type Functions } from '../parameters.js';
import { personsGroups } from './persons-groups.js';

/** `isMemberOf…`: all mind case, and nobody is in no group. */
export const MEMBERSHIP_FUNCTIONS: Functions = {
  isMemberOfGroup: membership(({ id }, wanted) => id === wanted),
  isMemberOfAnyGroup: variadic([NAME], NAME, ([first], others, scope) => {
    const wanted = new Set([first, ...others]);
    return personsGroups(scope).some(({ id }) => wanted.has(id));
  }),
  isMemberOfGroupName: membership(({ name }, wanted) => name === wanted),
  isMemberOfGroupNameStartsWith: membership(({ name }, start) => name.startsWith(start)),
  isMemberOfGroupNameContains: membership(({ name }, part) => name.includes(part)),
  isMemberOfGroupNameRegex: fixed([NAME], ([pattern], scope) => {
    const matches = matchesText(pattern, scope.steps);
    return personsGroups(scope).some(({ name }) => matches(name));
  }),
};

function membership(isMeant: (group: ExpressionGroup, wanted: string) => boolean): ExpressionFunction {
  return fixed([NAME], ([wanted], scope) => personsGroups(scope).some((group) => isMeant(group, wanted)));
}
