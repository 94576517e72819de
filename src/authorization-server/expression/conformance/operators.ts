import {
  advised,
  Cases,
  documented,
  inferred,
  SPEL,
  unknown,
  type ConformanceFamily,
} from './conformance-case.js';

const CONSTANTS = documented('Constants and operators');
const CONDITIONS = documented('Conditional expressions');
const SYNTAX = documented('Unsupported features');

export const OPERATORS: ConformanceFamily = {
  title: 'Constants and operators',
  cases: new Cases()
    .give(
      'constants',
      CONSTANTS,
      ["'Hello world'", 'Hello world'],
      ['"Hello world"', 'Hello world'],
      ['1234', 1234],
      ['1.5', 1.5],
      ['true', true],
      ['FALSE', false],
      ['NULL', null],
    )
    .give(
      'constants',
      SPEL,
      ["'it''s'", "it's"],
      ['"say ""no"""', 'say "no"'],
      ["''", ''],
      ['-3', -3],
      ['(1)', 1],
    )
    .fail('constants', SPEL, ['2147483648', 'a number is too large'])
    .give('lists', documented('Array functions'), ['{}', []], ["{1, 'two', {true}}", [1, 'two', [true]]])
    .give('indexes', SPEL, ['access.scope[1]', 'orders:read'], ["app.profile['label']", 'Orders'])
    .fail(
      'indexes',
      SPEL,
      ['access.scope[2]', 'a list of 2 has no item 2'],
      ['access.scope[0.5]', 'a list of 2 has no item 0.5'],
      ["access.scope['x']", 'a list cannot be indexed by a string'],
    )
    .give(
      '+',
      CONSTANTS,
      ['user.firstName + user.lastName', 'DanaRivers'],
      ['user.firstName + " " + user.lastName', 'Dana Rivers'],
    )
    .give(
      '+',
      SPEL,
      ['1 + 2 * 3', 7],
      ['(1 + 2) * 3', 9],
      ["'a' + 'b' + 1", 'ab1'],
      ["'a' + null", 'anull'],
      ["'scopes ' + access.scope", 'scopes openid,orders:read'],
    )
    .fail(
      '+',
      SPEL,
      ['null + 1', '"+" cannot be applied to null and a number'],
      ["'a' + app.profile", 'an object is no text'],
    )
    .give('-', SPEL, ['10 - 3 - 2', 5])
    .fail('-', SPEL, ["'a' - 1", '"-" cannot be applied to a string and a number'])
    .give('/', SPEL, ['7 / 2', 3], ['-7 / 2', -3], ['7.5 / 2', 3.75], ['-1 / 2', 0])
    .fail('/', SPEL, ['1 / 0', 'the result of "/" is no number'])
    .give('==', CONDITIONS, ['1 == 1', true], ['user.level != 4', true], ['null == user.neverSet', true])
    .give('==', SPEL, ["1 == '1'", false], ["{'a', 1} == {'a', 1}", true])
    .fail('==', SPEL, ['1 == 2 == 3', 'column 8: the end expected, "==" found'])
    .give('<', CONDITIONS, ["'a' < 'b'", true], ['3 >= 3', true], ['2 <= 1', false], ['2 > 1', true])
    .give('<', SPEL, ['null < 1', true])
    .fail('<', SPEL, ["1 < 'a'", 'a number cannot be compared with a string'])
    .give(
      'AND, OR, NOT',
      CONDITIONS,
      ['true AND false', false],
      ['false OR true', true],
      ['!user.isManager', false],
      ['user.level > 2 AND !user.isManager', false],
    )
    .give(
      'AND, OR, NOT',
      SPEL,
      ['true and true', true],
      ['true && false || true', true],
      ['NOT false', true],
      ['not user.level == 3', false],
      ['!(1 == 2)', true],
      ['!!true', true],
      // The right side is not evaluated where the left one decides.
      ['false && nothing.known', false],
      ['true || nothing.known', true],
    )
    .fail('AND, OR, NOT', SPEL, ['user.neverSet && true', 'null is neither true nor false'])
    .give(
      '? :',
      CONDITIONS,
      ["user.level == 3 ? 'Sales' : 'Other'", 'Sales'],
      ["false ? 'a' : true ? 'b' : 'c'", 'b'],
    )
    .give('? :', SPEL, ["true ? 'a' : unknownFunction()", 'a'])
    .fail(
      '? :',
      CONDITIONS,
      ['user.email ? 1 : 2', 'a string is neither true nor false'],
      ['true ? 1', 'column 9: ":" expected, the end found'],
    )
    .give(
      '?:',
      SPEL,
      ["user.neverSet ?: 'none'", 'none'],
      ["user.nickName ?: user.neverSet ?: 'none'", 'none'],
      ["user.email ?: 'none'", 'dana@acme.example'],
      ['0 ?: 1', 0],
    )
    .fail('?:', SPEL, ['user.neverSet ?:', 'column 17: a value expected, the end found'])
    .give('matches', SPEL, ["user.email matches '.*@acme[.]example'", true], ["'ab' matches 'a'", false])
    .give('matches', inferred('an engine that counts its steps'), [
      "'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!' matches '(a+)+'",
      false,
    ])
    .fail(
      'matches',
      SPEL,
      ["user.neverSet matches 'a'", 'null cannot be matched'],
      ["'a' matches '(a'", 'a regular expression cannot be read, or is not of the kind that can'],
    )
    .fail('matches', unknown('look-ahead and back references have no engine here'), [
      "'a' matches '(?=a)a'",
      'a regular expression cannot be read, or is not of the kind that can',
    ])
    .give(
      '.![ ]',
      advised('guide: groups claims, expressions over user.getGroups'),
      ["user.getGroups({'group.type': 'OKTA_GROUP'}).![name]", ['West Coast Users', 'West Coast Admins']],
      [
        "user.getGroups({'group.profile.name': 'West Coast Admins'}).![profile.description]",
        ['Admins of the West'],
      ],
      ["user.getGroups({'group.profile.name': 'Everyone'}).![id]", ['00gak46y5hydV6NdM0g4']],
    )
    .fail('.![ ]', SPEL, ['user.email.![name]', 'a string has no items to project'])
    .fail(
      'what there is not',
      SYNTAX,
      ['user.level = 4', 'column 12: "=" is no part of an expression'],
      ['T(java.lang.Runtime).exit(0)', 'the function (…).exit is not known'],
      ['new java.util.Date()', 'column 5: the end expected, "java" found'],
      ['#variable', 'column 1: "#" is no part of an expression'],
      ['@bean', 'column 1: "@" is no part of an expression'],
      ['1++', 'column 3: a value expected, "+" found'],
      ['user.level between {1, 5}', 'column 12: the end expected, "between" found'],
    ).all,
};
