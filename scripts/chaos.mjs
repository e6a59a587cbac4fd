// npm run test:chaos: worker, database, broker, network and disk fail while messages come in. Without arguments the short form of all
// scenarios, as tests with a report (some four minutes); with a name the long form of that one, or of the size that is given:
// kills|early-ack|broker|up|network|commit|disk|questdb|stall [--kills N] [--messages N] [--seed N] [--seconds N] [--rate N] [--shipped].
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
