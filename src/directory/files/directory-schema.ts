import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { DirectoryFileDto } from './directory-file.dto.js';

/** A JSON Schema (draft 7, which editors know best), or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type SchemaClass = new () => object;

const ID = {
  type: 'string',
  ...{ minLength: 1, maxLength: 255, pattern: '^(?!\\s)[^\\u0000-\\u001f\\u007f-\\u009f]*(?<!\\s)$' },
} as const;

/** What the validators of our own mean, by their names; never more than they demand. */
const CONVERTERS = {
  isDirectoryId: ID,
  isFeatureId: ID,
  isLine: { type: 'string', minLength: 1, maxLength: 255, pattern: '\\S' },
  isText: { type: 'string', maxLength: 1000 },
  isInstant: {
    type: 'string',
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,3})?)?(?:Z|[+-]\\d{2}:\\d{2})$',
  },
  isHttpsUri: { type: 'string', pattern: '^https://[^\\s?#]*[^\\s?#/]$', maxLength: 1024 },
} as const;

/** The JSON Schema of a directory file, out of the classes that check one: editors complete and check by it. */
export function directorySchema(): JsonSchema {
  const definitions = new Map<string, JsonSchema>();
  define(DirectoryFileDto, definitions);
  const { [nameOf(DirectoryFileDto)]: root, ...others } = Object.fromEntries(definitions);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A directory of Mintmark',
    description: 'For "mintmark apply". What a file does not name stays as it is.',
    ...root,
    definitions: Object.fromEntries(Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function nameOf(type: SchemaClass): string {
  return type.name.replace(/Dto$/, '');
}

/** Describes a class, and every class in it. */
function define(type: SchemaClass, definitions: Map<string, JsonSchema>): JsonSchema {
  const name = nameOf(type);
  if (!definitions.has(name)) {
    definitions.set(name, {});
    definitions.set(name, describe(type, definitions));
  }
  return { $ref: `#/definitions/${name}` };
}

function describe(type: SchemaClass, definitions: Map<string, JsonSchema>): JsonSchema {
  const raw = targetConstructorToSchema(type, {
    additionalConverters: CONVERTERS,
    classTransformerMetadataStorage: defaultMetadataStorage,
  }) as JsonSchema;
  const defaults = new Map<string, unknown>(Object.entries(new type()));
  const required = (raw['required'] ?? []) as readonly string[];
  const needed = required.filter((property) => defaults.get(property) === undefined);
  const members = Object.entries((raw['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const properties = members.map(([property, schema]) => {
    const described = refer(type, property, schema, definitions);
    if (needed.includes(property)) return [property, described];
    const fallback = defaults.get(property);
    return [property, fallback === undefined ? orNull(described) : { ...described, default: fallback }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as unknown,
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: false,
  };
}

/** Members that hold other classes are all lists. */
function refer(
  type: SchemaClass,
  property: string,
  { not: _not, ...schema }: JsonSchema,
  definitions: Map<string, JsonSchema>,
): JsonSchema {
  const nested = defaultMetadataStorage.findTypeMetadata(type, property)?.typeFunction() as
    SchemaClass | undefined;
  return nested === undefined ? schema : { ...schema, items: define(nested, definitions) };
}

/** A member that may be left out may be left empty, too. */
function orNull({ description, ...schema }: JsonSchema): JsonSchema {
  return { ...(description === undefined ? {} : { description }), anyOf: [schema, { type: 'null' }] };
}
