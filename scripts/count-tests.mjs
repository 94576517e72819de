// Prints, of Jest's own JSON results, a line for each run and `N passed, N failed` over all of them; fails where a test
// failed, a file did not run, or a run had no test or no results.
//
//   node scripts/count-tests.mjs v20.20.2=results.json v24.21.0=results-24.json
import { readFileSync } from 'node:fs';

const runs = process.argv.slice(2).map(countRun);
for (const { label, passed, failed, skipped } of runs) {
  process.stdout.write(`Node ${label}: of ${passed + failed + skipped} tests, ${failed} went wrong\n`);
}
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((kind) =>
  runs.reduce((sum, run) => sum + run[kind], 0),
);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed > 0 || runs.length === 0 || runs.some((run) => run.passed === 0) ? 1 : 0;

function countRun(parameter) {
  const [label, path] = parameter.split('=');
  const results = readResults(path);
  return {
    label,
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests,
  };
}

/** A run that ended before Jest could write has failed as a whole. */
function readResults(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1, numPendingTests: 0 };
  }
}
