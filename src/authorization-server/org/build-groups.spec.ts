import { describe, expect, it } from '@jest/globals';
import { orgOf } from '../../../test/support/org-fixtures.js';
import { OrgRefusedError } from './org-refused-error.js';

const OTHERS = [{ name: 'Admins' }, { name: 'Partners' }];

/** What is wrong with a group of the file. */
function problems(group: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    orgOf({ groups: [{ name: 'Staff', ...group }, ...OTHERS] });
    return [];
  } catch (error) {
    if (error instanceof OrgRefusedError) return error.message.split('\n');
    throw error;
  }
}

describe('a group of the file', () => {
  it('has no source and no attributes of its own unless the file says so', () => {
    const source = { id: '0oadirectory', type: 'active_directory' };
    const org = orgOf({
      groups: [{ name: 'Staff', type: 'APP_GROUP', source, profile: { floor: 3 } }, ...OTHERS],
    });
    expect([...org.groups.values()].map(({ name, source, profile }) => ({ name, source, profile }))).toEqual([
      { name: 'Everyone', source: null, profile: {} },
      { name: 'Staff', source, profile: { floor: 3 } },
      { name: 'Admins', source: null, profile: {} },
      { name: 'Partners', source: null, profile: {} },
    ]);
  });

  it.each([
    [
      { source: { id: '0oadirectory', type: 'active_directory' } },
      'groups[0].source: belongs to groups of the type APP_GROUP',
    ],
    [
      { type: 'APP_GROUP', source: { id: 'a b', type: 'active_directory' } },
      'groups[0].source.id: must be an id',
    ],
    [
      { type: 'APP_GROUP', source: { id: '0oa', type: 'A D' } },
      'groups[0].source.type: must be the type of an app',
    ],
    [{ type: 'APP_GROUP', source: '0oa' }, 'groups[0].source: must be an object'],
    [{ profile: [] }, 'groups[0].profile: must be an object'],
  ])('is refused as %j', (group, problem) => {
    expect(problems(group).join('\n')).toContain(problem);
  });
});
