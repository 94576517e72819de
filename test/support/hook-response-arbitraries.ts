import fc from 'fast-check';
import type { DraftToken, DraftTokens } from '../../src/authorization-server/hook/draft-tokens.js';

/** Drafts, and a parsed body that a hook may answer with: often nearly right, and built on what the drafts have. */
export interface MergeCase {
  readonly drafts: DraftTokens;
  readonly body: unknown;
}

export interface Names {
  /** Names of claims and of members. */
  readonly names: readonly string[];
  /** Last parts of paths that lead somewhere else. */
  readonly ends: readonly string[];
}

/** Names on which every reading of RFC 6901 and 6902 agrees. */
export const PLAIN: Names = {
  names: ['a', 'b', '0', '1', '-', 'c/d', 'e~f', '~1', 'https://acme.example/tenant', 'sub', 'aud', 'role'],
  ends: ['-', '0', '1', '2', '3', '99', '-1', '1e0', ' 1', 'length', 'new', 'a', 'b'],
};

/** Names on which libraries differ: inherited members, indexes that are empty or begin with a zero, broken escapes. */
export const TRICKY: Names = {
  names: [...PLAIN.names, '', '__proto__', 'constructor', 'toString', 'tenant_id', 'groups', 'scp', 'cnf'],
  ends: [...PLAIN.ends, '', '00', '01', '__proto__', 'toString', 'constructor', '~', '~2'],
};

function jsonOf({ names }: Names): fc.Arbitrary<unknown> {
  const leaf = fc.constantFrom<unknown>('text', '', 0, -1, 1.5, true, false, null);
  const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  return value;
}

function draftOf(names: Names): fc.Arbitrary<DraftToken> {
  return fc.record({
    claims: fc.dictionary(fc.constantFrom(...names.names, 'iss'), jsonOf(names), {
      maxKeys: 6,
      noNullPrototype: true,
    }),
    lifetimeSeconds: fc.constantFrom(300, 3600, 86_400),
  });
}

function draftsOf(names: Names): fc.Arbitrary<DraftTokens> {
  const draft = draftOf(names);
  return fc.oneof(
    fc.record({ access: draft }),
    fc.record({ identity: draft }),
    fc.record({ access: draft, identity: draft }),
  );
}

/** Often one thing, sometimes another. */
function mostly<T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>, weight = 24): fc.Arbitrary<T | U> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: rare, weight: 1 });
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The paths of everything in a value. */
function pathsIn(value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, member]) =>
    pathsIn(member, `${path}/${escaped(name)}`),
  );
  return [path, ...inner];
}

/** A path that is made once it is known what the token has. */
type PathIn = (there: readonly string[]) => string;

const existing: fc.Arbitrary<PathIn> = fc
  .nat()
  .map((place) => (there) => there[1 + (place % Math.max(1, there.length - 1))] ?? '/claims/a');

const odd: fc.Arbitrary<PathIn> = fc
  .constantFrom('', '/', '/claims', '/token', '/token/lifetime', '/scopes/a', 'claims/a', '/Claims/a')
  .map((path) => () => path);

function below({ names, ends }: Names): fc.Arbitrary<PathIn> {
  return fc.tuple(fc.nat(), fc.constantFrom(...names.map(escaped), ...ends)).map(
    ([place, end]) =>
      (there) =>
        `${there[place % there.length] ?? ''}/${end}`,
  );
}

function claimOf({ names }: Names): fc.Arbitrary<PathIn> {
  const name = mostly(fc.constantFrom(...names), fc.constantFrom('iss', 'uid', 'amr', 'nonce'), 12);
  return name.map((claim) => () => `/claims/${escaped(claim)}`);
}

interface OperationIn {
  readonly op: string;
  readonly path: PathIn;
  readonly value?: unknown;
}

const lifetimes: fc.Arbitrary<OperationIn> = fc.record(
  {
    op: mostly(fc.constant('replace'), fc.constantFrom('add', 'remove')),
    path: fc.constant<PathIn>(() => '/token/lifetime/expiration'),
    value: mostly(
      fc.integer({ min: 300, max: 86_400 }),
      fc.constantFrom<unknown>(299, 86_401, 900.5, '900', null, 0),
      6,
    ),
  },
  { requiredKeys: ['op', 'path'] },
);

function operationOf(names: Names): fc.Arbitrary<OperationIn> {
  const value = mostly(
    jsonOf(names).map((json) => json ?? 'text'),
    fc.constant(null),
  );
  const elsewhere = fc.constantFrom('move', 'copy', 'test', 'ADD');
  const anywhere = fc.oneof(existing, below(names), claimOf(names), odd);
  const removal = fc.record(
    {
      op: fc.constant('remove'),
      path: mostly(existing, anywhere, 6),
      value: mostly(fc.constant(null), fc.constantFrom('', 0, false, {})),
    },
    { requiredKeys: ['op', 'path'] },
  );
  return fc.oneof(
    { arbitrary: fc.record({ op: fc.constant('add'), path: anywhere, value }), weight: 8 },
    {
      arbitrary: fc.record({ op: fc.constant('replace'), path: mostly(existing, anywhere, 6), value }),
      weight: 4,
    },
    { arbitrary: removal, weight: 4 },
    { arbitrary: lifetimes, weight: 2 },
    { arbitrary: fc.record({ op: elsewhere, path: existing, value }), weight: 1 },
  );
}

interface CommandIn {
  /** Which of the drafts. */
  readonly token: number;
  readonly type: string | null;
  readonly value: readonly OperationIn[];
}

function commandsOf(names: Names): fc.Arbitrary<readonly CommandIn[]> {
  const otherType = fc.constantFrom(
    ...['com.okta.access.patch', 'com.okta.identity.patch', 'com.okta.assertion.patch', ''],
  );
  const command = fc.record({
    token: fc.nat(),
    type: mostly(fc.constant(null), otherType),
    value: fc.array(operationOf(names), { maxLength: 3 }),
  });
  return fc.array(command, { maxLength: 3 });
}

/** Commands as a body has them, for what the drafts are. */
function commandsFor(drafts: DraftTokens, commands: readonly CommandIn[]): unknown {
  const tokens = Object.entries(drafts).map(([token, { claims }]) => ({
    patch: `com.okta.${token}.patch`,
    there: pathsIn(claims, '/claims'),
  }));
  return commands.map(({ token, type, value }) => {
    const { patch, there } = tokens[token % tokens.length] ?? { patch: '', there: [] };
    return { type: type ?? patch, value: value.map(({ path, ...rest }) => ({ ...rest, path: path(there) })) };
  });
}

/** Bodies of the contract's shape that hold nothing but commands. */
export function commandCases(names: Names): fc.Arbitrary<MergeCase> {
  return fc
    .tuple(draftsOf(names), commandsOf(names))
    .map(([drafts, commands]) => onTheWire({ drafts, body: { commands: commandsFor(drafts, commands) } }));
}

const junk = fc.constantFrom<unknown>(null, 42, 'text', [], {}, [null], [42], ['x'], [{}]);

const errors = fc.oneof(
  fc.record({ errorSummary: fc.constantFrom<unknown>('denied', 'denied', '', null, 42) }),
  junk,
);

const operationJunk = fc.oneof(
  junk,
  fc.record({ op: junk, path: fc.constant('/claims/a'), value: junk }),
  fc.record({ op: fc.constant('add'), path: junk, value: junk }),
  fc.record({ op: fc.constantFrom('add', 'replace', 'remove'), path: fc.constant('/claims/a') }),
);

const commandJunk = fc.oneof(
  junk,
  fc.record({ type: junk, value: fc.constant([]) }),
  fc.record({
    type: fc.constant('com.okta.access.patch'),
    value: fc.oneof(junk, fc.array(operationJunk, { maxLength: 2 })),
  }),
);

/** What is around the commands, or stands in for them. */
const surroundings = fc.record({
  misshapen: mostly(fc.constant(null), fc.oneof(junk, fc.array(commandJunk, { maxLength: 2 })), 8),
  hasCommands: mostly(fc.constant(true), fc.constant(false), 12),
  error: mostly(fc.constant(undefined), errors, 6),
  debugContext: mostly(fc.constantFrom(undefined, { traceId: 't' }), junk, 12),
  extra: mostly(fc.constant(undefined), junk, 12),
});

/** Bodies of every kind: errors, unknown members, wrong shapes at any place. */
export function responseCases(names: Names): fc.Arbitrary<MergeCase> {
  const whole = mostly(
    fc.constant(null),
    junk.map((body) => ({ body })),
    40,
  );
  return fc
    .tuple(draftsOf(names), commandsOf(names), surroundings, whole)
    .map(([drafts, proper, { misshapen, hasCommands, ...members }, instead]) => {
      const commands = misshapen ?? commandsFor(drafts, proper);
      const body = { ...(hasCommands ? { commands } : {}), ...members };
      return onTheWire(instead === null ? { drafts, body } : { drafts, ...instead });
    });
}

/** As it is once it has been JSON: without `undefined` and without -0. */
function onTheWire(generated: MergeCase): MergeCase {
  return JSON.parse(JSON.stringify(generated)) as MergeCase;
}
