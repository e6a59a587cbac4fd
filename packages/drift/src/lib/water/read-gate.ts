import type { EvidenceItem } from '../fleet-types.ts';
import type { DistrictInput, ReadPattern, WaterFleetInput } from './water-types.ts';

/** All meters must be read at the same instants, and at least this often, minutes (drift-estimation.md 1.1, 3.4). */
const WANTED_MINUTES = 60;
/** Share of its readings that a meter must have on the grid. */
const LEAST_ON_GRID = 0.9;
/** Share of the consumers that may be left out of a balance. */
const MOST_LEFT_OUT = 0.05;
/**
 * Share of the grid steps that one of them may miss: up to it the hours without it are given up for all, beyond it the meter itself. What one home
 * draws costs the others more than a third of the time: of 30 homes, one standing for the last 16 to 31 of 90 days, drifts of 10 % are
 * found with a recall of 0.93 (0.79 to 0.98) without those hours, 0.40 (0.25 to 0.58) without that home.
 */
const MOST_MISSING = 0.35;

export interface ReadCheck {
  /** Set: the district is refused as `not_synchronous`. */
  readonly refusal: EvidenceItem | undefined;
  /** Consumers that never read, or not with the others: left out of the balance. */
  readonly leftOut: readonly number[];
}

function isSynchronous({ intervalUs, onGrid }: ReadPattern): boolean {
  return intervalUs <= 1.02 * WANTED_MINUTES * 60e6 && onGrid >= LEAST_ON_GRID;
}

/** Consumers that may be left out of a balance: what they draw is unmetered to it. */
export function mostLeftOut(consumers: number): number {
  return Math.max(1, Math.floor(MOST_LEFT_OUT * consumers));
}

/** Whether so much is missing of a register that the others would lose more time with it than precision without it. */
function isPatchy(
  { grid }: WaterFleetInput,
  register: Float64Array,
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): boolean {
  const first = Math.max(0, Math.ceil((fromUs - grid.startUs) / grid.stepUs));
  const last = Math.min(grid.count - 1, Math.floor((toUs - grid.startUs) / grid.stepUs));
  let missing = 0;
  for (let k = first; k <= last; k++) if (!Number.isFinite(register[k])) missing++;
  return missing > MOST_MISSING * (last - first + 1);
}

/** Whether the registers of a district can be balanced at all: read at one instant, every hour. */
export function checkReads(input: WaterFleetInput, { members, asOfUs }: DistrictInput): ReadCheck {
  const leftOut: number[] = [];
  const patterns: ReadPattern[] = [];
  let consumers = 0;
  let off = 0;
  let supplyOff = false;
  for (const { meter, role, fromUs, toUs } of members) {
    if (toUs <= asOfUs && role === 'consumer') continue;
    const series = input.meters[meter];
    const reads = series?.reads;
    if (role === 'consumer') consumers++;
    if (reads === undefined) {
      if (role === 'consumer') leftOut.push(meter);
      continue;
    }
    patterns.push(reads);
    if (isSynchronous(reads)) {
      const window = { fromUs, toUs: Math.min(toUs, asOfUs) };
      if (role === 'consumer' && series !== undefined && isPatchy(input, series.register, window))
        leftOut.push(meter);
      continue;
    }
    if (role !== 'consumer') supplyOff = true;
    else {
      off++;
      leftOut.push(meter);
    }
  }
  if (!supplyOff && off <= mostLeftOut(consumers)) return { refusal: undefined, leftOut };
  return {
    leftOut,
    refusal: {
      code: 'reads_not_synchronous',
      values: {
        meters: off + (supplyOff ? 1 : 0),
        of: patterns.length,
        on_grid: middle(patterns.map(({ onGrid }) => onGrid)),
        interval_minutes: middle(patterns.map(({ intervalUs }) => intervalUs / 60e6)),
        wanted: WANTED_MINUTES,
      },
    },
  };
}

/** The middle one of some values, the lower of two. */
function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
