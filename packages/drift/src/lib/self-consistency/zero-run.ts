import type { EvidenceItem } from '../fleet-types.ts';
import { absent, type CheckOutcome } from './check-outcome.ts';
import { type DeviceSeries, DAY_US } from './device-series.ts';

const CHECK = 'zero_run';
const LEAST_DAYS = 3;
const LEAST_HISTORY_DAYS = 14;
const LEAST_CHANGES = 20;
/** Times the longest rest of the same register. */
const LONGER = 6;
/** Chance that a meter in order rests as long as `expected at most` within a year. */
const PER_YEAR = 0.01;
/** Bounds of the tail index: below 1 a rest has no mean, above 4 few points would promise too much. */
const LEAST_INDEX = 1;
const MOST_INDEX = 4;

/**
 * How long a register has been resting, against its own rests before: their longest, and what their tail (Hill's estimate, a power law, the
 * heaviest that such times follow) exceeds once in a hundred years. Absence and fault look alike: a reason to look, no verdict.
 */
export function checkZeroRun(
  device: Pick<DeviceSeries, 'grid' | 'importRegister' | 'exportRegister'>,
  options: { readonly asOfUs: number; readonly validFromUs?: number | undefined },
): CheckOutcome {
  const { grid, importRegister: register, exportRegister } = device;
  if (register === undefined) return absent(CHECK);
  const until = Math.min(grid.count - 1, Math.floor((options.asOfUs - grid.startUs) / grid.stepUs));
  const rests: number[] = [];
  let first = -1;
  let last = -1;
  let changedAt = -1;
  let value = NaN;
  let start = NaN;
  let exportAtChange = NaN;
  let exported = NaN;
  for (let k = 0; k <= until; k++) {
    const now = register[k] as number;
    if (!Number.isFinite(now)) continue;
    if (options.validFromUs !== undefined && grid.startUs + k * grid.stepUs < options.validFromUs)
      continue;
    const out = exportRegister?.[k];
    if (out !== undefined && Number.isFinite(out)) exported = out;
    if (first < 0) {
      first = k;
      changedAt = k;
      start = now;
      exportAtChange = exported;
    } else if (now !== value) {
      rests.push(k - changedAt);
      changedAt = k;
      exportAtChange = exported;
    }
    value = now;
    last = k;
  }
  const toDays = grid.stepUs / DAY_US;
  const history = (changedAt - first) * toDays;
  const days = (last - changedAt) * toDays;
  if (first < 0 || rests.length < LEAST_CHANGES || history < LEAST_HISTORY_DAYS)
    return { check: CHECK, state: 'not_resolvable' };
  const longest = Math.max(...tailOf(rests)) * toDays;
  const usual = Math.max(longest, tailBound(rests, history) * toDays);
  const bound = Math.max(LEAST_DAYS, LONGER * longest, usual);
  const measured = { size: days, standardError: 0, hours: 24 * days };
  if (days > bound && !(exported > exportAtChange)) {
    const meanWatts = ((value - start) / (history * 24)) * 1000;
    const evidence: EvidenceItem = {
      code: 'zero_run',
      values: { days, mean_watts: meanWatts, usual },
    };
    return { check: CHECK, state: 'inconsistent', ...measured, evidence };
  }
  return { check: CHECK, state: 'consistent', ...measured, minimumDetectable: bound };
}

/** The longest rests, descending: the root of their number, at least ten. */
function tailOf(rests: readonly number[]): number[] {
  const sorted = rests.toSorted((a, b) => b - a);
  return sorted.slice(0, Math.max(10, Math.ceil(Math.sqrt(sorted.length))));
}

function tailBound(rests: readonly number[], historyDays: number): number {
  const tail = tailOf(rests);
  const least = tail.at(-1) ?? 1;
  const mean = tail.reduce((sum, rest) => sum + Math.log(rest / least), 0) / tail.length;
  const index = Math.min(MOST_INDEX, Math.max(LEAST_INDEX, mean > 0 ? 1 / mean : MOST_INDEX));
  const perYear = (rests.length * 365) / historyDays;
  const exceedance = PER_YEAR / perYear;
  return least * (tail.length / rests.length / exceedance) ** (1 / index);
}
