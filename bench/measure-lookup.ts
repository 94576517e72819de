import pg from 'pg';
import { openPostgresql } from '../src/database/open-postgresql.js';
import { FACTS_QUERY } from '../src/directory/facts/facts-query.js';
import { databaseFacts } from '../src/directory/facts/read-facts.js';
import { SUBJECTS, userId } from './directory.js';

/** What one lookup took, on average over a round. */
export interface LookupCost {
  readonly micros: number;
  /** Of the process that asks, not of the server. */
  readonly cpuMicros: number;
}

export interface LookupRound {
  readonly ours: LookupCost;
  readonly prepared: LookupCost;
}

const CLIENT = '0oa8h3n5LpCfGs6Zk1d7';
const ORG = 'acme';
const TOKEN_LIFE_MS = 600_000;

/** Looks up facts by the product's own way, and by `pg` alone, in turns: both from a pool, one at a time. */
export async function measureRounds(
  databaseUrl: string,
  rounds: number,
  lookups: number,
): Promise<readonly LookupRound[]> {
  const database = await openPostgresql(databaseUrl, { poolSize: 2, timeoutMs: 10_000 });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  const facts = databaseFacts(database);
  const ours = async (subject: number): Promise<void> => {
    const key = {
      orgId: ORG,
      userId: userId(subject),
      clientId: CLIENT,
      hintedTenantId: null,
      presentedJti: null,
    };
    const { user } = await facts(key, { now: Date.now(), horizon: Date.now() + TOKEN_LIFE_MS });
    if (user === null) throw new Error('a lookup found nobody');
  };
  const prepared = async (subject: number): Promise<void> => {
    const values = [
      ORG,
      userId(subject),
      CLIENT,
      null,
      null,
      new Date(),
      new Date(Date.now() + TOKEN_LIFE_MS),
    ];
    const { rows } = await pool.query<{ user: unknown }>({ name: 'facts', text: FACTS_QUERY, values });
    if (rows[0]?.user === null) throw new Error('a prepared query found nobody');
  };
  // Plans are settled and code is compiled.
  await measure(ours, lookups);
  await measure(prepared, lookups);
  const measured: LookupRound[] = [];
  for (let round = 0; round < rounds; round += 1) {
    measured.push({ prepared: await measure(prepared, lookups), ours: await measure(ours, lookups) });
  }
  await pool.end();
  await database.close();
  return measured;
}

let next = 0;

async function measure(look: (subject: number) => Promise<void>, lookups: number): Promise<LookupCost> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  for (let count = 0; count < lookups; count += 1) {
    await look(next % SUBJECTS);
    next += 1;
  }
  const micros = (performance.now() - startedAt) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { micros: micros / lookups, cpuMicros: (user + system) / lookups };
}

/** Whether a value is what {@link measureRounds} gives, printed and read again. */
export function isLookupRounds(value: unknown): value is readonly LookupRound[] {
  return (
    Array.isArray(value) &&
    value.every((round) => isRecord(round) && isCost(round['ours']) && isCost(round['prepared']))
  );
}

function isCost(value: unknown): boolean {
  return isRecord(value) && typeof value['micros'] === 'number' && typeof value['cpuMicros'] === 'number';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
