import { register } from 'node:module';

register('./typescript-loader.mjs', import.meta.url);

/** One real PostgreSQL for the whole run, with a migrated template that every test database is copied from. */
export default async function globalSetup() {
  const { startPostgresServer, createDatabase } = await import('./postgres-server.ts');
  const { openPostgresql } = await import('../../src/database/open-postgresql.ts');
  const { migrate } = await import('../../src/database/migrations.ts');
  const server = await startPostgresServer();
  globalThis.mintmarkTestServer = server;
  const template = await createDatabase(server.superuserUrl, { name: 'mintmark_template' });
  const database = await openPostgresql(template.url, { poolSize: 1, timeoutMs: 30_000 });
  await migrate(database);
  await database.close();
  process.env.TEST_POSTGRES_URL = server.superuserUrl;
}
