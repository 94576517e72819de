import type { Database } from '../../src/database/database.js';
import { openPostgresql } from '../../src/database/open-postgresql.js';
import { createDatabase } from './postgres-server.js';
import { onTeardown } from './teardown.js';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
}

/** The server that the whole run shares. */
export function postgresUrl(): string {
  const url = process.env['TEST_POSTGRES_URL'];
  if (url === undefined) throw new Error('TEST_POSTGRES_URL is not set: run the tests with "npm test"');
  return url;
}

/** A migrated PostgreSQL database of the test file's own; closed and dropped when the file is done. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const created = await createDatabase(postgresUrl(), { template: 'mintmark_template' });
  const database = await openPostgresql(created.url, { poolSize: 5, timeoutMs: 10_000 });
  onTeardown(async () => {
    await database.close();
    await created.drop();
  });
  return { url: created.url, database };
}
