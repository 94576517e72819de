import { groupsOf } from '../org/groups-of.js';
import type { GroupFilter, Org, User } from '../org/org.js';
import { matchesPattern } from '../group-pattern/group-pattern.js';
import { parseGroupPattern } from '../group-pattern/parse-group-pattern.js';
import { StepLimit } from '../group-pattern/step-limit.js';

/**
 * The names of the person's groups that match; those of apps and directories never do (okta/authorization-server.md section 6.1).
 *
 * @throws StepLimitError where a regular expression keeps too busy
 */
export function matchingGroups(org: Org, user: User, filter: GroupFilter): readonly string[] {
  const isMatch = groupTest(filter);
  return groupsOf(org, user)
    .filter(({ type, name }) => type !== 'APP_GROUP' && isMatch(name))
    .map(({ name }) => name);
}

/** Only a regular expression minds case. */
function groupTest({ filter, value }: GroupFilter): (name: string) => boolean {
  const wanted = value.toLowerCase();
  switch (filter) {
    case 'STARTS_WITH':
      return (name) => name.toLowerCase().startsWith(wanted);
    case 'EQUALS':
      return (name) => name.toLowerCase() === wanted;
    case 'CONTAINS':
      return (name) => name.toLowerCase().includes(wanted);
    case 'REGEX': {
      const pattern = parseGroupPattern(value);
      const steps = new StepLimit();
      return (name) => matchesPattern(pattern, name, steps);
    }
  }
}
