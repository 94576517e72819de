import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Database } from '../database/database.js';
import { applyDirectory } from '../directory/files/apply-directory.js';
import { readDirectoryFile, type DirectoryFile } from '../directory/files/read-directory-file.js';

/** The examples, the same distance away from the sources and from what is built. */
export const EXAMPLES_FOLDER = fileURLToPath(new URL('../../examples/', import.meta.url));

/** The payload that the printed command sends, below the examples. */
export const SAMPLE_PAYLOAD = 'payloads/request_01_authorization_code_user.json';

const ENDING_SUBSCRIPTION = 'sub-green-starter';
const ENDING_AFTER_MS = 30 * 60 * 1000;

/** A database that holds somebody's data is not for playing. */
export class NotAPlaygroundError extends Error {
  readonly code = 'REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'NotAPlaygroundError';
  }
}

/**
 * The sample directory of `examples/directory.yaml`, with the one subscription that ends half an hour after the start.
 *
 * @param now the start, in milliseconds since the epoch
 */
export async function readSampleDirectory(now: number): Promise<DirectoryFile> {
  const path = `${EXAMPLES_FOLDER}directory.yaml`;
  const file = readDirectoryFile('examples/directory.yaml', await readFile(path, 'utf8'));
  const subscriptions = file.content.tenants.flatMap((tenant) => tenant.subscriptions);
  const ending = subscriptions.find(({ id }) => id === ENDING_SUBSCRIPTION);
  if (ending !== undefined) ending.until = new Date(now + ENDING_AFTER_MS).toISOString();
  return file;
}

/**
 * Lets each issuer speak under the mini authorization server's URL, too: `https://login.acme.example/oauth2/aus…` is also
 * `{url}/oauth2/aus…`.
 */
export function addIssuerAliases({ content }: DirectoryFile, authorizationServerUrl: string): void {
  for (const issuer of content.orgs.flatMap(({ issuers }) => issuers)) {
    issuer.aliases = [...issuer.aliases, `${authorizationServerUrl}${new URL(issuer.uri).pathname}`];
  }
}

/**
 * Loads a sample directory into a database that is empty or holds the sample already.
 *
 * @throws NotAPlaygroundError where the database holds anything else
 */
export async function loadSampleDirectory(database: Database, file: DirectoryFile): Promise<void> {
  const samples = new Set(file.content.orgs.map(({ id, url }) => JSON.stringify([id, url])));
  const orgs = await database.prisma.org.findMany({ select: { id: true, url: true } });
  const tenants = await database.prisma.tenant.count();
  const isForeign = orgs.some(({ id, url }) => !samples.has(JSON.stringify([id, url])));
  if (isForeign || (orgs.length === 0 && tenants > 0)) {
    throw new NotAPlaygroundError(
      'The database holds a directory that is not the sample: the playground would mix its own into it. ' +
        'Unset DATABASE_URL, or name an empty database.',
    );
  }
  await applyDirectory(database, file);
}
