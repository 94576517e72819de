import { Type } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';

/** A list of objects of one class. */
export function IsListOf(type: () => new () => object): PropertyDecorator {
  return (target, property) => {
    IsArray({ message: 'must be a list' })(target, property);
    ValidateNested({ each: true, message: 'must be a list of objects' })(target, property);
    Type(type)(target, property);
  };
}

/** A member that may be left out; null is no way of doing so. */
export function MayBeLeftOut(): PropertyDecorator {
  return ValidateIf((_, value: unknown) => value !== undefined);
}

/** An object of one class. */
export function IsObjectOf(type: () => new () => object): PropertyDecorator {
  return (target, property) => {
    IsObject({ message: 'must be an object' })(target, property);
    ValidateNested({ message: 'must be an object' })(target, property);
    Type(type)(target, property);
  };
}

export function IsOneOf(words: readonly string[], options: ValidationOptions = {}): PropertyDecorator {
  return IsIn(words, { message: `must be one of ${words.join(', ')}`, ...options });
}

/** A list of different words out of some. */
export function IsListOfSome(words: readonly string[]): PropertyDecorator {
  return (target, property) => {
    IsUniqueList()(target, property);
    IsIn(words, { each: true, message: `every entry must be one of ${words.join(', ')}` })(target, property);
  };
}

/** A list of different names or ids. */
export function IsNameList(): PropertyDecorator {
  return (target, property) => {
    IsUniqueList()(target, property);
    IsName({ each: true })(target, property);
  };
}

function IsUniqueList(): PropertyDecorator {
  return (target, property) => {
    IsArray({ message: 'must be a list' })(target, property);
    ArrayUnique({ message: 'must not repeat an entry' })(target, property);
  };
}

export function IsActiveStatus(): PropertyDecorator {
  return IsOneOf(['ACTIVE', 'INACTIVE']);
}

export function IsTrueOrFalse(): PropertyDecorator {
  return IsBoolean({ message: 'must be true or false' });
}

/** A whole number within bounds, both included. */
export function IsIntegerFrom(min: number, max: number): PropertyDecorator {
  const message = `must be a whole number from ${String(min)} to ${String(max)}`;
  return (target, property) => {
    IsInt({ message })(target, property);
    Min(min, { message })(target, property);
    Max(max, { message })(target, property);
  };
}

/** Text that a pattern describes. */
export function IsTextLike(
  pattern: RegExp,
  { wanted, ...options }: ValidationOptions & { readonly wanted: string },
): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isTextLike',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && pattern.test(value),
        defaultMessage: () => `must be ${wanted}`,
      },
    },
    options,
  );
}

/** An id such as Okta's: it stands in URLs and claims. */
export function IsOktaId(): PropertyDecorator {
  return IsTextLike(/^[\w.-]{1,100}$/, { wanted: 'an id of 1 to 100 letters, digits, "_", "." and "-"' });
}

/** A name that people read: one line. */
export function IsName(options: ValidationOptions = {}): PropertyDecorator {
  return IsTextLike(/^(?=.*\S)[^\p{Cc}]{1,255}$/u, {
    wanted: 'text of 1 to 255 characters on one line',
    ...options,
  });
}

/** Text that people read: it may have several lines. */
export function IsText(): PropertyDecorator {
  return IsTextLike(/^(?:[^\p{Cc}]|[\n\t]){0,1024}$/u, { wanted: 'text of at most 1024 characters' });
}

/** Schemes that would run in the page that redirects. */
const RUNNING_SCHEMES: ReadonlySet<string> = new Set(['javascript:', 'data:', 'vbscript:']);

/** In ASCII, as every URI is (RFC 3986): others could not stand in a `Location` header. */
function isRedirectUri(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 2_048 || !/^(?:(?![#*])[!-~])+$/.test(value)) return false;
  return URL.canParse(value) && !RUNNING_SCHEMES.has(new URL(value).protocol);
}

/** Absolute URIs that are redirection targets: without a fragment (RFC 6749, section 3.1.2). */
export function IsRedirectUriList(): PropertyDecorator {
  return (target, property) => {
    IsUniqueList()(target, property);
    ValidateBy(
      {
        name: 'isRedirectUri',
        validator: {
          validate: isRedirectUri,
          defaultMessage: () => 'every entry must be an absolute URI without a fragment',
        },
      },
      { each: true },
    )(target, property);
  };
}

/** An ISO 8601 instant with an offset. */
export function IsInstant(): PropertyDecorator {
  return ValidateBy({
    name: 'isInstant',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' &&
        /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
        !Number.isNaN(Date.parse(value)),
      defaultMessage: () => 'must be an instant with an offset, such as 2026-11-22T10:00:00Z',
    },
  });
}
