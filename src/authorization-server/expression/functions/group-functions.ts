import type { ExpressionGroup } from '../expression-group.js';
import { fixed, LIMIT, NAME, NAMES, type ExpressionFunction, type Functions } from '../parameters.js';
import { personsGroups } from './persons-groups.js';

/** Lists of what groups are called: the person's own groups only, and no more of them than the limit. */
export const GROUP_FUNCTIONS: Functions = {
  'Groups.startsWith': namesOfGroups((name, start) => name.startsWith(start)),
  'Groups.contains': namesOfGroups((name, part) => name.includes(part)),
  'Groups.endsWith': namesOfGroups((name, end) => name.endsWith(end)),
  getFilteredGroups: fixed([NAMES, NAME, LIMIT], ([ids, expression, limit], scope) => {
    const valueOf = scope.compile(expression);
    const wanted = new Set(ids);
    const groups = personsGroups(scope).filter(({ id }) => wanted.has(id));
    return groups.slice(0, limit).map((group) => valueOf({ group }));
  }),
};

/** Null where none matches: hence the idiom `Groups.startsWith(…) ?: {}` (section 8). */
function namesOfGroups(isMatch: (name: string, pattern: string) => boolean): ExpressionFunction {
  return fixed([NAME, NAME, LIMIT], ([app, pattern, limit], scope) => {
    const names = personsGroups(scope)
      .filter((group) => isFrom(group, app) && isMatch(group.name, pattern))
      .map(({ name }) => name);
    return names.length === 0 ? null : names.slice(0, limit);
  });
}

/** `OKTA` means groups that no app has brought; else the id of the app, or its type. */
function isFrom({ type, source }: ExpressionGroup, app: string): boolean {
  if (type !== 'APP_GROUP') return app === 'OKTA';
  return source !== null && (source.id === app || source.type === app);
}
