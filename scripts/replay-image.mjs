// Replays the Dockerfile where no container engine is at hand, and tries what comes out: see scripts/image/replay-image.ts.
//
//   [DATABASE_URL=postgresql://…] node scripts/replay-image.mjs
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

register('../test/support/typescript-loader.mjs', import.meta.url);
const { replayImage } = await import('./image/replay-image.ts');

try {
  await replayImage({
    context: fileURLToPath(new URL('..', import.meta.url)),
    databaseUrl: process.env.DATABASE_URL,
    report: (line) => process.stdout.write(`${line}\n`),
  });
  process.stdout.write('The image is as it should be.\n');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
