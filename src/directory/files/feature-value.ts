import type { FeatureValue } from '../../claims/facts.js';
import type { FeatureType } from '../../generated/prisma/client.js';

const LIST_LIMIT = 100;
const TEXT_LIMIT = 1_000;

/** Why a value does not fit a feature's type, or `undefined` where it does. The database checks the same. */
export function featureValueProblem(type: FeatureType, value: unknown): string | undefined {
  return isFeatureValue(type, value) ? undefined : `must be ${DESCRIPTIONS[type]}`;
}

const DESCRIPTIONS: Readonly<Record<FeatureType, string>> = {
  boolean: 'true or false',
  integer: 'a whole number within 2^53',
  string: `text of at most ${String(TEXT_LIMIT)} characters`,
  string_list: `a list of at most ${String(LIST_LIMIT)} texts`,
};

function isFeatureValue(type: FeatureType, value: unknown): value is FeatureValue {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'string':
      return isText(value);
    case 'string_list':
      return Array.isArray(value) && value.length <= LIST_LIMIT && value.every(isText);
  }
}

function isText(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= TEXT_LIMIT && value.isWellFormed() && !value.includes('\0')
  );
}

/** A value that was checked before. */
export function asFeatureValue(type: FeatureType, value: unknown): string | number | boolean | string[] {
  if (!isFeatureValue(type, value)) throw new TypeError(`the value of a ${type} feature was not checked`);
  return typeof value === 'object' ? [...value] : value;
}
