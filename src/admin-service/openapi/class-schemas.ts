import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { DocumentType } from '../requests/validate-document.js';

export type Schema = Readonly<Record<string, unknown>>;

const ID = { type: 'string', minLength: 1, maxLength: 255 } as const;
const HTTPS_URI = { type: 'string', format: 'uri', pattern: '^https://', maxLength: 1024 } as const;

/** What the validators of our own mean in JSON Schema, by their names. */
const CONVERTERS = {
  isDirectoryId: ID,
  isFeatureId: ID,
  isLine: { type: 'string', minLength: 1, maxLength: 255 },
  isText: { type: 'string', maxLength: 1000 },
  isInstant: { type: 'string', format: 'date-time' },
  isHttpsUri: HTTPS_URI,
  isHeaderName: { type: 'string', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$" },
} as const;

const REFERENCE = '#/components/schemas/';

/** The schemas of classes, by the names under which they are described. */
export class ClassSchemas {
  readonly #schemas = new Map<string, Schema>();
  readonly #names = new Map<DocumentType, string>();

  /** A reference to the schema of a class, and of every class in it. */
  reference(type: DocumentType): Schema {
    return { $ref: `${REFERENCE}${this.#nameOf(type)}` };
  }

  /** The schema of a class itself. */
  schemaOf(type: DocumentType): Schema {
    return this.#schemas.get(this.#nameOf(type)) ?? {};
  }

  /** Adds a schema that no class describes, or that differs from its class. */
  add(name: string, schema: Schema): Schema {
    this.#schemas.set(name, schema);
    return { $ref: `${REFERENCE}${name}` };
  }

  all(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #nameOf(type: DocumentType): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const name = this.#freeName(type.name.replace(/Dto$/, ''));
    this.#names.set(type, name);
    this.#schemas.set(name, {});
    this.#schemas.set(name, this.#make(type));
    return name;
  }

  /** Two classes may have one name: a binding by itself, and one that is part of a client. */
  #freeName(name: string): string {
    return this.#schemas.has(name) ? this.#freeName(`Own${name}`) : name;
  }

  #make(type: DocumentType): Schema {
    const raw = targetConstructorToSchema(type, {
      additionalConverters: CONVERTERS,
      classTransformerMetadataStorage: defaultMetadataStorage,
      refPointerPrefix: REFERENCE,
    }) as Schema;
    const defaults = new Map(Object.entries(new type()));
    const required = (raw['required'] ?? []) as readonly string[];
    const properties = Object.entries((raw['properties'] ?? {}) as Readonly<Record<string, Schema>>).map(
      ([name, schema]) => {
        const resolved = this.#resolved(type, name, schema);
        const fallback: unknown = defaults.get(name);
        const isOptional = !required.includes(name);
        const withDefault = isPlain(fallback) ? { ...resolved, default: fallback } : resolved;
        return [name, isOptional ? nullable(withDefault) : withDefault] as const;
      },
    );
    const needed = required.filter((name) => defaults.get(name) === undefined);
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(needed.length === 0 ? {} : { required: needed }),
      additionalProperties: false,
    };
  }

  /** The library refers to classes by their names: two of one name are told apart here. */
  #resolved(type: DocumentType, property: string, schema: Schema): Schema {
    const nested = defaultMetadataStorage.findTypeMetadata(type, property)?.typeFunction() as
      DocumentType | undefined;
    if (nested === undefined) return withoutNoise(schema);
    const reference = this.reference(nested);
    const { $ref: _reference, items, ...rest } = withoutNoise(schema);
    if (schema['type'] === 'array' || items !== undefined)
      return { ...rest, type: 'array', items: reference };
    return { ...rest, ...reference };
  }
}

/** `not: null` beside nothing else says that a member has to be there, which `required` says already. */
function withoutNoise({ not: _not, ...schema }: Schema): Schema {
  return schema;
}

function isPlain(value: unknown): boolean {
  return value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value));
}

/** A member that may be left out may also be null. */
function nullable(schema: Schema): Schema {
  const { type, enum: words } = schema;
  if (typeof type === 'string') {
    const withNull = Array.isArray(words) ? { enum: [...(words as readonly unknown[]), null] } : {};
    return { ...schema, ...withNull, type: [type, 'null'] };
  }
  return schema['$ref'] === undefined ? schema : { anyOf: [schema, { type: 'null' }] };
}
