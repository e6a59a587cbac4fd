// Prints "N passed, N failed" counted from the reports of vitest, and exits non-zero when anything failed: a test, or a
// step without tests (given as the first argument, "0" for success), or a report that is missing.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
let passed = 0;
let failed = 0;
let skipped = 0;
for (const name of ['unit', 'integration', 'e2e', 'chaos']) {
  const file = path.join(root, 'test-results', `${name}.json`);
  if (!existsSync(file)) {
    process.stdout.write(`no report of the ${name} tests\n`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  if (report.success !== true && report.numFailedTests === 0) failed += 1; // a file that did not load, an unhandled error
}
if (process.argv[2] !== '0' && failed === 0) failed = 1; // lint, types or another step without a report
if (skipped > 0) process.stdout.write(`${skipped} tests were not run\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
