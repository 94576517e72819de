import { ADMIN_SCOPES } from '../caller/admin-rights.js';
import { createAdminToken, findAdminToken } from '../caller/admin-tokens.js';
import type { Database } from '../database/database.js';
import { readEarlierSecret } from './playground-files.js';

/** A token that may do everything. That of an earlier start stays valid, so that what was copied goes on working. */
export async function ensureAdminToken(
  database: Database,
  { folder, now }: { readonly folder: string; readonly now: Date },
): Promise<string> {
  const earlier = await readEarlierSecret(folder, 'adminToken');
  if (earlier !== undefined && (await findAdminToken(database, earlier, now)) !== undefined) return earlier;
  const terms = { label: 'playground', scopes: ADMIN_SCOPES, expiresAt: null };
  const { token } = await createAdminToken(database, terms, {
    actor: 'playground',
    rights: 'everything',
    now,
  });
  return token;
}
