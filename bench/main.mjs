// npm run bench: see bench/README.md.
import { register } from 'node:module';

register('../test/support/typescript-loader.mjs', import.meta.url);
const { runBench } = await import('./run-bench.ts');

process.exitCode = await runBench(process.argv.slice(2), (text) => process.stdout.write(text));
