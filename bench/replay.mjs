// npm run bench:replay: see bench/README.md.
import { register } from 'node:module';

register('../test/support/typescript-loader.mjs', import.meta.url);
const { runReplayBench } = await import('./replay-bench.ts');

// What the run has started ends with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

process.exitCode = await runReplayBench(process.argv.slice(2), (text) => process.stdout.write(text));
