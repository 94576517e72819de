import { describe, expect, it } from '@jest/globals';
import { FACTS_QUERY } from '../../src/directory/facts/facts-query.js';
import { USER, userCall } from '../support/calls.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestHook } from '../support/test-hook.js';

/** A database whose lookups of facts fail, so many of them. */
async function failingDatabase(failures: number): Promise<TestDatabase & { readonly failed: () => number }> {
  const { url, database } = await createTestDatabase();
  let failed = 0;
  const query: typeof database.query = (sql, parameters) => {
    if (sql !== FACTS_QUERY || failed >= failures) return database.query(sql, parameters);
    failed += 1;
    return Promise.reject(new Error('timeout exceeded when trying to connect'));
  };
  return { url, database: { ...database, query }, failed: () => failed };
}

describe('the start of the service', () => {
  it('tries the first lookups once more, since a busy thread may have let their time pass', async () => {
    const { failed, ...database } = await failingDatabase(5);
    const hook = await startTestHook({ database });
    expect(failed()).toBe(5);
    const { status, body } = await hook.send(userCall({ user: USER.eli }));
    expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('/claims/mintmark')]);
  });

  it('fails where they fail again', async () => {
    const { failed, ...database } = await failingDatabase(Number.POSITIVE_INFINITY);
    await expect(startTestHook({ database })).rejects.toThrow('the directory could not be read');
    expect(failed()).toBeGreaterThan(5);
  });
});
