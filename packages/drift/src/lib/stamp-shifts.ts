import { at, dot, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaEvidence } from './area-evidence.ts';
import { type AreaIntervals, meterOf } from './area-intervals.ts';
import { whiten, whitenTransposed } from './balance-noise.ts';
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
  const lags = searchedLags(input.grid.stepUs);
  const look = {
    evidence,
    model,
    residualBack: whitenTransposed(evidence.filter, evidence.residual),
  };
  const change = new Float64Array(intervals.count);
  return intervals.consumers.flatMap((consumer) => {
    const counter = netCounter(meterOf(input, consumer.meter));
    const now = energyAtLag(counter, intervals, 0);
    let best: LagFit | undefined;
    for (const steps of lags) {
      const product = changeAtLag(change, look.residualBack, { counter, now, intervals, steps });
      const fit = product < 0 ? undefined : fitLag(look, { steps, change, product });
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

interface ShiftLook {
  readonly evidence: AreaEvidence;
  readonly model: WideModel;
  /** Its product with a series is that of the residual with the whitened series. */
  readonly residualBack: Float64Array;
}

interface LagFit extends Contributions {
  readonly steps: number;
  readonly score: number;
}

/**
 * What the energies of all intervals change by if the readings are put `steps` earlier; nothing is known of a missing one. Returns the
 * product with `weights`.
 */
function changeAtLag(
  change: Float64Array,
  weights: Float64Array,
  at0: {
    readonly counter: Float64Array;
    readonly now: Float64Array;
    readonly intervals: AreaIntervals;
    readonly steps: number;
  },
): number {
  const { counter, now, steps } = at0;
  const { from, to } = at0.intervals;
  const last = counter.length;
  let product = 0;
  for (let t = 0; t < change.length; t++) {
    const a = (from[t] as number) + steps;
    const b = (to[t] as number) + steps;
    let value = 0;
    if (a >= 0 && b < last) {
      value = (counter[b] as number) - (counter[a] as number) - (now[t] as number);
      if (Number.isNaN(value)) value = 0;
    }
    change[t] = value;
    product += value * (weights[t] as number);
  }
  return product;
}

/** Share of the window that is whitened before the rest of it. */
const FIRST_LOOK = 0.25;
/** More than rounding makes of a sum of products. */
const ROUNDING = 1e-6;

/** Regression of the balance on what the shift changes, everything else with its prior; undefined where it says little. */
function fitLag(
  { evidence, model }: Omit<ShiftLook, 'residualBack'>,
  {
    steps,
    change,
    product,
  }: { readonly steps: number; readonly change: Float64Array; readonly product: number },
): LagFit | undefined {
  const { p, filter, whitened, residual } = evidence;
  // What the other columns take can only raise the score: half of it is asked for before they are looked at.
  const least = MIN_SCORE / 2;
  // Nearly all fail by their product with the residual and the squares of a part of the window.
  const part = whiten(filter, change.subarray(0, Math.ceil(FIRST_LOOK * change.length)));
  if (product < (least - ROUNDING) * Math.sqrt(dot(part, part))) return undefined;
  const column = evidence.whiten(change);
  const cross = dot(column, residual);
  const squares = dot(column, column);
  if (!(cross > least * Math.sqrt(squares))) return undefined;
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
