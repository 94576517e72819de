import { ExpressionError } from '../expression.js';
import type { ExpressionGroup } from '../expression-group.js';
import { fixed, NAME, NAMES, variadic, type Functions, type Parameter } from '../parameters.js';
import { isRecord } from '../values.js';
import { personsGroups } from './persons-groups.js';

/** A part of what `user.getGroups` looks for. */
const CRITERION: Parameter<Readonly<Record<string, unknown>>> = {
  wanted: "{'group.…': names}",
  read: (value) => (isRecord(value) ? value : undefined),
};

/** `user.…()`: null without a person. */
export const USER_FUNCTIONS: Functions = {
  'user.getInternalProperty': fixed([NAME], ([name], { person }) => {
    if (name !== 'id' && name !== 'status') throw new ExpressionError('a user has no such internal property');
    return person === null ? null : person[name];
  }),
  'user.getGroups': variadic([CRITERION], CRITERION, ([first], others, scope) => {
    const tests = [first, ...others].map(groupTest);
    return scope.person === null
      ? null
      : personsGroups(scope).filter((group) => tests.every((isMeant) => isMeant(group)));
  }),
};

type GroupTest = (group: ExpressionGroup) => boolean;

/** What a criterion can look at; only names can be looked for by their beginnings (section 8). */
const KEYS: Readonly<Record<string, (group: ExpressionGroup) => string | undefined>> = {
  'group.id': ({ id }) => id,
  'group.type': ({ type }) => type,
  'group.source.id': ({ source }) => source?.id,
  'group.profile.name': ({ name }) => name,
};

/** Any of the values will do. */
function groupTest({ operator, ...criterion }: Readonly<Record<string, unknown>>): GroupTest {
  const [[key, value] = ['', null], ...others] = Object.entries(criterion);
  const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (read === undefined || others.length > 0) {
    throw new ExpressionError(`a criterion of user.getGroups has one of ${Object.keys(KEYS).join(', ')}`);
  }
  const isMatch = comparison(key, operator);
  const wanted = NAMES.read(value);
  if (wanted === undefined)
    throw new ExpressionError(`${key} of user.getGroups is a text or a list of texts`);
  return (group) => {
    const own = read(group);
    return own !== undefined && wanted.some((item) => isMatch(own, item));
  };
}

function comparison(key: string, operator: unknown): (own: string, wanted: string) => boolean {
  const isOfNames = key === 'group.profile.name';
  switch (operator ?? (isOfNames ? 'STARTS_WITH' : 'EXACT')) {
    case 'EXACT':
      return (own, wanted) => own === wanted;
    case 'STARTS_WITH':
      if (isOfNames) return (own, wanted) => own.startsWith(wanted);
  }
  throw new ExpressionError('the operator of user.getGroups is EXACT, or for names STARTS_WITH');
}
