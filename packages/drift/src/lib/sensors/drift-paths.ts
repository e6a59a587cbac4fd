import { WEEKS_PER_YEAR } from './calendar.ts';
import type { DriftColumn } from './wander-filter.ts';

/**
 * Steps may begin in any week: among errors that change little from one week to the next a step that is put one week beside its place is
 * no step. Ramps are tried so many weeks apart, and so many of them at most.
 */
const RAMP_WEEKS = 2;
const MOST_RAMPS = 30;
/** Offsets beside a gain are told far less well than it: a coarse grid will do. */
const OFFSET_WEEKS = 6;
/** Share of its first week that a step fills. */
const STEP_SHARES: readonly number[] = [0.4, 1];
/** Weeks before the first step: without a time before it, a step is the level of the place. */
const BEFORE_STEP = 4;

type DriftKind = 'step' | 'ramp';

/** Share of each kind among drifts. */
const KINDS: readonly {
  readonly kind: DriftKind;
  readonly of: 'gain' | 'offset';
  readonly share: number;
}[] = [
  { kind: 'ramp', of: 'gain', share: 0.66 },
  { kind: 'step', of: 'gain', share: 0.2 },
  { kind: 'ramp', of: 'offset', share: 0.07 },
  { kind: 'step', of: 'offset', share: 0.07 },
];

/** A way in which a sensor may have drifted since an onset. */
export interface DriftPath extends DriftColumn {
  readonly kind: DriftKind;
  /** Week of the stretch in which it began. */
  readonly onset: number;
  /** Logarithm of the probability that it begins here, for one onset a year. */
  readonly logPrior: number;
}

/** Every path that is considered over so many weeks. `offsets`: whether gain and offset differ. */
export function driftPaths(weeks: number, offsets: boolean): DriftPath[] {
  const rampWeeks = Math.max(RAMP_WEEKS, Math.ceil(weeks / MOST_RAMPS));
  const paths: DriftPath[] = [];
  for (const { kind, of, share } of KINDS) {
    if (of === 'offset' && !offsets) continue;
    const every = of === 'offset' ? OFFSET_WEEKS : kind === 'ramp' ? rampWeeks : 1;
    const scaled = offsets ? share : kind === 'ramp' ? 0.6 : 0.4;
    const shares = kind === 'step' && of === 'gain' ? STEP_SHARES : [1];
    for (let onset = 0; onset < weeks; onset += every) {
      if (kind === 'step' && onset < BEFORE_STEP) continue;
      for (const ofWeek of shares)
        paths.push({
          kind,
          of,
          onset,
          logPrior: Math.log((scaled * every) / WEEKS_PER_YEAR / shares.length),
          byWeek: Float64Array.from({ length: weeks }, (_, w) =>
            w === onset && kind === 'step' ? ofWeek : sharePast(kind, w - onset),
          ),
        });
    }
  }
  return paths;
}

/** How far a drift of size 1 has come so many weeks after its onset, in the middle of the week; ramps grow by 1 a year. */
function sharePast(kind: DriftKind, weeks: number): number {
  if (weeks < 0) return 0;
  return kind === 'step' ? 1 : (weeks + 0.5) / WEEKS_PER_YEAR;
}
