import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  forgetExpiredChoices,
  rememberChoice,
  type RememberedChoiceRecord,
} from '../../src/directory/choices/remembered-choices.js';
import { databaseFacts } from '../../src/directory/facts/read-facts.js';
import { createTestDatabase } from '../support/test-database.js';

const { database } = await createTestDatabase();
const { prisma } = database;

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.parse('2026-03-11T09:41:07.000Z');

/** Later than any clock: what a caller whose own clock is wrong might say. */
const FAR_AHEAD = Date.parse('9999-01-01T00:00:00.000Z');

const CHOICE: RememberedChoiceRecord = {
  ...{ orgId: 'acme', clientId: 'web', userId: 'ann', refreshTokenJti: 'jti', tenantId: 'blue' },
  ...{ chosenAt: NOW - DAY, keptUntil: NOW + DAY },
};

await prisma.org.create({ data: { id: 'acme', url: 'https://acme.example' } });
await prisma.user.create({ data: { orgId: 'acme', id: 'ann' } });
await prisma.tenant.createMany({ data: ['blue', 'green'].map((id) => ({ id, name: id })) });

beforeEach(() => prisma.rememberedChoice.deleteMany());

async function rememberedAt(now: number): Promise<string | undefined> {
  const key = { orgId: 'acme', userId: 'ann', clientId: 'web', hintedTenantId: null, presentedJti: 'jti' };
  const { facts } = await databaseFacts(database)(key, { now, horizon: now });
  return facts.remembered?.tenantId;
}

async function keptTenants(): Promise<readonly string[]> {
  const choices = await prisma.rememberedChoice.findMany({ orderBy: { id: 'asc' } });
  return choices.map(({ tenantId }) => tenantId);
}

/** The database's own clock, which the tests cannot set. */
async function databaseNow(): Promise<number> {
  const [row] = await database.withScripts((run) =>
    run('SELECT (extract(epoch FROM now()) * 1000)::double precision AS now'),
  );
  return Number(row?.['now']);
}

describe('remembering a choice', () => {
  it('appends, and changes nothing that is there', async () => {
    await rememberChoice(database, CHOICE);
    await rememberChoice(database, CHOICE);
    await rememberChoice(database, { ...CHOICE, tenantId: 'green' });
    expect(await keptTenants()).toEqual(['blue', 'blue', 'green']);
    const { id: _, ...row } = await prisma.rememberedChoice.findFirstOrThrow();
    expect(row).toEqual({ ...CHOICE, chosenAt: new Date(NOW - DAY), keptUntil: new Date(NOW + DAY) });
  });

  it('lets the newest win, in whichever order they were stored', async () => {
    await rememberChoice(database, { ...CHOICE, tenantId: 'green', chosenAt: NOW });
    await rememberChoice(database, CHOICE);
    expect(await rememberedAt(NOW)).toBe('green');
    await rememberChoice(database, { ...CHOICE, tenantId: 'blue', chosenAt: NOW + 1 });
    expect(await rememberedAt(NOW)).toBe('blue');
  });

  it('ends at the instant that it was kept until', async () => {
    await rememberChoice(database, CHOICE);
    expect(await rememberedAt(CHOICE.keptUntil - 1)).toBe('blue');
    expect(await rememberedAt(CHOICE.keptUntil)).toBeUndefined();
  });

  it('goes with its user, and not with its tenant', async () => {
    await prisma.user.create({ data: { orgId: 'acme', id: 'leaver' } });
    await rememberChoice(database, { ...CHOICE, userId: 'leaver' });
    await rememberChoice(database, { ...CHOICE, tenantId: 'deleted-before' });
    await prisma.user.delete({ where: { orgId_id: { orgId: 'acme', id: 'leaver' } } });
    expect(await keptTenants()).toEqual(['deleted-before']);
  });
});

describe('forgetting choices', () => {
  it('removes those that are out of date, and those alone', async () => {
    await rememberChoice(database, { ...CHOICE, keptUntil: NOW - 1 });
    await rememberChoice(database, { ...CHOICE, tenantId: 'green', keptUntil: NOW + 1 });
    expect(await forgetExpiredChoices(database, NOW)).toBe(1);
    expect(await forgetExpiredChoices(database, NOW)).toBe(0);
    expect(await keptTenants()).toEqual(['green']);
  });

  it('takes a thousand at a time', async () => {
    await prisma.rememberedChoice.createMany({
      data: Array.from({ length: 2_001 }, (_, index) => ({
        ...{ ...CHOICE, refreshTokenJti: `jti-${String(index)}` },
        ...{ chosenAt: new Date(NOW - 2 * DAY), keptUntil: new Date(NOW - DAY + index) },
      })),
    });
    await rememberChoice(database, CHOICE);
    const forgotten: number[] = [];
    for (let count = -1; count !== 0; forgotten.push(count))
      count = await forgetExpiredChoices(database, NOW);
    expect(forgotten).toEqual([1_000, 1_000, 1, 0]);
    expect(await keptTenants()).toEqual(['blue']);
  });

  it('takes the oldest first', async () => {
    await prisma.rememberedChoice.createMany({
      data: Array.from({ length: 1_001 }, (_, index) => ({
        ...{ ...CHOICE, tenantId: index === 0 ? 'youngest' : 'older' },
        ...{ chosenAt: new Date(NOW - 2 * DAY), keptUntil: new Date(NOW - DAY - index) },
      })),
    });
    await forgetExpiredChoices(database, NOW);
    expect(await keptTenants()).toEqual(['youngest']);
  });

  it('does not believe a clock that is ahead of the database’s', async () => {
    const now = await databaseNow();
    const chosenAt = now - DAY;
    await rememberChoice(database, { ...CHOICE, chosenAt, keptUntil: now - 60_000, tenantId: 'over' });
    await rememberChoice(database, {
      ...CHOICE,
      chosenAt,
      keptUntil: now + 60 * 60_000,
      tenantId: 'in-force',
    });
    expect(await forgetExpiredChoices(database, FAR_AHEAD)).toBe(1);
    expect(await keptTenants()).toEqual(['in-force']);
  });

  it('believes a clock that is behind the database’s', async () => {
    await rememberChoice(database, { ...CHOICE, chosenAt: NOW - 9 * DAY, keptUntil: NOW - 7 * DAY });
    expect(await forgetExpiredChoices(database, NOW - 8 * DAY)).toBe(0);
    expect(await keptTenants()).toEqual(['blue']);
  });
});
