// Writes what runs on a server into a directory of its own: the sources that the command line needs, their production
// dependencies, the built dashboard, and Node. The steps are those of infra/Dockerfile.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const bin = path.join(root, 'node_modules', '.bin');
const [given] = process.argv.slice(2);

function fail(message, status = 1) {
  process.stderr.write(`verimeter: ${message}\n`);
  process.exit(status);
}

function run(command, args, cwd) {
  const result = spawnSync(path.join(bin, command), args, {
    cwd,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 2, 2],
  });
  if (result.error !== undefined) fail(`${command}: ${result.error.message}`);
  if (result.status !== 0) fail(`${command} ${args[0]} failed; see the lines above`);
}

function sizeOf(entry) {
  const stat = statSync(entry);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(entry, { withFileTypes: true })
    .filter((child) => !child.isSymbolicLink())
    .reduce((sum, child) => sum + sizeOf(path.join(entry, child.name)), 0);
}

if (given === undefined || given.startsWith('-')) fail('usage: npm run release -- DIRECTORY', 2);
const target = path.resolve(given);
if (existsSync(target) && readdirSync(target).length > 0) fail(`${target} is not empty`);

// Other accounts than the one that installs run it.
process.umask(0o022);
mkdirSync(target, { recursive: true });
const pruned = path.join('node_modules', '.cache', 'release');
rmSync(path.join(root, pruned), { recursive: true, force: true });
run('turbo', ['prune', '@verimeter/verimeter', '--docker', `--out-dir=${pruned}`], root);
cpSync(path.join(root, pruned, 'json'), target, { recursive: true });
// Optional dependencies are Node, which is copied below, and PostgreSQL, which a server has already. Filtered: the root of the
// workspace and its support for tests would bring the test runner along.
const scope = ['--filter-prod', '@verimeter/verimeter...'];
const flags = ['--frozen-lockfile', '--prod', '--no-optional', '--ignore-scripts'];
run('pnpm', [...scope, 'install', ...flags], target);
cpSync(path.join(root, pruned, 'full'), target, { recursive: true });
for (const group of ['apps', 'packages'])
  for (const name of readdirSync(path.join(target, group)))
    for (const part of ['test', 'bench'])
      rmSync(path.join(target, group, name, part), { recursive: true, force: true });
cpSync(
  path.join(root, 'apps', 'dashboard', 'dist'),
  path.join(target, 'apps', 'dashboard', 'dist'),
  { recursive: true },
);
const node = path.join(target, 'bin', 'node');
cpSync(realpathSync(process.execPath), node);
rmSync(path.join(root, pruned), { recursive: true, force: true });

const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
process.stdout.write(
  `${target}: ${megabytes(sizeOf(target))} MB, of which Node is ${megabytes(sizeOf(node))} MB\n`,
);
