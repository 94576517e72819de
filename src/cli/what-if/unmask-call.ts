import type { Database } from '../../database/database.js';
import type { DirectoryFile } from '../../directory/files/read-directory-file.js';
import { rowsOfFiles } from '../../directory/files/rows-of-files.js';
import { Pseudonyms } from '../../invocations/pseudonyms.js';

type Queryable = Pick<Database, 'query'>;

/** Ids that a recorded call may name, by their pseudonyms. */
export type KnownIds = ReadonlyMap<string, string>;

/** Rows that are read at once. */
const PAGE = 10_000;

const PSEUDONYM = /\b(?:user|tenant|token)-[0-9a-f]{20}\b/g;

/**
 * Whom pseudonyms stand for, of those whom a directory knows or files name: with the key of the recordings, and nobody else. It is as
 * large as the directory has users and tenants.
 */
export async function readKnownIds(
  database: Queryable,
  files: readonly DirectoryFile[],
  key: string,
): Promise<KnownIds> {
  const pseudonyms = new Pseudonyms(key);
  const known = new Map<string, string>();
  const { users, tenants } = rowsOfFiles(files);
  for (const { row } of users) known.set(pseudonyms.of('user', row.id), row.id);
  for (const { row } of tenants) known.set(pseudonyms.of('tenant', row.id), row.id);
  for await (const id of usersOf(database)) known.set(pseudonyms.of('user', id), id);
  for await (const id of tenantsOf(database)) known.set(pseudonyms.of('tenant', id), id);
  return known;
}

async function* usersOf(source: Queryable): AsyncGenerator<string> {
  let [orgId, id] = ['', ''];
  for (;;) {
    const rows = await source.query(
      `SELECT org_id, id FROM mintmark_facts_users WHERE (org_id, id) > ($1::text, $2::text)
       ORDER BY org_id, id LIMIT ${String(PAGE)}`,
      [orgId, id],
    );
    for (const row of rows) yield (id = String(row['id']));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    orgId = String(last['org_id']);
  }
}

async function* tenantsOf(source: Queryable): AsyncGenerator<string> {
  let id = '';
  for (;;) {
    const rows = await source.query(
      `SELECT id FROM mintmark_facts_tenants WHERE id > $1::text ORDER BY id LIMIT ${String(PAGE)}`,
      [id],
    );
    for (const row of rows) yield (id = String(row['id']));
    if (rows.length < PAGE) return;
  }
}

/** A recorded payload with the ids in it that are known; other pseudonyms stay. */
export function unmask(payload: unknown, known: KnownIds): unknown {
  if (typeof payload === 'string') return unmaskText(payload, known);
  if (typeof payload !== 'object' || payload === null) return payload;
  if (Array.isArray(payload)) return payload.map((entry: unknown) => unmask(entry, known));
  return Object.fromEntries(
    Object.entries(payload).map(
      ([name, member]: readonly [string, unknown]) =>
        [unmaskText(name, known), unmask(member, known)] as const,
    ),
  );
}

/** In a URL the hint is a parameter. */
function unmaskText(text: string, known: KnownIds): string {
  const isUrl = text.startsWith('https://');
  return text.replace(PSEUDONYM, (pseudonym) => {
    const id = known.get(pseudonym) ?? pseudonym;
    return isUrl ? encodeURIComponent(id) : id;
  });
}

/** Whose choices are remembered. */
export interface Chooser {
  readonly orgId: string;
  readonly userId: string;
  readonly clientId: string;
}

/** Refresh tokens that a tenant is remembered for, by their pseudonyms. */
export async function readRememberedTokens(
  source: Queryable,
  { orgId, userId, clientId }: Chooser,
  key: string,
): Promise<KnownIds> {
  const pseudonyms = new Pseudonyms(key);
  const rows = await source.query(
    `SELECT DISTINCT refresh_token_jti AS jti FROM remembered_choices
     WHERE org_id = $1 AND user_id = $2 AND client_id = $3 LIMIT ${String(PAGE)}`,
    [orgId, userId, clientId],
  );
  return new Map(rows.map(({ jti }) => [pseudonyms.of('token', String(jti)), String(jti)]));
}
