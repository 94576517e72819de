import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isId } from '../../claims/identifiers.js';
import { isInheritedName } from '../../config/yaml-file.js';

/** An id: see `isId`. */
export function IsDirectoryId(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isDirectoryId',
      validator: {
        validate: (value: unknown) => isId(value),
        defaultMessage: () =>
          'must be 1 to 255 characters of text, without control characters or outer white space',
      },
    },
    options,
  );
}

/** An id that can also be the name of a member: plans and entitlements hold values under it. */
export function IsFeatureId(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isFeatureId',
      validator: {
        validate: (value: unknown) => isId(value) && !isInheritedName(value),
        defaultMessage: () =>
          'must be 1 to 255 characters of text, without control characters or outer white space, and no name such as ' +
          '"constructor" that every object has',
      },
    },
    options,
  );
}

/** The longest name, login or label, in characters. */
const LINE_LIMIT = 255;

/** Whether a value is text of one line: 1 to 255 characters, not all of them white space, no control characters. */
export function isLine(value: unknown): value is string {
  return isWellFormedText(value, LINE_LIMIT) && value.trim() !== '' && !/\p{Cc}/u.test(value);
}

/** Text of one line: see `isLine`. */
export function IsLine(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isLine',
      validator: {
        validate: isLine,
        defaultMessage: () => 'must be text of 1 to 255 characters, without control characters',
      },
    },
    options,
  );
}

/** The longest text that people read, in characters. */
const TEXT_LIMIT = 1_000;

/** Text that may have several lines: at most 1,000 characters, and not only white space where one is needed. */
export function IsText({
  atLeast,
  ...options
}: ValidationOptions & { readonly atLeast: 0 | 1 }): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isText',
      validator: {
        validate: (value: unknown) =>
          isWellFormedText(value, TEXT_LIMIT) &&
          value.trim().length >= atLeast &&
          !/[^\P{Cc}\n\t]/u.test(value),
        defaultMessage: () =>
          `must be text of ${String(atLeast)} to ${String(TEXT_LIMIT)} characters, without control characters`,
      },
    },
    options,
  );
}

function isWellFormedText(value: unknown, limit: number): value is string {
  return typeof value === 'string' && value.length <= limit && value.isWellFormed();
}

// An instant names its offset: "2026-11-22" or "2026-11-22T10:00" would mean something else on another machine.
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is an ISO 8601 instant with an offset, on the calendar, in the years 1 to 9999. */
export function isInstant(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, year, month, day] = (INSTANT.exec(value) ?? []).map(Number);
  const instant = new Date(value);
  const utcYear = instant.getUTCFullYear();
  return isOnCalendar({ year, month, day }) && utcYear >= 1 && utcYear <= 9999;
}

/** `Date` reads the 30th of February as the 2nd of March. */
function isOnCalendar({ year = NaN, month = NaN, day = NaN }: Partial<Record<string, number>>): boolean {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** An ISO 8601 instant with an offset. */
export function IsInstant(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: isInstant,
        defaultMessage: () => 'must be an instant with an offset, such as 2026-11-22T10:00:00Z',
      },
    },
    options,
  );
}

/** An https URI as an issuer has it: no query, no fragment, no slash at the end; or an origin alone. */
export function IsHttpsUri(
  options: ValidationOptions & { readonly originOnly?: boolean } = {},
): PropertyDecorator {
  const { originOnly = false, ...rest } = options;
  const wanted = originOnly
    ? 'https://host'
    : 'https://host/path, without query, fragment or a slash at the end';
  return ValidateBy(
    {
      name: 'isHttpsUri',
      validator: {
        validate: (value: unknown) => isHttpsUri(value, originOnly),
        defaultMessage: () => `must be a URI of the form ${wanted}`,
      },
    },
    rest,
  );
}

function isHttpsUri(value: unknown, originOnly: boolean): boolean {
  if (typeof value !== 'string' || value.length > 1024 || !URL.canParse(value)) return false;
  const { protocol, origin, search, hash } = new URL(value);
  if (!value.startsWith('https://')) return false;
  if (protocol !== 'https:' || search !== '' || hash !== '' || /[\s?#]|\/$/.test(value)) return false;
  return !originOnly || value.toLowerCase() === origin;
}
