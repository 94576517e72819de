import { startAdminService, type AdminService } from '../../src/admin-service/start.js';
import { createAdminToken } from '../../src/caller/admin-tokens.js';
import { readAdminConfiguration, type AdminConfiguration } from '../../src/config/admin-configuration.js';
import type { Database } from '../../src/database/database.js';
import { createLogger } from '../../src/operations/logger.js';
import { NOW } from './test-hook.js';
import { onTeardown } from './teardown.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; text where the answer is none, and undefined where it is empty. */
  readonly body: unknown;
}

export interface AdminCallOptions {
  /** The token of `everything` where not given; null for none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export type AdminCall = (method: string, path: string, options?: AdminCallOptions) => Promise<AdminAnswer>;

export interface TestAdmin {
  readonly service: AdminService;
  readonly database: Database;
  readonly databaseUrl: string;
  /** A token with every scope, for everything. */
  readonly everything: string;
  readonly call: AdminCall;
  /** Makes a token with these scopes. */
  tokenFor(...scopes: readonly string[]): Promise<string>;
  logs(): readonly Readonly<Record<string, unknown>>[];
}

export interface TestAdminOptions {
  readonly configuration?: Partial<AdminConfiguration>;
  readonly database?: TestDatabase;
  readonly now?: () => number;
}

const EVERYTHING = ['directory:read', 'directory:write', 'mappings:write', 'credentials:write'];

/** The admin API over plain HTTP on a free port of loopback, on real PostgreSQL, with a fixed clock. */
export async function startTestAdmin(options: TestAdminOptions = {}): Promise<TestAdmin> {
  const { database, url: databaseUrl } = options.database ?? (await createTestDatabase());
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'debug', hashKey: 'k'.repeat(16) },
    { write: (line) => void lines.push(line) },
  );
  const service = await startAdminService({
    configuration: { ...testAdminConfiguration(), ...options.configuration },
    ...{ tls: null, database, logger, now: options.now ?? (() => NOW) },
  });
  onTeardown(() => service.close());
  const tokenFor: TestAdmin['tokenFor'] = async (...scopes) => {
    const terms = { label: 'test', scopes, expiresAt: null };
    const issuer = { actor: 'cli:test', rights: 'everything', now: new Date(NOW - 1000) } as const;
    return (await createAdminToken(database, terms, issuer)).token;
  };
  const everything = await tokenFor(...EVERYTHING);
  return {
    ...{ service, database, databaseUrl, everything, tokenFor },
    call: (method, path, { token = everything, headers = {}, body } = {}) =>
      adminCall(service.url, { method, path, headers: { ...authorization(token), ...headers }, body }),
    logs: () => lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
  };
}

/** Free ports on loopback, and defaults besides. */
export function testAdminConfiguration(): AdminConfiguration {
  return readAdminConfiguration({
    MINTMARK_ADMIN_PORT: '0',
    MINTMARK_ADMIN_OPS_PORT: '0',
    MINTMARK_DRAIN_SECONDS: '0',
  });
}

function authorization(token: string | null): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

interface AdminRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

async function adminCall(url: string, { method, path, headers, body }: AdminRequest): Promise<AdminAnswer> {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': contentType }), ...headers },
    ...sent,
  });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  const parsed: unknown = isJson ? JSON.parse(text) : text === '' ? undefined : text;
  return { status: response.status, headers: response.headers, body: parsed };
}
