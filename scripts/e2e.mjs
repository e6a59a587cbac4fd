// npm run test:e2e: the dashboard in a real browser against the real API and database. Needs a Chromium; VERIMETER_CHROMIUM
// names one that is not in the usual places. Without one it says so and ends well, except in CI, where that is a failure.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = path.join(root, 'node_modules', '.bin');

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = [
  ...(process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((directory) =>
      directory === '' ? [] : PROGRAMS.map((program) => path.join(directory, program)),
    ),
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const named = process.env.VERIMETER_CHROMIUM;
const chromium = named === undefined || named === '' ? PLACES.find(isExecutable) : named;
if (chromium === undefined) {
  const required = process.env.CI === 'true';
  process.stdout.write(
    `browser tests ${required ? 'failed' : 'not run'}: no Chromium found; install one or set VERIMETER_CHROMIUM\n`,
  );
  process.exit(required ? 1 : 0);
}

mkdirSync(path.join(root, 'test-results'), { recursive: true });
const result = spawnSync(
  path.join(bin, 'vitest'),
  [
    'run',
    '--project',
    'e2e',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=test-results/e2e.json',
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      VERIMETER_CHROMIUM: chromium,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
    },
  },
);
if (result.error !== undefined) process.stderr.write(`vitest: ${result.error.message}\n`);
process.exit(result.status ?? 1);
