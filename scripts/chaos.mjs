// npm run test:chaos: worker and database are killed while messages come in. Without arguments the short form, as tests with a report
// (some two minutes); with arguments a run of that size: --kills 100 --messages 700000 [--seed N] [--early-ack].
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = path.join(root, 'node_modules', '.bin');
const args = process.argv.slice(2);

mkdirSync(path.join(root, 'test-results'), { recursive: true });
const report = [
  '--reporter=default',
  '--reporter=json',
  '--outputFile.json=test-results/chaos.json',
];
const [command, all] =
  args.length === 0
    ? [path.join(bin, 'vitest'), ['run', '--project', 'chaos', ...report]]
    : [process.execPath, [path.join(root, 'apps/ingest/test/chaos/run.ts'), ...args]];
const result = spawnSync(command, all, {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
});
if (result.error !== undefined) process.stderr.write(`chaos: ${result.error.message}\n`);
process.exit(result.status ?? 1);
