// npm test: lint, types, unit and integration, each step with its duration; stops at the first failing step.
// Through turbo locally (unchanged steps are not repeated); in CI without its cache.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = path.join(root, 'node_modules', '.bin');
const reports = path.join(root, 'test-results');
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const steps = [
  { name: 'lint', command: 'oxlint', args: ['--max-warnings=0'] },
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'unused code', command: 'knip', args: ['--no-config-hints'] },
  { name: 'types', command: 'tsc', args: ['--build'] },
  { name: 'unit tests', command: 'vitest', args: ['run', '--project', 'unit'], report: 'unit' },
  {
    name: 'dashboard build',
    command: 'turbo',
    args: ['run', 'build', '--output-logs=errors-only'],
  },
  {
    name: 'integration tests',
    command: 'vitest',
    args: ['run', '--project', 'integration'],
    report: 'integration',
  },
];

const started = performance.now();
for (const { name, command, args, report } of steps) {
  const begin = performance.now();
  process.stdout.write(`\n── ${name}\n`);
  const reporter =
    report === undefined
      ? []
      : ['--reporter=default', '--reporter=json', `--outputFile.json=test-results/${report}.json`];
  const result = spawnSync(path.join(bin, command), [...args, ...reporter], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
      TURBO_TELEMETRY_DISABLED: '1',
    },
  });
  if (result.error !== undefined) process.stderr.write(`${name}: ${result.error.message}\n`);
  if (result.status !== 0) {
    process.stdout.write(`── ${name} failed\n`);
    process.exit(result.status ?? 1);
  }
  process.stdout.write(
    `── ${name} passed in ${((performance.now() - begin) / 1000).toFixed(1)} s\n`,
  );
}
process.stdout.write(
  `\nall steps passed in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
);
