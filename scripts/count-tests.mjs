// Prints `N passed, N failed` from Jest's own JSON results; fails where a test failed, a file did not run, or none did.
import { readFileSync } from 'node:fs';

const [path] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
  readFileSync(path, 'utf8'),
);
const failed = numFailedTests + numRuntimeErrorTestSuites;
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
process.stdout.write(`${numPassedTests} passed, ${failed} failed${skipped}\n`);
process.exitCode = failed > 0 || numPassedTests === 0 ? 1 : 0;
