import type { AdminCall } from './test-admin.js';

export type Schema = Readonly<Record<string, unknown>>;

/** One operation of an OpenAPI document. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly isPublic: boolean;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly { readonly name: string; readonly schema: Schema }[];
  readonly headers: readonly string[];
  /** Absent where the operation has no body. */
  readonly body: Schema | undefined;
  readonly statuses: readonly number[];
  /** What 200 or 201 answers with; absent where that has no JSON. */
  readonly answer: Schema | undefined;
}

export interface ApiDescription {
  readonly operations: readonly DescribedOperation[];
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Reads the description that a running service gives of itself. */
export async function readDescription(call: AdminCall): Promise<ApiDescription> {
  const { body } = await call('GET', '/v1/openapi.json', { token: null });
  const { paths, components } = body as {
    paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
    components: { schemas: Readonly<Record<string, Schema>> };
  };
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, raw]) => describe(path, method.toUpperCase(), raw)),
  );
  return { operations, schemas: components.schemas };
}

interface RawOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>;
}

interface Content {
  readonly schema: Schema;
}

function describe(path: string, method: string, raw: RawOperation): DescribedOperation {
  const named = (place: string) => raw.parameters.filter((parameter) => parameter.in === place);
  const [content] = Object.values(raw.requestBody?.content ?? {});
  return {
    ...{ id: raw.operationId, method, path, tag: raw.tags[0] ?? '' },
    isPublic: raw.security !== undefined,
    pathParameters: named('path').map(({ name }) => name),
    queryParameters: named('query'),
    headers: named('header').map(({ name }) => name),
    body: content?.schema,
    statuses: Object.keys(raw.responses).map(Number),
    answer: (raw.responses['200'] ?? raw.responses['201'])?.content?.['application/json']?.schema,
  };
}

/** The path of an operation with values for its parameters. */
export function filledPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'none'));
}
