import { mkdir } from 'node:fs/promises';
import { PrismaClient } from '../generated/prisma/client.js';
import type { Database, DatabaseRow } from './database.js';
import { lockFolder } from './folder-lock.js';

/**
 * Opens the embedded engine (PGlite: PostgreSQL compiled to WebAssembly) on a folder, which it creates. For trying out
 * only: one connection, no fsync. The folder is locked for this process; PGlite itself would let two write at once.
 *
 * @throws FolderInUseError where another process has the folder
 */
export async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    const engine = await startEngine(folder);
    return {
      ...engine,
      close: async () => {
        await engine.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The packages are loaded here, so that a production image can leave them out. */
async function startEngine(folder: string): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  const { btree_gist: btreeGist } = await import('@electric-sql/pglite/contrib/btree_gist');
  const { PrismaPGlite } = await import('pglite-prisma-adapter');
  const pglite = await PGlite.create(folder, { extensions: { btree_gist: btreeGist } });
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite), errorFormat: 'minimal' });
  return {
    engine: 'embedded',
    prisma,
    query: async (sql, parameters) => (await pglite.query<DatabaseRow>(sql, [...parameters])).rows,
    withScripts: (work) => work(async (sql) => (await pglite.exec(sql)).at(-1)?.rows ?? []),
    listen: async (channels, { onNotice }) => {
      const unlisten = await Promise.all(
        channels.map((channel) =>
          pglite.listen(channel, (payload) => {
            onNotice(channel, payload);
          }),
        ),
      );
      return {
        send: null,
        close: async () => {
          for (const end of unlisten) await end();
        },
      };
    },
    pool: () => null,
    close: async () => {
      await prisma.$disconnect();
      // Disconnecting leaves the engine open.
      await pglite.close();
    },
  };
}
