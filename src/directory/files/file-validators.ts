import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isId } from '../../claims/identifiers.js';

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

// An instant names its offset: "2026-11-22" or "2026-11-22T10:00" would mean something else on another machine.
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is an ISO 8601 instant with an offset, and on the calendar. */
export function isInstant(value: unknown): value is string {
  return typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
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
  if (protocol !== 'https:' || search !== '' || hash !== '' || /[\s?#]|\/$/.test(value)) return false;
  return !originOnly || value.toLowerCase() === origin;
}
