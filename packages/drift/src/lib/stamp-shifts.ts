import { at, dot, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaEvidence } from './area-evidence.ts';
import { meterOf } from './area-intervals.ts';
import type { FleetInput, MeterSeries } from './fleet-types.ts';
import { energyAtLag, netCounter, searchedLags } from './grid-counter.ts';
import { type Contributions, contributionsOf, unitSpan } from './unit-span.ts';
import type { WideModel } from './wide-model.ts';

/** A meter whose readings carry a time that is whole steps of the grid off. */
export interface StampShift {
  /** Index into `FleetInput.meters`. */
  readonly meter: number;
  /** Grid steps by which its stamps are late; negative: early. */
  readonly steps: number;
  /** Grid points of the true time between which they are, both included; infinite but for a change inside the window. */
  readonly from: number;
  readonly to: number;
  /** Grid points of either side of a change at which the stamps cannot be told. */
  readonly unsure: number;
}

/** Standard deviations of the coefficient from zero: 26 and more in true shifts, below 4 in clean areas (decision 0086). */
const MIN_SCORE = 8;

/**
 * The shifts that the balance asks for: at most one per consumer. While one is in the balance others may seem to change in the window:
 * such a change is believed only where nothing is likelier.
 */
export function findStampShifts(
  input: FleetInput,
  evidence: AreaEvidence,
  model: WideModel,
): StampShift[] {
  const found = everyShift(input, evidence, model);
  const likeliest = found.reduce((most, { wins }) => Math.max(most, wins), 0);
  return found
    .filter(({ shift, wins }) => wins === likeliest || shift.from === -shift.to)
    .map(({ shift }) => shift);
}

function everyShift(
  input: FleetInput,
  evidence: AreaEvidence,
  model: WideModel,
): { readonly shift: StampShift; readonly wins: number }[] {
  const { intervals } = evidence.design;
  return intervals.consumers.flatMap((consumer) => {
    const counter = netCounter(meterOf(input, consumer.meter));
    const now = energyAtLag(counter, intervals, 0);
    let best: LagFit | undefined;
    for (const steps of searchedLags(input.grid.stepUs)) {
      const change = energyAtLag(counter, intervals, steps);
      for (let t = 0; t < change.length; t++)
        change[t] = (change[t] as number) - (now[t] as number) || 0; // nothing is known of a missing one
      const fit = fitLag(evidence, model, { steps, change });
      if (fit !== undefined && (best === undefined || fit.score > best.score)) best = fit;
    }
    if (best === undefined) return [];
    // 0.5 where its energy is not in the supply at all
    const span = unitSpan(best);
    if (span === undefined || span.score < MIN_SCORE) return [];
    const { from, to } = intervals;
    const shift = {
      meter: consumer.meter,
      steps: best.steps,
      from: span.first === 0 ? -Infinity : at(from, span.first),
      to: span.last === intervals.count - 1 ? Infinity : at(to, span.last),
      unsure: span.unsure,
    };
    return [{ shift, wins: span.wins }];
  });
}

interface LagFit extends Contributions {
  readonly steps: number;
  readonly score: number;
}

/** Regression of the balance on what the shift changes, everything else with its prior; undefined where it says little. */
function fitLag(
  evidence: AreaEvidence,
  model: WideModel,
  { steps, change }: { readonly steps: number; readonly change: Float64Array },
): LagFit | undefined {
  const { p, whitened, residual } = evidence;
  const column = evidence.whiten(change);
  const cross = dot(column, residual);
  const squares = dot(column, column);
  // What the other columns take can only raise the score: half of it is asked for before they are looked at.
  if (!(cross > (MIN_SCORE / 2) * Math.sqrt(squares))) return undefined;
  const products = Float64Array.from({ length: p }, (_, j) =>
    dot(whitened[j] as Float64Array, column),
  );
  const solved = Float64Array.from(products);
  solveCholeskyInPlace(model.factor, p, solved);
  const information = squares - dot(products, solved);
  if (!(information > 0)) return undefined;
  return {
    steps,
    score: cross / Math.sqrt(information),
    ...contributionsOf(evidence, column, solved),
  };
}

/** The fleet with the readings of such meters put back to where they belong; what cannot be told is left out. */
export function putBack(input: FleetInput, shifts: readonly StampShift[]): FleetInput {
  if (shifts.length === 0) return input;
  const byMeter = new Map(shifts.map((shift) => [shift.meter, shift]));
  return {
    ...input,
    meters: input.meters.map((meter, index): MeterSeries => {
      const shift = byMeter.get(index);
      if (shift === undefined) return meter;
      const moved = (series: Float64Array): Float64Array => atTrueTime(series, shift);
      return {
        ...meter,
        importRegister: moved(meter.importRegister),
        ...(meter.exportRegister === undefined
          ? {}
          : { exportRegister: moved(meter.exportRegister) }),
        voltages: meter.voltages.map(moved),
      };
    }),
  };
}

function atTrueTime(series: Float64Array, { steps, from, to, unsure }: StampShift): Float64Array {
  const out = new Float64Array(series.length).fill(NaN);
  const wrong = (k: number): boolean => k >= from && k <= to;
  for (let k = 0; k < series.length; k++) {
    if (Math.abs(k - from) <= unsure || Math.abs(k - to) <= unsure) continue;
    // Where two readings had one stamp the store kept the first.
    if (wrong(k) ? k + steps < from : steps > 0 && wrong(k - steps)) continue;
    out[k] = series[wrong(k) ? k + steps : k] ?? NaN;
  }
  return out;
}
