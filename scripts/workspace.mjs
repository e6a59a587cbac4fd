// Entry from a bare machine: needs only Node 20+ and npm. Installs the workspace from the lockfile with pnpm (through
// npx; pnpm 12 is a native binary that runs on Node 20), which also brings Node 24, then runs the command on it.
// Everything this file says goes to stderr: stdout belongs to the command.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, 'node_modules', '.verimeter-install');
const bin = path.join(root, 'node_modules', '.bin');
const pnpmVersion = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
).packageManager;

/** Identifies what an installation was made from: the lockfile and the settings beside it. */
function lockFingerprint() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

function fail(step, status) {
  process.stderr.write(`verimeter: ${step} failed; see the lines above\n`);
  process.exit(status ?? 1);
}

/** Runs a command with its output on stderr; ends this process when it fails. */
function run(step, command, args, env = process.env) {
  const result = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (result.error !== undefined) process.stderr.write(`verimeter: ${result.error.message}\n`);
  if (result.status !== 0) fail(step, result.status);
}

function install() {
  const fingerprint = lockFingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return;
  process.stderr.write('verimeter: installing from the lockfile …\n');
  run('installation', 'npx', [
    '--yes',
    pnpmVersion,
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
  ]);
  writeFileSync(stamp, fingerprint);
}

/** Environment in which Node 24 of the lockfile and the workspace's tools come first. */
function workspaceEnv(extra = {}) {
  return { ...process.env, ...extra, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
}

function nodeBinary() {
  const local = path.join(bin, 'node');
  if (existsSync(local)) return local;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath; // platforms without a packaged Node
  process.stderr.write(
    `verimeter: this platform (${process.platform}-${process.arch}) has no packaged Node 24; install Node 24.12 or newer\n`,
  );
  return process.exit(1);
}

/** Its output is shown only where it failed: a cached build has nothing to say to who starts a city. */
function buildDashboard() {
  process.stderr.write('verimeter: building the dashboard …\n');
  const result = spawnSync(path.join(bin, 'turbo'), ['run', 'build', '--output-logs=errors-only'], {
    cwd: root,
    env: workspaceEnv({ TURBO_TELEMETRY_DISABLED: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return;
  process.stderr.write(result.stdout ?? '');
  process.stderr.write(result.stderr ?? '');
  if (result.error !== undefined) process.stderr.write(`verimeter: ${result.error.message}\n`);
  fail('building the dashboard', result.status);
}

/** Replaces this process by the command as far as Node allows: same streams, same signals, same exit code. */
function handOver(command, args, cwd, env = workspaceEnv()) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the whole group, `kill` only this process. Passed on in either case: the command takes a signal that
  // comes twice at once for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`verimeter: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

/** The worker takes in much that it keeps for a moment: with Node's own size of the young generation that is 130 MB of garbage. */
function nodeFlags(name) {
  return name === 'ingest' ? ['--max-semi-space-size=8'] : []; // docs/decisions/0103
}

const [command, ...args] = process.argv.slice(2);
const main = path.join(root, 'apps', 'verimeter', 'src', 'main.ts');
const callerDirectory = process.env.INIT_CWD ?? process.cwd();

install();
switch (command) {
  case 'start':
    buildDashboard();
    handOver(nodeBinary(), [main, 'up', ...args], callerDirectory);
    break;
  case 'verimeter':
    if (args[0] === 'up' || args[0] === 'api') buildDashboard();
    handOver(nodeBinary(), [...nodeFlags(args[0]), main, ...args], callerDirectory);
    break;
  case 'test':
    handOver(nodeBinary(), [path.join(root, 'scripts', 'test.mjs'), ...args], root);
    break;
  case 'release':
    buildDashboard();
    handOver(nodeBinary(), [path.join(root, 'scripts', 'release.mjs'), ...args], callerDirectory);
    break;
  case 'e2e':
    buildDashboard();
    handOver(nodeBinary(), [path.join(root, 'scripts', 'e2e.mjs'), ...args], root);
    break;
  case 'chaos':
    handOver(nodeBinary(), [path.join(root, 'scripts', 'chaos.mjs'), ...args], root);
    break;
  default:
    process.stderr.write(
      'usage: node scripts/workspace.mjs start|verimeter|release|test|e2e|chaos [ARGS]\n',
    );
    process.exit(2);
}
