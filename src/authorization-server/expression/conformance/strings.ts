import { advised, Cases, documented, inferred, unknown, type ConformanceFamily } from './conformance-case.js';

const STRING = documented('String functions');
const DEPRECATED = documented('String functions, deprecated');
const NONE = unknown('none comes of null');
const CONVERTED = inferred('as Spring converts lists and numbers to text');
const SIGNATURE = inferred('a call that fits no signature fails');

export const STRINGS: ConformanceFamily = {
  title: 'String functions',
  cases: new Cases()
    .give('String.append', STRING, ['String.append("This is", " a test")', 'This is a test'])
    .give('String.append', CONVERTED, ["String.append('level ', user.level)", 'level 3'])
    .give('String.append', unknown('null adds nothing'), ["String.append(user.neverSet, 'x')", 'x'])
    .fail(
      'String.append',
      SIGNATURE,
      ["String.append('a')", 'it is String.append(text, text), and not (a string)'],
      ["String.append('a', app.profile)", 'it is String.append(text, text), and not (a string, an object)'],
    )
    .give(
      'String.join',
      STRING,
      ['String.join(",", "This", "is", "a", "test")', 'This,is,a,test'],
      ['String.join("", "This", "is", "a", "test")', 'Thisisatest'],
    )
    .give('String.join', CONVERTED, ["String.join(' ', access.scope, 'more')", 'openid,orders:read more'])
    .fail('String.join', SIGNATURE, ['String.join()', 'it is String.join(text, text…), and not ()'])
    .give('String.len', STRING, ['String.len("This")', 4])
    .give('String.len', documented('Samples: a middle initial that is not there'), [
      'String.len(user.middleInitial) == 0',
      true,
    ])
    .fail('String.len', SIGNATURE, [
      "String.len('a', 'b')",
      'it is String.len(text), and not (a string, a string)',
    ])
    .give('String.removeSpaces', STRING, ['String.removeSpaces("This is a test")', 'Thisisatest'])
    .give('String.removeSpaces', NONE, ['String.removeSpaces(user.neverSet)', null])
    .fail('String.removeSpaces', SIGNATURE, [
      'String.removeSpaces()',
      'it is String.removeSpaces(text), and not ()',
    ])
    .give('String.replace', STRING, ['String.replace("This is a test", "is", "at")', 'That at a test'])
    .give('String.replace', inferred('a text, not a pattern'), ["String.replace('a.b.c', '.', '-')", 'a-b-c'])
    .give('String.replace', NONE, ["String.replace(user.neverSet, 'a', 'b')", null])
    .fail('String.replace', SIGNATURE, [
      "String.replace('a', 'b')",
      'it is String.replace(text, text, text), and not (a string, a string)',
    ])
    .give('String.replaceFirst', STRING, [
      'String.replaceFirst("This is a test", "is", "at")',
      'That is a test',
    ])
    .give('String.replaceFirst', inferred('a text, not a pattern'), [
      "String.replaceFirst('abc', '.', '-')",
      'abc',
    ])
    .give('String.replaceFirst', NONE, ["String.replaceFirst(user.neverSet, 'a', 'b')", null])
    .fail('String.replaceFirst', SIGNATURE, [
      "String.replaceFirst('a')",
      'it is String.replaceFirst(text, text, text), and not (a string)',
    ])
    .give(
      'String.startsWith',
      STRING,
      ["String.startsWith('This is a test', 'This')", true],
      ["String.startsWith('This is a test', 'is')", false],
    )
    .give('String.startsWith', unknown('null starts with nothing'), [
      "String.startsWith(user.neverSet, 'a')",
      false,
    ])
    .fail('String.startsWith', SIGNATURE, [
      "String.startsWith('a')",
      'it is String.startsWith(text, text), and not (a string)',
    ])
    .give(
      'String.stringContains',
      STRING,
      ['String.stringContains("This is a test", "test")', true],
      ['String.stringContains("This is a test", "doesn\'tExist")', false],
    )
    .give('String.stringContains', unknown('null contains nothing'), [
      "String.stringContains(user.neverSet, 'a')",
      false,
    ])
    .fail('String.stringContains', SIGNATURE, [
      "String.stringContains('a')",
      'it is String.stringContains(text, text), and not (a string)',
    ])
    .give(
      'String.stringSwitch',
      STRING,
      ['String.stringSwitch("This is a test", "default", "key1", "value1")', 'default'],
      ['String.stringSwitch("This is a test", "default", "test", "value1")', 'value1'],
      [
        'String.stringSwitch("First match wins", "default", "absent", "value1", "wins", "value2", "match", "value3")',
        'value2',
      ],
      ['String.stringSwitch("Substrings count", "default", "ring", "value1")', 'value1'],
    )
    .give('String.stringSwitch', unknown('null has no key in it'), [
      "String.stringSwitch(user.neverSet, 'default', 'key', 'value')",
      'default',
    ])
    .fail('String.stringSwitch', inferred('keys and values are pairs'), [
      "String.stringSwitch('a', 'default', 'key')",
      'String.stringSwitch has a key without its value',
    ])
    .give('String.substring', STRING, ['String.substring("This is a test", 2, 9)', 'is is a'])
    .give('String.substring', advised('help: smart card expressions'), [
      'String.substring(user.email, String.len(user.email)-7, String.len(user.email))',
      'example',
    ])
    .give('String.substring', NONE, ['String.substring(user.neverSet, 0, 1)', null])
    .fail(
      'String.substring',
      inferred('as Java’s substring'),
      ["String.substring('abc', 1, 5)", 'a text of 3 characters has no part from 1 to 5'],
      ["String.substring('abc', 2, 1)", 'a text of 3 characters has no part from 2 to 1'],
    )
    .fail('String.substring', SIGNATURE, [
      "String.substring('abc', 1)",
      'it is String.substring(text, integer, integer), and not (a string, a number)',
    ])
    .give('String.substringAfter', STRING, ['String.substringAfter("abc@okta.com", "@")', 'okta.com'])
    .give(
      'String.substringAfter',
      inferred('as Apache Commons’ StringUtils'),
      ["String.substringAfter('abc', '@')", ''],
      ["String.substringAfter(user.neverSet, '@')", null],
    )
    .fail('String.substringAfter', SIGNATURE, [
      "String.substringAfter('abc')",
      'it is String.substringAfter(text, text), and not (a string)',
    ])
    .give('String.substringBefore', STRING, ['String.substringBefore("abc@okta.com", "@")', 'abc'])
    .give(
      'String.substringBefore',
      inferred('as Apache Commons’ StringUtils'),
      ["String.substringBefore('abc', '@')", 'abc'],
      ["String.substringBefore(user.neverSet, '@')", null],
    )
    .fail('String.substringBefore', SIGNATURE, [
      "String.substringBefore('abc')",
      'it is String.substringBefore(text, text), and not (a string)',
    ])
    .give('String.toUpperCase', STRING, ['String.toUpperCase("This")', 'THIS'])
    .give('String.toUpperCase', NONE, ['String.toUpperCase(user.neverSet)', null])
    .fail('String.toUpperCase', SIGNATURE, [
      'String.toUpperCase()',
      'it is String.toUpperCase(text), and not ()',
    ])
    .give('String.toLowerCase', STRING, ['String.toLowerCase("ThiS")', 'this'])
    .give('String.toLowerCase', NONE, ['String.toLowerCase(user.neverSet)', null])
    .fail('String.toLowerCase', SIGNATURE, [
      'String.toLowerCase()',
      'it is String.toLowerCase(text), and not ()',
    ])
    .give('toUpperCase', DEPRECATED, ["toUpperCase('Alexander')", 'ALEXANDER'])
    .fail('toUpperCase', SIGNATURE, ['toUpperCase()', 'it is toUpperCase(text), and not ()'])
    .give('toLowerCase', DEPRECATED, ["toLowerCase('AlexANDER')", 'alexander'])
    .fail('toLowerCase', SIGNATURE, ['toLowerCase()', 'it is toLowerCase(text), and not ()'])
    .give('substringBefore', DEPRECATED, ["substringBefore('alex@okta.com', '@')", 'alex'])
    .fail('substringBefore', SIGNATURE, [
      'substringBefore()',
      'it is substringBefore(text, text), and not ()',
    ])
    .give('substringAfter', DEPRECATED, ["substringAfter('alex@okta.com', '@')", 'okta.com'])
    .fail('substringAfter', SIGNATURE, ['substringAfter()', 'it is substringAfter(text, text), and not ()'])
    .give('substring', DEPRECATED, ["substring('Alexander', 1, 4)", 'lex'])
    .fail('substring', SIGNATURE, ['substring()', 'it is substring(text, integer, integer), and not ()'])
    .fail('others', inferred('a function that is not known fails'), [
      "String.reverse('abc')",
      'the function String.reverse is not known',
    ]).all,
};
