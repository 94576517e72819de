// npm run bench:import: see bench/README.md.
import { register } from 'node:module';

register('../test/support/typescript-loader.mjs', import.meta.url);
const { runImportBench } = await import('./import-bench.ts');

// What the run has started ends with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

process.exitCode = await runImportBench(process.argv.slice(2), (text) => process.stdout.write(text));
