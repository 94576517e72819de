// Measures lookups, and prints what they took as JSON: see measure-lookup.ts.
import { register } from 'node:module';

register('../test/support/typescript-loader.mjs', import.meta.url);
const { measureRounds } = await import('./measure-lookup.ts');

const { databaseUrl, rounds, lookups } = JSON.parse(process.argv[2]);
process.stdout.write(JSON.stringify(await measureRounds(databaseUrl, rounds, lookups)));
