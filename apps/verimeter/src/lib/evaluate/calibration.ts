import { normalQuantile } from '@verimeter/statistics';
import { share, type Share } from './measures.ts';
import type { MeterRow } from './meter-rows.ts';

const LEVELS = [0.5, 0.8, 0.95] as const;
const BINS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const;

/** Share of intervals that hold the true e, of all meters with an estimate and of the drifted among them. */
export interface Coverage {
  readonly level: number;
  readonly all: Share;
  readonly drifted: Share;
}

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly meanProbability: number | null;
  readonly drifted: Share;
}

export function coverages(rows: readonly MeterRow[]): Coverage[] {
  return LEVELS.map((level) => ({
    level,
    all: covered(rows, level),
    drifted: covered(
      rows.filter(({ drifted }) => drifted),
      level,
    ),
  }));
}

/** 95 % from the stated interval, the others from a normal with the stated standard error. */
function covered(rows: readonly MeterRow[], level: number): Share {
  const stated = rows.filter(({ estimate }) => estimate !== null);
  const z = normalQuantile((1 + level) / 2);
  const inside = stated.filter(({ estimate, standardError, low, high, truth }) => {
    if (level === 0.95) return truth >= (low ?? 0) && truth <= (high ?? 0);
    return Math.abs(truth - (estimate ?? 0)) <= z * (standardError ?? 0);
  });
  return share(inside.length, stated.length);
}

/** How often a stated probability_drifted was right. */
export function reliability(rows: readonly MeterRow[]): ReliabilityBin[] {
  return BINS.slice(0, -1).map((from, index) => {
    const to = BINS[index + 1] ?? 1;
    const inside = rows.filter(
      ({ probability: p }) => p !== null && p >= from && (p < to || (to === 1 && p <= 1)),
    );
    const sum = inside.reduce((total, { probability }) => total + (probability ?? 0), 0);
    return {
      from,
      to,
      meanProbability: inside.length === 0 ? null : sum / inside.length,
      drifted: share(inside.filter(({ drifted }) => drifted).length, inside.length),
    };
  });
}
