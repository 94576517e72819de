import type { ExpressionGroup } from '../expression-group.js';
import type { Scope } from '../scope.js';

/** The groups of the person; none without a person. */
export function personsGroups({ person, steps }: Scope): readonly ExpressionGroup[] {
  const groups = person?.groups() ?? [];
  steps.spend(groups.length);
  return groups;
}
