import { normalQuantile } from '@verimeter/statistics';
import { share, type Share } from './measures.ts';
import type { MeterRow } from './meter-rows.ts';
import type { Estimator, Statement } from './statements.ts';

const LEVELS = [0.5, 0.8, 0.95] as const;
const BINS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const;

/** Share of intervals that hold the true e, of all meters with an estimate and of the drifted among them. */
export interface Coverage {
  readonly level: number;
  readonly all: Share;
  readonly drifted: Share;
}

interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly meanProbability: number | null;
  /** Share for which it was true. */
  readonly found: Share;
}

/** Whether a stated probability means what it says, over all meters that have one. */
export interface Calibration {
  readonly field: 'probability_drifted' | 'probability_over_limit';
  readonly estimator: Estimator;
  readonly meters: number;
  /** Sum of the probabilities: how many were expected; and how many there were. */
  readonly expected: number;
  readonly found: number;
  /** Mean squared difference from the truth (Brier, Monthly Weather Review 78, 1950), and that of the share itself. */
  readonly brier: number;
  readonly brierOfShare: number;
  readonly bins: readonly ReliabilityBin[];
  /** Those above 0.95: what lists are made of. */
  readonly sure: ReliabilityBin;
}

export function coverages(rows: readonly MeterRow[], estimator: Estimator): Coverage[] {
  return LEVELS.map((level) => ({
    level,
    all: covered(rows, estimator, level),
    drifted: covered(
      rows.filter(({ drifted }) => drifted),
      estimator,
      level,
    ),
  }));
}

/** 95 % from the stated interval where there is one, else from a normal with the stated standard error. */
function covered(rows: readonly MeterRow[], estimator: Estimator, level: number): Share {
  const z = normalQuantile((1 + level) / 2);
  let stated = 0;
  let inside = 0;
  for (const { said, truth } of rows) {
    const interval = intervalOf(said[estimator], level, z);
    if (interval === undefined) continue;
    stated += 1;
    if (truth >= interval[0] && truth <= interval[1]) inside += 1;
  }
  return share(inside, stated);
}

function intervalOf(
  said: Statement | undefined,
  level: number,
  z: number,
): readonly [number, number] | undefined {
  if (said === undefined || said.estimate === null) return undefined;
  const { estimate, standardError, low, high } = said;
  if (level === 0.95 && low !== null && high !== null) return [low, high];
  if (standardError === null) return undefined;
  return [estimate - z * standardError, estimate + z * standardError];
}

/** Of every estimator that gives probabilities. */
export function calibrations(rows: readonly MeterRow[]): Calibration[] {
  const drifted = (['verimeter', 'oracle', 'prototype'] as const).map((estimator) =>
    calibrationOf(
      { field: 'probability_drifted', estimator },
      rows.map((row) => [row.said[estimator]?.probability ?? null, row.drifted]),
    ),
  );
  const beyond = calibrationOf(
    { field: 'probability_over_limit', estimator: 'verimeter' },
    rows.map((row) => [row.overLimit, row.beyond]),
  );
  return [...drifted, beyond].flatMap((found) => found ?? []);
}

function calibrationOf(
  name: Pick<Calibration, 'field' | 'estimator'>,
  pairs: readonly (readonly [number | null, boolean])[],
): Calibration | undefined {
  const stated = pairs.flatMap(([p, truth]) => (p === null ? [] : [{ p, truth }]));
  if (stated.length === 0) return undefined;
  const found = stated.filter(({ truth }) => truth).length;
  const part = found / stated.length;
  return {
    ...name,
    meters: stated.length,
    expected: stated.reduce((sum, { p }) => sum + p, 0),
    found,
    brier: stated.reduce((sum, { p, truth }) => sum + (p - Number(truth)) ** 2, 0) / stated.length,
    brierOfShare: part * (1 - part),
    bins: BINS.slice(0, -1).map((from, index) => binOf(stated, from, BINS[index + 1] ?? 1)),
    sure: binOf(stated, 0.95, 1),
  };
}

function binOf(
  stated: readonly { readonly p: number; readonly truth: boolean }[],
  from: number,
  to: number,
): ReliabilityBin {
  const inside = stated.filter(({ p }) => p >= from && (p < to || (to === 1 && p <= 1)));
  const sum = inside.reduce((total, { p }) => total + p, 0);
  return {
    from,
    to,
    meanProbability: inside.length === 0 ? null : sum / inside.length,
    found: share(inside.filter(({ truth }) => truth).length, inside.length),
  };
}
