import { advised, Cases, documented, inferred, unknown, type ConformanceFamily } from './conformance-case.js';

const DYNAMIC = advised('guide: dynamic group allow lists');
const STATIC = advised('guide: static group allow lists');
const LIMITS = advised('support: limitations of group functions');
const GROUPS_OF_USER = documented('Group functions, in Identity Engine');
const NO_MATCH = inferred('the idiom ?: {}');
const NOBODY = inferred('client credentials have no user');

export const GROUPS: ConformanceFamily = {
  title: 'Groups',
  cases: new Cases()
    .give('Groups.startsWith', DYNAMIC, [
      'Groups.startsWith("OKTA", "West", 10)',
      ['West Coast Users', 'West Coast Admins'],
    ])
    .give(
      'Groups.startsWith',
      LIMITS,
      ['Groups.startsWith("active_directory", "Eng", 100)', ['Engineering Users']],
      ['Groups.startsWith("0oaDirectory", "Eng", 100)', ['Engineering Users']],
      ['Groups.startsWith("OKTA", "West", 1)', ['West Coast Users']],
    )
    .give(
      'Groups.startsWith',
      NO_MATCH,
      ['Groups.startsWith("OKTA", "IT", 10)', null],
      ['Groups.startsWith("OKTA", "Eng", 10) ?: {}', []],
    )
    .give('Groups.startsWith', unknown('case is minded'), ['Groups.startsWith("OKTA", "west", 10)', null])
    .giveMachines('Groups.startsWith', NOBODY, ['Groups.startsWith("OKTA", "West", 10)', null])
    .fail(
      'Groups.startsWith',
      LIMITS,
      [
        'Groups.startsWith("OKTA", "West", 101)',
        'it is Groups.startsWith(name, name, 1 to 100), and not (a string, a string, a number)',
      ],
      [
        'Groups.startsWith("OKTA", "West", 0)',
        'it is Groups.startsWith(name, name, 1 to 100), and not (a string, a string, a number)',
      ],
      [
        'Groups.startsWith(null, "West", 10)',
        'it is Groups.startsWith(name, name, 1 to 100), and not (null, a string, a number)',
      ],
    )
    .give(
      'Groups.contains',
      DYNAMIC,
      ['Groups.contains("OKTA", "Coast", 10)', ['West Coast Users', 'West Coast Admins']],
      ['Groups.contains("OKTA", "very", 10)', ['Everyone']],
    )
    .give('Groups.contains', NO_MATCH, ['Groups.contains("OKTA", "Sales", 10)', null])
    .fail('Groups.contains', LIMITS, [
      'Groups.contains("OKTA", "Coast", 101)',
      'it is Groups.contains(name, name, 1 to 100), and not (a string, a string, a number)',
    ])
    .give('Groups.endsWith', DYNAMIC, ['Groups.endsWith("OKTA", "Admins", 10)', ['West Coast Admins']])
    .give('Groups.endsWith', NO_MATCH, ['Groups.endsWith("OKTA", "Coast", 10)', null])
    .fail('Groups.endsWith', LIMITS, [
      'Groups.endsWith("OKTA", "Admins")',
      'it is Groups.endsWith(name, name, 1 to 100), and not (a string, a string)',
    ])
    .give(
      'getFilteredGroups',
      STATIC,
      ['getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group.name", 40)', ['West Coast Admins']],
      [
        'getFilteredGroups(app.profile.groupwhitelist, "group.name", 40)',
        ['West Coast Admins', 'Engineering Users'],
      ],
      ['getFilteredGroups(app.profile.groupwhitelist, "group.name", 1)', ['West Coast Admins']],
      [
        'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group.id + \':\' + group.description", 40)',
        ['00garwpuyxHaWOkdV0g4:Admins of the West'],
      ],
      ['getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group.profile.costCenter", 40)', [7]],
      [
        'getFilteredGroups({"00gjitX9HqABSoqTB0g3"}, "group.objectClass[0]", 40)',
        ['okta:windows_security_principal'],
      ],
    )
    .give('getFilteredGroups', unknown('an empty list where none is hers'), [
      'getFilteredGroups({"00gNotHers"}, "group.name", 40)',
      [],
    ])
    .give('getFilteredGroups', inferred('a text is a list of one'), [
      'getFilteredGroups("00garwpuyxHaWOkdV0g4", "group.name", 40)',
      ['West Coast Admins'],
    ])
    .giveMachines('getFilteredGroups', NOBODY, [
      'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group.name", 40)',
      [],
    ])
    .fail('getFilteredGroups', LIMITS, [
      'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group.name", 101)',
      'it is getFilteredGroups(names, name, 1 to 100), and not (a list, a string, a number)',
    ])
    .fail(
      'getFilteredGroups',
      inferred('it sees the group only'),
      ['getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "user.email", 40)', 'the name user is not known'],
      [
        'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group.", 40)',
        'column 7: a name expected, the end found',
      ],
      [
        'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, "group", 40)',
        'a group is no value of a claim: project it, as in .![name]',
      ],
    )
    .give(
      'user.getGroups',
      GROUPS_OF_USER,
      [
        "user.getGroups({'group.type': {'OKTA_GROUP'}}, {'group.profile.name': {'Everyone', 'West Coast Admins'}}).![id]",
        ['00garwpuyxHaWOkdV0g4'],
      ],
      ["user.getGroups({'group.profile.name': 'East Coast'}).![name]", []],
      ["Arrays.size(user.getGroups({'group.type': {'OKTA_GROUP', 'APP_GROUP'}}))", 3],
      ["user.getGroups({'group.id': '00gjitX9HqABSoqTB0g3'}).![type]", ['APP_GROUP']],
      ["user.getGroups({'group.source.id': '0oaDirectory'}).![name]", ['Engineering Users']],
      [
        "user.getGroups({'group.profile.name': 'West Coast'}).![name]",
        ['West Coast Users', 'West Coast Admins'],
      ],
      ["user.getGroups({'group.profile.name': 'West Coast', 'operator': 'EXACT'}).![name]", []],
      [
        "user.getGroups({'group.profile.name': 'West Coast A', 'operator': 'STARTS_WITH'}).![name]",
        ['West Coast Admins'],
      ],
    )
    .give('user.getGroups', inferred('as SpEL reads maps'), [
      "user.getGroups({'group.profile.name': 'Everyone', operator: 'EXACT'}).![name]",
      ['Everyone'],
    ])
    .giveMachines('user.getGroups', NOBODY, ["user.getGroups({'group.type': 'OKTA_GROUP'}).![name]", null])
    .fail(
      'user.getGroups',
      inferred('criteria that are not documented fail'),
      [
        "user.getGroups({'group.name': 'Everyone'})",
        'a criterion of user.getGroups has one of group.id, group.type, group.source.id, group.profile.name',
      ],
      [
        "user.getGroups({'group.type': 'OKTA', 'operator': 'STARTS_WITH'})",
        'the operator of user.getGroups is EXACT, or for names STARTS_WITH',
      ],
      [
        "user.getGroups({'group.profile.name': 'a', 'operator': 'CONTAINS'})",
        'the operator of user.getGroups is EXACT, or for names STARTS_WITH',
      ],
      ["user.getGroups({'group.id': 1})", 'group.id of user.getGroups is a text or a list of texts'],
      ['user.getGroups()', "it is user.getGroups({'group.…': names}, {'group.…': names}…), and not ()"],
    )
    .fail('user.getGroups', unknown('groups as they are, without a projection'), [
      "user.getGroups({'group.type': 'OKTA_GROUP'})",
      'a group is no value of a claim: project it, as in .![name]',
    ])
    .fail(
      'others',
      documented('object methods are for sign-on policies'),
      ["user.isMemberOf({'group.id': '00gak46y5hydV6NdM0g4'})", 'column 28: "}" expected, ":" found'],
      ['user.email.toUpperCase()', 'the function user.email.toUpperCase is not known'],
    ).all,
};
