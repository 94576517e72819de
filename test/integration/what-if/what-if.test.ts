import { describe, expect, it } from '@jest/globals';
import { ChangedDirectory } from '../../../src/cli/what-if/changed-directory.js';
import { sumUpCalls } from '../../../src/cli/what-if/sum-up-calls.js';
import { openWhatIf, type WhatIf, type WhatIfOptions } from '../../../src/cli/what-if/what-if.js';
import { UsageError } from '../../../src/cli/cli-context.js';
import { applyDirectory } from '../../../src/directory/files/apply-directory.js';
import { DirectoryRefusedError } from '../../../src/directory/files/directory-fault.js';
import { readDirectoryFiles } from '../../../src/directory/files/read-directory-file.js';
import { eachInvocation } from '../../../src/invocations/read-invocations.js';
import { CLIENT, ISSUER, machineCall, USER, userCall } from '../../support/calls.js';
import { examplePayload, withMembers } from '../../support/payloads.js';
import { pseudonyms, recordCalls, RECORDING_KEY } from '../../support/recorded-calls.js';
import { onTeardown } from '../../support/teardown.js';
import { createTestDatabase } from '../../support/test-database.js';
import { NOW } from '../../support/test-hook.js';

const made = await createTestDatabase();
const { database } = made;
const JTI = 'oar9z8y7XwVuTsRq1d7';
const HINTED = userCall({ user: USER.fay, query: 'tenant=green' });
const CHOOSING = withMembers(HINTED, { 'data.refresh_token': { jti: JTI } });
const REFRESHING = withMembers(userCall({ user: USER.fay }), {
  'data.context.protocol.request.grant_type': 'refresh_token',
  'data.context.protocol.originalGrant': { refresh_token: { jti: JTI } },
});
await recordCalls(made, [
  userCall({ user: USER.eli }),
  userCall({ user: USER.eli, issuer: ISSUER.strict }),
  userCall({ user: USER.gus }),
  machineCall({ client: CLIENT.batch }),
  userCall({ user: USER.eli, issuer: ISSUER.shadow }),
  CHOOSING,
  REFRESHING,
  userCall({ user: USER.gus, query: 'tenant=green' }),
]);

/** Payloads as they were recorded, the oldest first. */
async function* recorded(): AsyncGenerator {
  for await (const { payload } of eachInvocation(database, { tenantIds: null })) yield payload;
}

async function open(yaml: string, options: Partial<WhatIfOptions> = {}): Promise<WhatIf> {
  const files = readDirectoryFiles([{ name: 'changes.yaml', text: `version: 1\n${yaml}` }]);
  const whatIf = await openWhatIf(database, {
    ...{ files, prune: false, at: () => NOW, key: RECORDING_KEY, ...options },
  });
  onTeardown(() => whatIf.close());
  return whatIf;
}

async function report(yaml: string, options: Partial<WhatIfOptions> = {}) {
  const whatIf = await open(yaml, options);
  const summed = await sumUpCalls(recorded(), whatIf, 10);
  await whatIf.close();
  return summed;
}

const SUSPENDED = 'tenants: [{ id: blue, name: Blue, status: suspended }]';
const GUS_IN_GREEN = `
orgs:
  - id: acme
    url: https://login.acme.example
    users:
      - { id: ${USER.gus}, login: gus@acme.example, memberships: [{ tenant: green, roles: [buyer] }] }`;

async function wholeDirectory(): Promise<unknown> {
  const tables = [
    'tenants',
    'users',
    'memberships',
    'issuers',
    'claim_mappings',
    'audit',
    'remembered_choices',
  ];
  const rows = tables.map((table) => database.query(`SELECT count(*), max(t::text) FROM ${table} AS t`, []));
  return Promise.all(rows);
}

describe('recorded calls by a directory as it would be', () => {
  it('are answered alike where nothing that matters changes', async () => {
    const { calls, changed, denied, minted, masked, leftOut } = await report(
      'features: [{ id: new_feature, type: boolean }]',
    );
    expect({ calls, changed, denied, minted, masked, leftOut }).toEqual({
      ...{ calls: 8, changed: 0, denied: 0, minted: 0, masked: 0, leftOut: 0 },
    });
  });

  it('tell whose tokens would change, and how, and change nothing', async () => {
    const before = await wholeDirectory();
    const summed = await report(SUSPENDED);
    // Eli has no tenant left, in two modes; the strict issuer goes on minting without one. Batch is fixed to it.
    expect(summed).toMatchObject({ calls: 8, changed: 3, denied: 0, lifetimes: 0, users: 1 });
    expect(summed.people).toEqual([{ user: USER.eli, calls: 2, changed: 2, denied: 0, minted: 0 }]);
    expect(summed.claims).toContainEqual({
      token: 'access',
      name: 'tenant_id',
      change: 'removed',
      calls: 3,
      users: 1,
    });
    expect(summed.clients).toContainEqual({
      ...{
        issuer: 'acme-orders',
        client: CLIENT.batch,
        calls: 1,
        changed: 1,
        denied: 0,
        minted: 0,
        users: 0,
      },
    });
    expect(await wholeDirectory()).toEqual(before);
  });

  it('are compared in mode shadow, too, where that is asked for', async () => {
    expect(await report(SUSPENDED, { enforce: true })).toMatchObject({ changed: 4 });
  });

  it('count tokens that would be refused, and those that would be minted', async () => {
    const strict = (policy: string): string => `
orgs:
  - id: acme
    url: https://login.acme.example
    issuers:
      - { id: acme-orders, uri: '${ISSUER.orders}', aliases: ['${ISSUER.ordersAlias}'], onRefused: ${policy} }`;
    expect(await report(strict('deny'))).toMatchObject({
      ...{ denied: 1, minted: 0, reasons: [{ reason: 'selection_refused', calls: 1, users: 1 }] },
    });
    await applyDirectory(
      database,
      readDirectoryFiles([{ name: 'x', text: `version: 1\n${strict('deny')}` }]),
    );
    expect(await report(strict('stamp'))).toMatchObject({ denied: 0, minted: 1 });
    await applyDirectory(
      database,
      readDirectoryFiles([{ name: 'x', text: `version: 1\n${strict('stamp')}` }]),
    );
  });

  it('know hints and remembered choices by their pseudonyms', async () => {
    const answers = [];
    const whatIf = await open(GUS_IN_GREEN);
    for await (const payload of recorded()) answers.push(await whatIf.answer(payload));
    const selections = answers.map((answer) => [
      answer?.before.trace?.selection.outcome,
      answer?.after.trace?.selection.outcome,
      answer?.after.trace?.selection.tenantId,
    ]);
    expect(selections.slice(5)).toEqual([
      ['hinted', 'hinted', 'green'],
      ['remembered', 'remembered', 'green'],
      ['refused', 'hinted', 'green'],
    ]);
    expect(selections[2]).toEqual(['none', 'only', 'green']);
  });

  it('follow new mappings, and users who are not there yet', async () => {
    const newcomer = '00uNewcomer';
    const whatIf = await open(`
orgs:
  - id: acme
    url: https://login.acme.example
    users:
      - { id: ${newcomer}, login: new@acme.example, memberships: [{ tenant: blue, roles: [buyer] }] }
claimMappings:
  - { id: plan-tier, claim: 'https://acme.example/tier', expression: '"gold"' }`);
    const masked = withMembers(userCall({ user: newcomer }), {
      'data.access.claims.uid': pseudonyms.of('user', newcomer),
      'data.context.user.id': pseudonyms.of('user', newcomer),
    });
    const answer = await whatIf.answer(masked);
    expect(answer).toMatchObject({
      isMasked: false,
      compared: { becomes: 'changed', user: newcomer, tenant: 'blue' },
    });
    expect(answer?.after.claims.access?.after).toMatchObject({ 'https://acme.example/tier': 'gold' });
    expect(answer?.before.claims.access?.after).not.toHaveProperty('https://acme.example/tier');
  });

  it('are of nobody without the key, or with another one, and are counted as such', async () => {
    expect(await report(SUSPENDED, { key: undefined })).toMatchObject({ masked: 7, users: 0 });
    expect(await report(SUSPENDED, { key: 'another key of the test’s own, of 32 characters' })).toMatchObject(
      {
        masked: 7,
      },
    );
  });

  it('need not be recorded', async () => {
    const whatIf = await open(SUSPENDED);
    const calls = [userCall({ user: USER.eli }), examplePayload('request_90_saml_hook'), null, 'x'];
    expect(await sumUpCalls(calls, whatIf, 10)).toMatchObject({ calls: 1, changed: 1, leftOut: 3 });
  });
});

describe('a directory as it would be', () => {
  it('keeps nobody waiting for long, and is there again', async () => {
    const files = readDirectoryFiles([{ name: 'x', text: `version: 1\n${SUSPENDED}` }]);
    const changed = new ChangedDirectory(database, { files, prune: false, holdMs: 50 });
    onTeardown(() => changed.close());
    const statusOf = (): Promise<unknown> =>
      changed.ask(async ({ tx }) => (await tx.tenant.findFirstOrThrow({ where: { id: 'blue' } })).status);
    expect(await statusOf()).toBe('suspended');
    // Waits for its turn, and gets it though nobody has closed anything.
    await applyDirectory(
      database,
      readDirectoryFiles([{ name: 'y', text: 'version: 1\ntenants: [{ id: blue, name: Blue the second }]' }]),
    );
    expect((await database.prisma.tenant.findFirstOrThrow({ where: { id: 'blue' } })).status).toBe('active');
    expect(await Promise.all([statusOf(), statusOf(), statusOf()])).toEqual(Array(3).fill('suspended'));
    await changed.close();
    const [row] = await database.query(
      `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
      [],
    );
    expect(row).toEqual({ open: 0 });
  });

  it('is there again after a question that failed', async () => {
    const files = readDirectoryFiles([{ name: 'x', text: `version: 1\n${SUSPENDED}` }]);
    const changed = new ChangedDirectory(database, { files, prune: false });
    await expect(changed.ask(({ tx }) => tx.$queryRawUnsafe('SELECT 1 / 0'))).rejects.toThrow();
    expect(
      await changed.ask(({ tx }) => tx.tenant.count({ where: { id: 'blue', status: 'suspended' } })),
    ).toBe(1);
    await changed.close();
  });

  it('is refused where the files are, with every fault', async () => {
    await expect(open('tenants: [{ id: blue, name: Blue, status: gone }]')).rejects.toThrow(
      DirectoryRefusedError,
    );
    const unknownPlan = 'tenants: [{ id: blue, name: Blue, subscriptions: [{ id: s-x, plan: nowhere }] }]';
    await expect(open(unknownPlan)).rejects.toThrow(DirectoryRefusedError);
  });

  it('needs more than one connection', async () => {
    const embedded = { ...database, engine: 'embedded' as const };
    await expect(openWhatIf(embedded, { files: [], prune: false, at: () => NOW })).rejects.toThrow(
      UsageError,
    );
  });
});
