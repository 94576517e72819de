import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateSecret, hashSecret } from '../../src/caller/header-credential.js';
import type { Database } from '../../src/database/database.js';
import { createHookCredential } from '../../src/directory/credentials/hook-credentials.js';
import { applyDirectory } from '../../src/directory/files/apply-directory.js';
import type { DirectoryWriter, WriteText } from '../../src/directory/files/directory-writer.js';
import {
  EXPORT_PARTS,
  exportDirectory,
  ExportRefusedError,
  type ExportOptions,
} from '../../src/directory/files/export-directory.js';
import { JsonWriter } from '../../src/directory/files/json-writer.js';
import { readDirectoryFile } from '../../src/directory/files/read-directory-file.js';
import { YamlWriter } from '../../src/directory/files/yaml-writer.js';
import { createTestDatabase } from '../support/test-database.js';

const SAMPLE = await readFile('examples/directory.yaml', 'utf8');

interface Wish extends Partial<ExportOptions> {
  readonly writer?: new (write: WriteText) => DirectoryWriter;
}

async function exported(database: Database, { writer = YamlWriter, ...options }: Wish = {}): Promise<string> {
  const pieces: string[] = [];
  const write: WriteText = async (text) => void pieces.push(text);
  const whole = { orgIds: [], tenantIds: [], parts: new Set(EXPORT_PARTS) };
  await exportDirectory(database, { ...whole, ...options }, new writer(write));
  return pieces.join('');
}

async function apply(database: Database, text: string): Promise<void> {
  await applyDirectory(database, readDirectoryFile('exported', text));
}

async function databaseWith(text: string): Promise<Database> {
  const { database } = await createTestDatabase();
  await apply(database, text);
  return database;
}

const sample = await databaseWith(SAMPLE);

/** Text that a reader or a writer of YAML may stumble over. */
const TRAPS = [
  ...[
    'yes',
    'off',
    'null',
    '~',
    '007',
    '1_000',
    '1e3',
    '0x1f',
    '.5',
    '12:30:45',
    '2026-01-01',
    '=',
    '<<',
    '!tag',
  ],
  ...[
    '- a',
    'a: b',
    'a #b',
    '#a',
    '*a',
    '&a',
    '{a}',
    '[a]',
    '"a"',
    "it's",
    'a\\b',
    '%a',
    '@a',
    '`a',
    '|',
    '>',
    '?',
  ],
  ...[
    '…',
    'ä',
    '漢字',
    '🦉',
    'a, b',
    'a\u2028b',
    'x'.repeat(200),
    'toString',
    'hasOwnProperty',
    '---',
    '...',
    'a:',
  ],
];

/** A directory whose every text is a trap, or made at random from a fixed seed. */
function trapDirectory(): string {
  const random = fc.sample(
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((text) => /^[^\p{Cc}\s]+$/u.test(text)),
    { seed: 20_261_125, numRuns: 40 },
  );
  const texts = [...new Set([...TRAPS, ...random])];
  const lines = [
    '',
    ' ',
    '\n',
    'two\nlines',
    ' led by a space\n and more',
    'ends with one\n',
    'tab\there',
    '# a\n',
  ];
  const at = (index: number): string => texts[index % texts.length] ?? '';
  return JSON.stringify({
    version: 1,
    features: texts.map((id, index) => ({
      id: `f-${id}`,
      type: 'string',
      description: lines[index % lines.length],
    })),
    plans: texts.map((id, rank) => ({ id, rank, features: { [`f-${id}`]: at(rank + 1) } })),
    tenants: texts.map((id, index) => ({
      ...{ id, name: at(index + 2) },
      subscriptions: [{ id: `s-${id}`, plan: at(index + 3), from: '2026-01-01T00:00:00.007+02:00' }],
      grants: [
        { id: `g-${id}`, feature: `f-${id}`, value: at(index + 4), reason: `${at(index)}\n\n  - ${id}\n` },
      ],
    })),
    orgs: [
      {
        ...{ id: 'acme', url: 'https://acme.example' },
        users: texts.map((id, index) => ({
          ...{ id, login: at(index + 5) },
          memberships: [{ tenant: at(index + 6), roles: [at(index + 7), at(index + 8)] }],
        })),
        clients: texts.map((id, index) => ({ id, name: at(index), bindings: [{ tenant: id }] })),
      },
    ],
  });
}

describe('an export', () => {
  it.each([
    ['the sample', SAMPLE, YamlWriter],
    ['the sample, as JSON', SAMPLE, JsonWriter],
    ['texts of every kind', trapDirectory(), YamlWriter],
    ['texts of every kind, as JSON', trapDirectory(), JsonWriter],
    ['an empty directory', 'version: 1', YamlWriter],
    ['an empty directory, as JSON', 'version: 1', JsonWriter],
  ])('applied to an empty database gives an equal export: %s', async (_, text, writer) => {
    const original = await databaseWith(text);
    const first = await exported(original, { writer });
    const copy = await databaseWith(first);
    expect(await exported(copy, { writer })).toBe(first);
    const changes = await applyDirectory(original, readDirectoryFile('exported', first));
    expect(changes.filter(({ created, changed, removed }) => created + changed + removed > 0)).toEqual([]);
  });

  it('is the same whatever order things came in, sorted by the bytes of their ids', async () => {
    const tenants = ['b', 'Z', 'a', 'ä', '10', '9', '_'].map((id) => `{ id: "${id}", name: N }`);
    const one = await exported(await databaseWith(`version: 1\ntenants: [${tenants.join(', ')}]`));
    const other = await exported(
      await databaseWith(`version: 1\ntenants: [${tenants.toReversed().join(', ')}]`),
    );
    expect(one).toBe(other);
    expect([...one.matchAll(/\{id: "?([^,"]+)"?, name: "?N/g)].map(([, id]) => id)).toEqual([
      ...['10', '9', 'Z', '_', 'a', 'b', 'ä'],
    ]);
  });

  it('can be read: one short entry a line, no default, nothing that means something else in YAML 1.1', async () => {
    const text = await exported(sample);
    expect(text).toContain('\n      - id: 00u4t9y2JkLmWq7Rz1d7\n        login: dana.rivers@acme.example\n');
    expect(text).toContain('\n          - {tenant: green, roles: [viewer], default: true}\n');
    expect(text).toContain('mode: "off"');
    expect(text).not.toMatch(/status: active|claimsBudgetBytes|: \[\]|: null/);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(130);
  });

  it('has no credential in it', async () => {
    const secret = generateSecret();
    const secretSha256 = hashSecret(secret);
    await createHookCredential(sample, {
      ...{
        id: 'hc_exported',
        label: 'a label of its own',
        headerName: 'x-secret-header',
        issuerIds: ['acme-orders'],
      },
      ...{ secretSha256, failurePolicy: 'omit', createdAt: new Date(0), expiresAt: null },
    });
    const text = (await exported(sample)) + (await exported(sample, { writer: JsonWriter }));
    for (const trace of [
      'hc_exported',
      'a label of its own',
      'x-secret-header',
      Buffer.from(secretSha256).toString('hex'),
    ])
      expect(text).not.toContain(trace);
  });

  it('of a tenant has what the tenant has, who is in it, and nobody else, and stands for itself', async () => {
    const text = await exported(sample, { tenantIds: ['violet'] });
    const copy = await databaseWith(text);
    expect(await exported(copy, { tenantIds: ['violet'] })).toBe(text);
    const { prisma } = copy;
    const [tenants, users, plans] = [
      await prisma.tenant.findMany(),
      await prisma.user.findMany({ orderBy: { login: 'asc' } }),
      await prisma.plan.findMany({ orderBy: { id: 'asc' } }),
    ];
    expect(tenants.map(({ id }) => id)).toEqual(['violet']);
    expect(users.map(({ login }) => login)).toEqual([
      ...['lea@violet.example', 'max@violet.example', 'nia@partner.example'],
    ]);
    expect(plans.map(({ id }) => id)).toEqual(['analytics', 'business', 'starter']);
    expect(await prisma.featureGrant.count()).toBe(4);
    expect(await prisma.issuer.count()).toBe(0);
  });

  it('of an org has no other org, its users’ grants alone, and the mappings that concern it', async () => {
    const second = `
version: 1
orgs:
  - { id: zeta, url: https://zeta.example, users: [{ id: zoe, memberships: [{ tenant: blue }] }],
      issuers: [{ id: zeta-main, uri: https://zeta.example/oauth2/main }] }
tenants:
  - { id: blue, name: Blue Freight, userGrants: [{ id: zoe-tier, org: zeta, user: zoe, feature: support.tier, value: gold, reason: x }] }
claimMappings:
  - { id: of-both, claim: of_both, expression: tenant.id, issuers: [zeta-main, acme-orders] }
  - { id: of-zeta, claim: of_zeta, expression: tenant.id, issuers: [zeta-main] }
`;
    const both = await databaseWith(SAMPLE);
    await apply(both, second);
    const text = await exported(both, { orgIds: ['acme'] });
    expect(text).not.toMatch(/zeta|zoe/);
    expect(text).toContain('issuers: [acme-orders]');
    await expect(databaseWith(text)).resolves.toBeDefined();
  });

  it('has the lists alone that are wanted', async () => {
    const text = await exported(sample, { parts: new Set(['features', 'clients'] as const) });
    const lists = new Set([...text.matchAll(/^ *(\w+):$/gm)].map(([, list]) => list));
    expect([...lists]).toEqual(['orgs', 'clients', 'bindings', 'features']);
    expect(text).not.toMatch(/users:|tenants:|plans:|claimMappings:|issuers:/);
  });

  it('is refused for a tenant or an org that is not there', async () => {
    const missing = exported(sample, { tenantIds: ['blue', 'nowhere'], orgIds: ['nobody'] });
    await expect(missing).rejects.toThrow(
      new ExportRefusedError('The directory has no org nobody, no tenant nowhere.'),
    );
  });
});
