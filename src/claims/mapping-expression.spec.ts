import { describe, expect, it } from '@jest/globals';
import { COMPREHENSION_DEPTH_LIMIT } from './expression-cost.js';
import { compileExpression, EXPRESSION_LENGTH_LIMIT, type Evaluation } from './mapping-expression.js';
import type { MappingVariables } from './mapping-variables.js';

const VARIABLES: MappingVariables = {
  tenant: { id: 'blue', name: 'Tenant blue' },
  membership: { roles: ['admin', 'buyer'], default: true },
  binding: {},
  entitlements: new Map<string, boolean | bigint | string | readonly string[]>([
    ['sso', true],
    ['seats', 50n],
    ['huge', 9_007_199_254_740_991n],
    ['tier', 'gold'],
    ['regions', ['eu', 'us']],
    ['odd feature~/', 7n],
  ]),
  user: { id: '00u1' },
  client: { id: '0oa1', name: 'Orders', mode: 'any' },
  request: { scopes: ['openid', 'orders:read'], grantType: 'password', issuer: 'https://login.acme.example' },
  selection: 'only',
};

/** What is there where no tenant is selected. */
const WITHOUT_TENANT: MappingVariables = {
  tenant: {},
  membership: {},
  binding: {},
  user: {},
  client: { id: '0oa1' },
  request: { scopes: [], grantType: 'password', issuer: 'https://login.acme.example' },
  selection: 'none',
};

function evaluate(expression: string, variables: MappingVariables = VARIABLES): Evaluation {
  const compiled = compileExpression(expression);
  if (compiled.kind === 'refused') throw new Error(compiled.why);
  return compiled.evaluate(variables);
}

function refusal(expression: string): string | undefined {
  const compiled = compileExpression(expression);
  return compiled.kind === 'refused' ? compiled.why : undefined;
}

describe('compileExpression', () => {
  it.each([
    ['', 'nothing'],
    ['((', 'a syntax error'],
    ['tenant.nope', 'an unknown member'],
    ['tennant.id', 'an unknown variable'],
    ['tenant.id + 1', 'operands that do not go together'],
    ['tenant.id > 5', 'a comparison of two types'],
    ['membership.roles.size() + "x"', 'operands that do not go together, deep'],
    ['size(membership.default)', 'an argument of the wrong type'],
    ['request.url', 'a member of the request that must not reach CEL'],
    ['request.ip', 'a member of the request that must not reach CEL'],
    ['now', 'a clock'],
    ['now()', 'a clock'],
    ['tenant.constructor', 'a member of the prototype'],
    ['tenant.__proto__', 'the prototype'],
  ])('refuses %j, which is %s', (expression) => {
    expect(refusal(expression)).toEqual(expect.any(String));
  });

  it.each([
    ['tenant.name.matches("^(a+)+$")', 'matches'],
    ['"aaaa".matches(tenant.id)', 'matches'],
    ['[1].map(x, string(x).matches("1"))', 'matches'],
    ['timestamp("2026-01-01T00:00:00Z") > timestamp("2025-01-01T00:00:00Z")', 'timestamp'],
    ['duration("1h") == duration("60m")', 'duration'],
    ['size(bytes(tenant.id))', 'bytes'],
    ['type(tenant.id) == type("x")', 'type()'],
    ['cel.bind(x, tenant.id, x + x)', 'bind'],
    ['uint(1) == uint(2)', 'uint'],
  ])('refuses the function in %s', (expression, name) => {
    expect(refusal(expression)).toContain(name);
  });

  it.each(['b"abc"', 'null', 'tenant', 'membership', 'request', '1u', '{1: "a"}', '{true: 1}'])(
    'refuses %s, whose value is no claim',
    (expression) => {
      expect(refusal(expression)).toMatch(/type/);
    },
  );

  it('refuses an expression of more than 1,000 characters', () => {
    const exact = `"${'x'.repeat(EXPRESSION_LENGTH_LIMIT - 2)}"`;
    expect(refusal(exact)).toBeUndefined();
    expect(refusal(`${exact} `)).toContain('1000');
  });

  it('refuses an expression with too many nodes', () => {
    expect(refusal(Array.from({ length: 400 }, () => '1').join('+'))).toEqual(expect.any(String));
  });

  it('refuses an expression that nests too deep', () => {
    expect(refusal(`${'('.repeat(400)}1${')'.repeat(400)}`)).toEqual(expect.any(String));
    expect(refusal(`${'['.repeat(100)}1${']'.repeat(100)}`)).toEqual(expect.any(String));
  });

  it(`lets comprehensions nest ${String(COMPREHENSION_DEPTH_LIMIT)} deep, and no deeper`, () => {
    expect(refusal('[1].map(x, [2].map(y, x + y))')).toBeUndefined();
    expect(refusal('[1].map(x, [2].map(y, [3].map(z, x + y + z)))')).toContain('nest');
    expect(refusal('[1].exists(x, [2].all(y, [3].exists_one(z, z == x)))')).toContain('nest');
  });

  it.each([
    ['a condition', (costly: string) => `(${costly} ? 1 : 2)`],
    ['either branch of a condition', (costly: string) => `true ? (false ? true : ${costly}) : false`],
    ['a list', (costly: string) => `[true, ${costly}]`],
    ['an object', (costly: string) => `{"a": {"b": ${costly}}}`],
    ['a key', (costly: string) => `{string(${costly}): 1}`],
    ['an operand', (costly: string) => `!${costly} || false`],
    ['an argument', (costly: string) => `string(${costly})`],
    ['an index', (costly: string) => `[1, 2][${costly} ? 0 : 1]`],
    ['a range', (costly: string) => `[${costly}].all(z, z)`],
  ])('counts the steps of %s', (_, around) => {
    const costly = 'membership.roles.all(x, request.scopes.all(y, [x, y, x, y] == [y, x, y, x]))';
    const cheap = 'membership.roles.all(x, request.scopes.all(y, true))';
    expect(refusal(around(cheap))).toBeUndefined();
    expect(refusal(around(costly))).toContain('steps');
  });

  it('refuses what could take too many steps', () => {
    expect(
      refusal(
        'membership.roles.all(x, membership.roles.exists(y, (membership.roles + membership.roles) == [x, y]))',
      ),
    ).toContain('steps');
    expect(refusal('tenant.name.split("").map(x, tenant.name.split(""))')).toContain('steps');
  });

  // Design: "size of the expression, nesting of comprehensions and list lengths are capped". Each of these has less
  // than 1,000 characters, does not nest deeper than two, and doubles with every step.
  it.each([
    ['texts through a function', '[tenant.name]', '.map(x, x.trim() + x.trim())', 24],
    ['texts through join', '[tenant.name]', '.map(x, [x, x, x, x].join())', 12],
    ['texts through lowerAscii', '[tenant.name]', '.map(x, x.lowerAscii() + x)', 24],
    ['texts through a condition', '[tenant.name]', '.map(x, (true ? x : "").trim() + x)', 24],
    ['lists in lists', '[[membership.roles]]', '.map(x, x.map(y, y + y))', 24],
    ['texts in lists', '[[tenant.name]]', '.map(x, x.map(y, (y + y).trim()))', 24],
  ])('refuses to double %s without end', (_, start, step, times) => {
    const expression = `${start}${step.replaceAll(', ', ',').repeat(times)}.size()`;
    expect(expression.length).toBeLessThanOrEqual(EXPRESSION_LENGTH_LIMIT);
    expect(refusal(expression)).toEqual(expect.any(String));
  });

  it.each([
    ['tenant.id', 'string'],
    ['entitlements', 'map<string, dyn>'],
    ['has(membership.roles) ? membership.roles : binding.roles', 'list<string>'],
    ['size(request.scopes)', 'int'],
    ['{"v": 1}', 'map<string, int>'],
    ['entitlements.seats', 'dyn'],
    ['membership.default', 'bool'],
    ['1.5', 'double'],
  ])('knows that %s is of type %s', (expression, type) => {
    expect(compileExpression(expression)).toMatchObject({ kind: 'compiled', type });
  });
});

describe('a compiled expression', () => {
  it.each<[string, unknown]>([
    ['tenant.id', 'blue'],
    ['tenant.id + "/" + tenant.name', 'blue/Tenant blue'],
    ['membership.roles', ['admin', 'buyer']],
    ['membership.default', true],
    ['selection', 'only'],
    ['{"v": 1}', { v: 1 }],
    [
      'entitlements',
      {
        sso: true,
        seats: 50,
        huge: 9007199254740991,
        tier: 'gold',
        regions: ['eu', 'us'],
        'odd feature~/': 7,
      },
    ],
    ['entitlements.seats', 50],
    ['entitlements["odd feature~/"]', 7],
    ['entitlements.seats / 3', 16],
    ['"seats" in entitlements', true],
    ['has(entitlements.nope) ? 1 : 2', 2],
    ['has(binding.roles) ? binding.roles : membership.roles', ['admin', 'buyer']],
    ['entitlements.regions.filter(r, r.startsWith("e"))', ['eu']],
    ['entitlements.regions.map(r, tenant.id + ":" + r)', ['blue:eu', 'blue:us']],
    ['membership.roles.exists(r, r == "admin") && entitlements.sso', true],
    ['"orders:read" in request.scopes', true],
    ['request.grantType', 'password'],
    ['[tenant.id, 1, true, {"deep": [1.5]}]', ['blue', 1, true, { deep: [1.5] }]],
    ['membership.roles.join(",").upperAscii()', 'ADMIN,BUYER'],
    ['entitlements.huge', 9007199254740991],
    ['[]', []],
    ['{}', {}],
    ['""', ''],
    ['false', false],
  ])('makes of %s', (expression, value) => {
    expect(evaluate(expression)).toEqual({ kind: 'value', value });
  });

  it.each([
    ['entitlements.nope', 'a feature that is not there'],
    ['entitlements.nope.deeper', 'a member of what is not there'],
    ['user.login', 'a member that has no value'],
    ['binding.roles', 'a member of a fact that is not there'],
    ['membership.roles[5]', 'an index out of range'],
    ['entitlements.seats / 0', 'a division by zero'],
    ['1 / (entitlements.seats - 50)', 'a division by zero, found late'],
    ['entitlements.huge + 1', 'an integer beyond 2^53'],
    ['entitlements.huge * entitlements.huge', 'an integer beyond 64 bits'],
    ['[1, entitlements.huge + 1]', 'an integer beyond 2^53, deep'],
    ['-entitlements.huge - 1', 'an integer below -2^53'],
    ['0.0 / 0.0', 'not a number'],
    ['1.0 / 0.0', 'infinity'],
    ['dyn(null)', 'null'],
    ['[1, null]', 'null in a list'],
    ['{"a": {"b": null}}', 'null in an object'],
    ['dyn(b"abc")', 'bytes'],
    ['[b"abc"]', 'bytes in a list'],
    ['dyn(tenant)', 'a whole fact'],
    ['[tenant]', 'a whole fact in a list'],
    ['{"a": membership}', 'a whole fact in an object'],
    ['entitlements.tier + entitlements.seats', 'operands that do not go together'],
    ['int("x")', 'a conversion that fails'],
    ['entitlements.constructor', 'a member of the prototype'],
    ['entitlements["__proto__"]', 'the prototype'],
    ['[[[[[[[[[1]]]]]]]]]', 'a list nine levels deep'],
  ])('counts %s as absent: %s', (expression) => {
    expect(evaluate(expression)).toEqual({ kind: 'absent', why: expect.any(String) });
  });

  it.each([
    'tenant.id',
    'tenant.name',
    'membership.roles',
    'membership.default',
    'binding.roles',
    'entitlements',
    'entitlements.seats',
    '"seats" in entitlements',
    'user.id',
    'user.login',
    'client.name',
    'has(membership.roles) ? membership.roles : binding.roles',
  ])('counts %s as absent where no tenant is selected', (expression) => {
    expect(evaluate(expression, WITHOUT_TENANT).kind).toBe('absent');
  });

  it('never quotes a value in the reason', () => {
    const secretive = evaluate('int(tenant.name)');
    expect(secretive).toEqual({ kind: 'absent', why: expect.not.stringContaining('Tenant blue') });
  });

  it('gives the same value every time', () => {
    const compiled = compileExpression('entitlements.regions.map(r, r + tenant.id)');
    if (compiled.kind === 'refused') throw new Error(compiled.why);
    expect(compiled.evaluate(VARIABLES)).toEqual(compiled.evaluate(VARIABLES));
    expect(compiled.evaluate(WITHOUT_TENANT).kind).toBe('absent');
    expect(compiled.evaluate(VARIABLES)).toEqual({ kind: 'value', value: ['eublue', 'usblue'] });
  });
});
