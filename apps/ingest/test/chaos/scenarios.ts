import { runBroker } from './broker.ts';
import { runCommit } from './commit.ts';
import { runDisk } from './disk.ts';
import { runKills } from './kills.ts';
import { runNetwork } from './network.ts';
import { runPayloads } from './payloads.ts';
import { runQuestDb } from './questdb.ts';
import type { Report, ScenarioOptions } from './report.ts';
import { runStall } from './stall.ts';
import { runUp } from './up.ts';

type Size = Pick<ScenarioOptions, 'messages' | 'kills' | 'seconds' | 'rate'>;

interface Scenario {
  readonly run: (options: ScenarioOptions) => Promise<Report>;
  /** In the short form, and by command. */
  readonly short: Size;
  readonly long: Size;
}

const SHORT_SEED = 1;

const size = (kills: number, messages: number, seconds = 0, rate = 0): Size => ({
  kills,
  messages,
  seconds,
  rate,
});

export const SCENARIOS = {
  kills: { run: runKills, short: size(6, 20_000), long: size(100, 750_000) },
  'early-ack': {
    run: (options) => runKills({ ...options, early: true }),
    short: size(1, 5000),
    long: size(4, 20_000),
  },
  broker: { run: runBroker, short: size(2, 8000), long: size(20, 150_000) },
  up: { run: runUp, short: size(2, 8000), long: size(20, 150_000) },
  network: { run: runNetwork, short: size(4, 12_000, 2), long: size(20, 150_000, 10) },
  disk: { run: runDisk, short: size(1, 6000), long: size(3, 50_000) },
  stall: { run: runStall, short: size(1, 0, 60, 5000), long: size(1, 0, 600, 5000) },
  questdb: { run: runQuestDb, short: size(4, 12_000), long: size(40, 300_000) },
  payloads: { run: runPayloads, short: size(0, 20_000), long: size(0, 1_000_000) },
  commit: { run: runCommit, short: size(6, 12_000), long: size(20, 100_000) },
} satisfies Readonly<Record<string, Scenario>>;

type ScenarioName = keyof typeof SCENARIOS;

export const isScenarioName = (name: string): name is ScenarioName =>
  Object.hasOwn(SCENARIOS, name);

/** Runs the short form and prints what it found. */
export async function runShort(name: ScenarioName): Promise<Report> {
  const { run, short } = SCENARIOS[name];
  const report = await run({ ...short, seed: SHORT_SEED });
  process.stdout.write(summaryOf(name, report));
  return report;
}

export const summaryOf = (name: string, { lines, faults, notRun }: Report): string => {
  const verdict = faults.length === 0 ? 'as it must be' : 'NOT as it must be';
  const all = [...lines, ...faults, notRun === undefined ? verdict : `not run: ${notRun}`];
  return [`${name}:`, ...all.map((line) => `  ${line}`), ''].join('\n');
};
