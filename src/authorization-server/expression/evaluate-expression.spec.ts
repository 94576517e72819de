import { describe, expect, it } from '@jest/globals';
import { CONTEXTS } from './conformance/contexts.js';
import { evaluateExpression } from './evaluate-expression.js';
import type { ExpressionContext } from './expression-context.js';

// What expressions come to is in conformance/, case by case; here is what holds for all of them.

const DANA = CONTEXTS.person;

function value(text: string, context = DANA): unknown {
  const evaluation = evaluateExpression(text, context);
  if (evaluation.kind === 'failure') throw new Error(evaluation.why);
  return evaluation.value;
}

function failure(text: string, context = DANA): string {
  const evaluation = evaluateExpression(text, context);
  return evaluation.kind === 'failure' ? evaluation.why : `evaluated to ${JSON.stringify(evaluation.value)}`;
}

/** Dana with another profile of the app. */
function withProfile(profile: unknown): ExpressionContext {
  return { ...DANA, variables: { ...DANA.variables, app: { profile } } };
}

describe('evaluateExpression', () => {
  it.each([
    ['', 'column 1: a value expected, the end found'],
    ['1 +', 'column 4: a value expected, the end found'],
    ["'open", 'column 1: the string does not end'],
    ['user.email extra', 'column 12: the end expected, "extra" found'],
    ['user.', 'column 6: a name expected, the end found'],
    ['user.groups.![]', 'column 15: a name expected, "]" found'],
    ['user.groups.![name', 'column 19: "]" expected, the end found'],
    ['user.groups.!name', 'column 14: "[" expected, "name" found'],
    ["{'k': 1}", 'column 5: "}" expected, ":" found'],
    ["user.getGroups({'k': })", 'column 22: a value expected, "}" found'],
    ["user.getGroups({'k': 1, 2})", 'column 25: a key expected, "2" found'],
    ["user.getGroups({'k': 1, 'l'})", 'column 28: ":" expected, "}" found'],
  ])('does not read %j', (text, why) => {
    expect(failure(text)).toBe(why);
  });

  it('never tells in a message what a value holds', () => {
    const all = [
      'user.email.x',
      'String.substring(user.email, 5, 99)',
      'Convert.toInt(user.email)',
      "'a' matches ('[' + user.email)",
      'isMemberOfGroupNameRegex("(" + user.email)',
      'user.getInternalProperty(user.email)',
      'Groups.startsWith("OKTA", user.email, 0)',
      "user.getGroups({'group.id': 'a', 'operator': user.email})",
      'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, user.firstName, 1)',
      'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, user.firstName + " " + user.lastName, 1)',
      'getFilteredGroups({"00garwpuyxHaWOkdV0g4"}, user.firstName + "()", 1)',
    ];
    for (const text of all) expect(failure(text)).not.toMatch(/dana|rivers|evaluated to/i);
  });

  it.each([
    'app.profile.constructor',
    'app.profile.__proto__',
    "app.profile['toString']",
    'String.constructor',
  ])('takes nothing from a prototype: %s', (text) => {
    expect(['null', 'the name String is not known']).toContain(
      text.startsWith('String') ? failure(text) : String(value(text)),
    );
  });

  it.each(['constructor()', 'toString()', "__proto__('x')", "user.getGroups({'toString': 'x'})"])(
    'knows no function and no criterion that objects have: %s',
    (text) => {
      expect(failure(text)).toMatch(/is not known$|has one of group\.id/);
    },
  );

  it.each([
    ['parentheses', `${'('.repeat(300)}1${')'.repeat(300)}`],
    ['negations', `${'!'.repeat(900)}true`],
    ['signs', `${'-'.repeat(900)}1`],
    ['defaults', `${'1?:'.repeat(300)}1`],
    ['calls', `${'toLowerCase('.repeat(80)}'A'${')'.repeat(60)}`],
    ['lists', `${'{'.repeat(400)}1${'}'.repeat(400)}`],
  ])('does not follow %s that nest too deeply', (_, text) => {
    expect(failure(text)).toMatch(/nests too deeply|expected/);
  });

  it('follows as many operators and members in a row as an expression can hold', () => {
    expect(value(Array.from({ length: 512 }, () => '1').join('+'))).toBe(512);
    expect(value(`user${'.a'.repeat(510)}`)).toBeNull();
  });

  it('reads no more than 1,024 characters', () => {
    expect(failure(`'${'x'.repeat(1_023)}'`)).toBe('it is longer than 1024 characters');
    const inner = (length: number): ExpressionContext => withProfile(`'${'x'.repeat(length)}'`);
    expect(value('getFilteredGroups({}, app.profile, 1)', inner(1_022))).toEqual([]);
    expect(failure('getFilteredGroups({}, app.profile, 1)', inner(1_023))).toBe(
      'the expression for each group, which is a value, cannot be worked out',
    );
  });

  it('makes no text that is too long, and does not begin to', () => {
    const long = 'x'.repeat(32_768);
    const context = withProfile({ long, list: Array.from({ length: 10_000 }, () => long) });
    for (const text of [
      "app.profile.long + 'x'",
      "String.append(app.profile.long, 'x')",
      "String.replace(app.profile.long, 'x', app.profile.long)",
      "String.join('', app.profile.long, 'x')",
      'Arrays.toCsvString(app.profile.list)',
      "'' + app.profile.list",
    ]) {
      expect(failure(text, context)).toBe('a text is longer than 32768 characters');
    }
    expect(value('String.len(app.profile.long)', context)).toBe(32_768);
  });

  it('makes no list that is too long', () => {
    const context = withProfile({
      list: Array.from({ length: 10_000 }, () => 1),
      commas: ','.repeat(30_000),
    });
    for (const text of [
      'Arrays.add(app.profile.list, 1)',
      'Arrays.flatten(app.profile.list, 1)',
      'Arrays.flatten(app.profile.commas)',
    ]) {
      expect(failure(text, context)).toBe('a list is longer than 10000 items');
    }
    expect(value('Arrays.size(app.profile.list)', context)).toBe(10_000);
  });

  it('does not follow lists of a profile that nest too deeply', () => {
    let deep: unknown = 'x';
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
    for (const text of [
      'app.profile',
      "app.profile + ''",
      'Arrays.flatten(app.profile)',
      'app.profile == app.profile',
    ]) {
      expect(failure(text, withProfile(deep))).toBe('a list nests too deeply');
    }
  });

  it('gives up where there is too much to do', () => {
    const pattern = `(${'a*'.repeat(300)}){50}b`;
    const busy = withProfile({ name: 'a'.repeat(255), text: 'x'.repeat(32_000) });
    expect(failure(`app.profile.name matches '${pattern}'`, busy)).toBe('it takes too many steps');
    const texts = Array.from({ length: 50 }, () => 'app.profile.text');
    expect(failure(`Arrays.size({${texts.join()}})`, busy)).toBe('it takes too many steps');
    const [group] = DANA.person?.groups() ?? [];
    const groups = Array.from({ length: 60_000 }, () => group).filter((one) => one !== undefined);
    const crowd = { ...DANA, person: { id: 'u', status: 'ACTIVE', groups: () => groups } };
    const calls = Array.from({ length: 30 }, () => 'isMemberOfGroup("x")');
    expect(failure(calls.join(' || '), crowd)).toBe('it takes too many steps');
  });
});
