import type { Comparison } from './comparison.ts';

/** What a scenario found; `faults` is what must not be. */
export interface Report {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
  /** Why the scenario could not be run on this machine. */
  readonly notRun?: string;
}

export interface ScenarioOptions {
  /** At least so many; more where what happens takes longer. */
  readonly messages: number;
  /** Kills, cuts, or whatever the scenario does. */
  readonly kills: number;
  /** What comes when. */
  readonly seed: number;
  /** How long something lasts, and messages per second; for scenarios that have such. */
  readonly seconds: number;
  readonly rate: number;
  /** With the time-outs of the product, where the scenario has shorter ones. */
  readonly shipped?: boolean;
  readonly onProgress?: (text: string) => void;
}

/** A kill counts only where at least so many messages are on their way at that moment. */
export const LEAST_UNACKNOWLEDGED = 500;

/** The faults among statements that must be true. */
export const faultsOf = (statements: Readonly<Record<string, boolean>>): string[] =>
  Object.entries(statements)
    .filter(([, isTrue]) => !isTrue)
    .map(([statement]) => `not so: ${statement}`);

/** What must be true of every comparison after which nothing may be missing. */
export const wholeness = (result: Comparison): Record<string, boolean> => ({
  'no reading is missing': result.missing === 0,
  'no reading was never sent': result.unknown === 0,
  'no reading is there twice': result.twice === 0,
  'no reading is in conflict': result.conflicts === 0,
  'the ledger has stored what was sent': result.ledger.stored === result.readings,
  ...soundness(result),
});

/** What must be true of every comparison. */
export const soundness = ({ ledger, settings }: Comparison): Record<string, boolean> => ({
  'the ledger adds up': ledger.open === 0,
  'nothing is pending': ledger.pending === 0,
  'fsync, synchronous_commit and full_page_writes are on':
    Object.keys(settings).length === 3 &&
    Object.values(settings).every((setting) => setting === 'on'),
});

export function comparisonLines(result: Comparison): string[] {
  const { missing, unknown, twice, conflicts, ledger, settings, readings } = result;
  return [
    `${readings} readings sent: missing ${missing}, never sent ${unknown}, twice ${twice}, conflicts ${conflicts}`,
    `ledger: received ${ledger.received}, stored ${ledger.stored}, duplicate ${ledger.duplicate}, open ${ledger.open}`,
    `settings: ${Object.entries(settings)
      .map(([name, setting]) => `${name}=${setting}`)
      .join(' ')}`,
  ];
}

export interface Hit {
  /** Messages on their way when it came. */
  readonly unacknowledged: number;
  /** Until a message was committed again. */
  readonly recoveryMs: number;
}

/** One line per kind of hit. */
export function hitLine(what: string, hits: readonly Hit[]): string {
  if (hits.length === 0) return `${what}: none`;
  const least = Math.min(...hits.map(({ unacknowledged }) => unacknowledged));
  const recovery = hits.map(({ recoveryMs }) => recoveryMs).toSorted((a, b) => a - b);
  const median = recovery[Math.floor(recovery.length / 2)] ?? 0;
  return `${what}: ${hits.length} times, at least ${least} messages on their way, committing again after ${seconds(median)} (median), ${seconds(recovery.at(-1) ?? 0)} at most`;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
