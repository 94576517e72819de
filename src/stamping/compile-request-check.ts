import { Ajv } from 'ajv';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import type { TokenHookRequest } from '../okta/token-hook-request.js';
import { TOKEN_HOOK_REQUEST_CLASSES, TokenHookRequestDto } from './token-hook-request.dto.js';

type Schema = Readonly<Record<string, unknown>>;

/** Whether a parsed body has the shape of a token hook request, as far as Mintmark reads it. Nothing is coerced. */
export type RequestCheck = (body: unknown) => body is TokenHookRequest;

/**
 * Compiles the request class to a JSON Schema and that to code. The check looks only at the members that the class
 * names, so its cost does not grow with what a caller adds.
 */
export function compileRequestCheck(): RequestCheck {
  // The schema is always the same one and checked by a test: at each start that would take as long as compiling it.
  const ajv = new Ajv({
    coerceTypes: false,
    allErrors: false,
    strict: true,
    meta: false,
    validateSchema: false,
  });
  const validate = ajv.compile(requestSchema());
  return (body): body is TokenHookRequest => validate(body);
}

/** The JSON Schema of the request class. */
export function requestSchema(): Schema {
  const options = {
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: '#/definitions/',
  };
  // By class, not from all metadata at once: those are keyed by name, and other files have classes of the same names.
  const schemas = TOKEN_HOOK_REQUEST_CLASSES.map(
    (type) => [type.name, withNullableOptions(targetConstructorToSchema(type, options) as Schema)] as const,
  );
  const definitions: Readonly<Record<string, Schema>> = Object.fromEntries(schemas);
  return { ...definitions[TokenHookRequestDto.name], definitions };
}

/** class-validator's `@IsOptional` takes null for absent; the generated schema has to say so. */
function withNullableOptions(schema: Schema): Schema {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema['required'] ?? []) as readonly string[];
  const entries = Object.entries(properties).map(([name, property]) =>
    required.includes(name) ? [name, property] : [name, { anyOf: [property, { type: 'null' }] }],
  );
  return { ...schema, properties: Object.fromEntries(entries) as unknown };
}
