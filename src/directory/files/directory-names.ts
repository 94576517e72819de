import type { Database } from '../../database/database.js';
import { checkWholeDirectory, sentencesOf } from './check-whole-directory.js';

/** Ids that claim mappings may name. */
export interface DirectoryNames {
  readonly features: ReadonlySet<string>;
  readonly issuers: ReadonlySet<string>;
  /** Of all orgs. */
  readonly clients: ReadonlySet<string>;
}

export async function readNames({ prisma }: Database): Promise<DirectoryNames> {
  const byId = { select: { id: true } } as const;
  const [features, issuers, clients] = await prisma.$transaction([
    prisma.feature.findMany(byId),
    prisma.issuer.findMany(byId),
    prisma.client.findMany(byId),
  ]);
  const idsOf = (rows: readonly { readonly id: string }[]) => new Set(rows.map(({ id }) => id));
  return { features: idsOf(features), issuers: idsOf(issuers), clients: idsOf(clients) };
}

/** What does not hold for the directory as a whole: see `checkWholeDirectory`. @returns problems, in words */
export async function directoryProblems({ prisma }: Database): Promise<readonly string[]> {
  return sentencesOf(await prisma.$transaction((tx) => checkWholeDirectory(tx), { timeout: 60_000 }));
}
