// `npm run restarts`: plain Node runs our TypeScript through the hooks that Jest's global setup uses.
import { register } from 'node:module';

register('../support/typescript-loader.mjs', import.meta.url);
const { runRestarts } = await import('./run-restarts.ts');
process.exitCode = await runRestarts();
