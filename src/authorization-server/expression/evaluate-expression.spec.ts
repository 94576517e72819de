import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evaluateExpression } from './evaluate-expression.js';
import type { ExpressionContext } from './expression-context.js';

const DANA: ExpressionContext = {
  variables: {
    user: { email: 'dana@acme.example', nickName: '', level: 3, isManager: true, teams: ['red', 'blue'] },
    appuser: { userName: 'dana' },
    app: { id: '0oa1', clientId: '0oa1', profile: { label: 'Orders', limits: { daily: 5 } } },
    access: { scope: ['openid', 'orders:read'] },
    org: { name: 'Acme', subDomain: 'acme' },
  },
  groupNames: new Set(['Everyone', 'Admins']),
};

const NOBODY: ExpressionContext = {
  variables: { ...DANA.variables, user: null, appuser: null },
  groupNames: new Set(),
};

function value(text: string, context = DANA): unknown {
  const evaluation = evaluateExpression(text, context);
  if (evaluation.kind === 'failure') throw new Error(evaluation.why);
  return evaluation.value;
}

function failure(text: string, context = DANA): string {
  const evaluation = evaluateExpression(text, context);
  return evaluation.kind === 'failure' ? evaluation.why : `evaluated to ${JSON.stringify(evaluation.value)}`;
}

describe('evaluateExpression', () => {
  it.each([
    ["'plain'", 'plain'],
    ['"plain"', 'plain'],
    ["'it''s'", "it's"],
    ['"say ""no"""', 'say "no"'],
    ["''", ''],
    ['12', 12],
    ['1.5', 1.5],
    ['-3', -3],
    ['true', true],
    ['FALSE', false],
    ['Null', null],
    ['{}', []],
    ["{1, 'two', {true}}", [1, 'two', [true]]],
    ['(1)', 1],
  ])('reads the literal %s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each([
    ['user.email', 'dana@acme.example'],
    ['user.neverSet', null],
    ['user.neverSet.deeper', null],
    ['app.profile.limits.daily', 5],
    ['access.scope', ['openid', 'orders:read']],
    ['access.scope[1]', 'orders:read'],
    ["app.profile['label']", 'Orders'],
    ['org.subDomain', 'acme'],
  ])('finds %s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each(['user.constructor', 'user.__proto__', "app.profile['toString']"])(
    'takes nothing from the prototype: %s',
    (text) => {
      expect(value(text)).toBeNull();
    },
  );

  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 3 - 2', 5],
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['7.5 / 2', 3.75],
    ["'a' + 'b' + 1", 'ab1'],
    ["'a' + null", 'anull'],
    ["'scopes ' + access.scope", 'scopes openid,orders:read'],
    ["user.teams[0] + '-' + user.teams[1]", 'red-blue'],
  ])('calculates %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['1 == 1', true],
    ["1 == '1'", false],
    ["{'a', 1} == {'a', 1}", true],
    ['user.level != 4', true],
    ["'a' < 'b'", true],
    ['3 >= 3', true],
    ['2 <= 1', false],
    ['2 > 1', true],
    ['null < 1', true],
    ['null == user.neverSet', true],
  ])('compares %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['true AND false', false],
    ['true and true', true],
    ['true && false || true', true],
    ['false OR true', true],
    ['false or false', false],
    ['NOT false', true],
    ['not user.level == 3', false],
    ['!(1 == 2)', true],
    ['!!true', true],
    // The right side is not evaluated where the left one decides.
    ['false && nothing.known', false],
    ['true || nothing.known', true],
  ])('decides %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ["user.isManager ? 'yes' : 'no'", 'yes'],
    ["false ? 'a' : true ? 'b' : 'c'", 'b'],
    ["user.neverSet ?: 'none'", 'none'],
    ["user.nickName ?: user.neverSet ?: 'none'", 'none'],
    ["user.email ?: 'none'", 'dana@acme.example'],
    ["true ? 'a' : unknownFunction()", 'a'],
    ['0 ?: 1', 0],
  ])('chooses in %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it('knows whether the person is in a group, by its exact name', () => {
    expect(value('isMemberOfGroupName("Admins") ? "a" : "b"')).toBe('a');
    expect(value('isMemberOfGroupName("admins")')).toBe(false);
  });

  it('gives the subject that a new server has for people and for machines', () => {
    const subject = '(appuser != null) ? appuser.userName : app.clientId';
    expect(value(subject)).toBe('dana');
    expect(value(subject, NOBODY)).toBe('0oa1');
  });

  it('finds null in whatever belongs to nobody', () => {
    expect(value('user.email', NOBODY)).toBeNull();
    expect(value('user.teams[0]', NOBODY)).toBeNull();
    expect(value('isMemberOfGroupName("Admins")', NOBODY)).toBe(false);
  });

  it.each([
    ['', 'column 1: a value expected, the end found'],
    ['1 +', 'column 4: a value expected, the end found'],
    ["'open", 'column 1: the string does not end'],
    ['user.email extra', 'column 12: the end expected, "extra" found'],
    ['user.', 'column 6: a name expected, the end found'],
    ['user.groups.![name]', 'column 13: a name expected, "!" found'],
    ['a = 1', 'column 3: "=" is no part of an expression'],
    ['1 == 2 == 3', 'column 8: the end expected, "==" found'],
    ['true ? 1', 'column 9: ":" expected, the end found'],
    ["{'k': 1}", 'column 5: "}" expected, ":" found'],
    ['T(java.lang.Runtime).exit(0)', 'the function (…).exit is not known'],
    ['new java.util.Date()', 'column 5: the end expected, "java" found'],
  ])('does not read %j', (text, why) => {
    expect(failure(text)).toBe(why);
  });

  it.each([
    ['idpuser.email', 'the name idpuser is not known'],
    ['toUpperCase(user.email)', 'the function toUpperCase is not known'],
    ["String.append('a', 'b')", 'the function String.append is not known'],
    ["user.getInternalProperty('id')", 'the function user.getInternalProperty is not known'],
    ['isMemberOfGroupName()', 'isMemberOfGroupName takes the name of one group, not ()'],
    ['isMemberOfGroupName(1)', 'isMemberOfGroupName takes the name of one group, not (a number)'],
    ['user.level.x', 'a number has no member x'],
    ['access.scope[2]', 'a list of 2 has no item 2'],
    ['access.scope[0.5]', 'a list of 2 has no item 0.5'],
    ["access.scope['x']", 'a list cannot be indexed by a string'],
    ['1 / 0', 'the result of "/" is no number'],
    ['null + 1', '"+" cannot be applied to null and a number'],
    ["'a' - 1", '"-" cannot be applied to a string and a number'],
    ["'a' + app.profile", 'an object is no text'],
    ["1 < 'a'", 'a number cannot be compared with a string'],
    ['user.email ? 1 : 2', 'a string is neither true nor false'],
    ['user.neverSet && true', 'null is neither true nor false'],
  ])('fails at %s', (text, why) => {
    expect(failure(text)).toBe(why);
  });

  it('never tells in a message what a value holds', () => {
    expect(failure('user.email.x')).not.toContain('dana');
  });

  it.each([
    ['parentheses', `${'('.repeat(300)}1${')'.repeat(300)}`],
    ['negations', `${'!'.repeat(900)}true`],
    ['signs', `${'-'.repeat(900)}1`],
    ['defaults', `${'1?:'.repeat(300)}1`],
  ])('does not follow %s that nest too deeply', (_, text) => {
    expect(failure(text)).toBe('it nests too deeply');
  });

  it('follows as many operators and members in a row as an expression can hold', () => {
    expect(value(Array.from({ length: 512 }, () => '1').join('+'))).toBe(512);
    expect(value(`user${'.a'.repeat(510)}`)).toBeNull();
  });

  it('reads no more than 1,024 characters', () => {
    expect(failure(`'${'x'.repeat(1_023)}'`)).toBe('it is longer than 1024 characters');
  });

  it('has a value or a failure for any text', () => {
    const pieces = fc.constantFrom(
      ...[
        'user',
        '.',
        'email',
        'access.scope',
        '[',
        ']',
        '(',
        ')',
        '{',
        '}',
        ',',
        '?',
        ':',
        '?:',
        '&&',
        'or',
        'NOT',
      ],
      ...[
        '!',
        '==',
        '<',
        '+',
        '-',
        '*',
        '/',
        "'",
        '"',
        'null',
        'true',
        '0',
        '1.5',
        ' ',
        'isMemberOfGroupName',
        'é',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        expect(['value', 'failure']).toContain(evaluateExpression(parts.join(''), DANA).kind);
      }),
    );
  });
});
