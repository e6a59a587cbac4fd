import { at, dot, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaEvidence } from './area-evidence.ts';
import { meterOf } from './area-intervals.ts';
import type { FleetInput, MeterSeries } from './fleet-types.ts';
import { energyAtLag, netCounter, searchedLags } from './grid-counter.ts';
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

/** Share of the meter's energy that moves: 1 in a true shift, 0.5 where its energy is not in the supply at all. */
const GAIN = [0.75, 1.25] as const;
/** Standard deviations of the gain from zero: 26 and more in true shifts, below 4 in clean areas (decision 0086). */
const MIN_SCORE = 8;
/** Log likelihood that a change inside the window has to win over none. */
const SPLIT_COST = 10;
/** Grid points at which a change is hardly less likely than at the best one: log likelihood ratio. */
const SPLIT_DOUBT = 4;
/** A day on either side of a change is what an area can do without. */
const MOST_UNSURE = 48;
/** A change is placed with this many intervals on its side at least: three days of quarter hours. */
const LEAST_SIDE = 288;

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
    const span = spanOf(best);
    if (span === undefined) return [];
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

interface LagFit {
  readonly steps: number;
  readonly score: number;
  /** Per interval: what a shift of its reading adds to the score's numerator, and to the information. */
  readonly cross: Float64Array;
  readonly information: Float64Array;
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
  const share = information / squares;
  return {
    steps,
    score: cross / Math.sqrt(information),
    cross: column.map((value, t) => value * at(residual, t)),
    information: column.map((value) => value * value * share),
  };
}

interface Span {
  /** Intervals, both included. */
  readonly first: number;
  readonly last: number;
  readonly unsure: number;
  /** Log likelihood over no shift. */
  readonly wins: number;
}

/** The whole window, or the part behind or before a change, whichever is likeliest; undefined where the gain is not 1. */
function spanOf(fit: LagFit): Span | undefined {
  const count = fit.cross.length;
  const crossUntil = runningSum(fit.cross);
  const informationUntil = runningSum(fit.information);
  const gainOf = (first: number, end: number): number =>
    (at(crossUntil, end) - at(crossUntil, first)) /
    (at(informationUntil, end) - at(informationUntil, first));
  // log likelihood of a shift (gain 1) over none
  const wins = (first: number, end: number): number =>
    at(crossUntil, end) -
    at(crossUntil, first) -
    (at(informationUntil, end) - at(informationUntil, first)) / 2;
  let best = { first: 0, end: count, wins: wins(0, count) + SPLIT_COST };
  for (let split = LEAST_SIDE; split <= count - LEAST_SIDE; split++)
    for (const [first, end] of [
      [split, count],
      [0, split],
    ] as const) {
      const own = wins(first, end);
      if (own > best.wins) best = { first, end, wins: own };
    }
  const { first, end } = best;
  const gain = gainOf(first, end);
  const score =
    gain * Math.sqrt(Math.max(0, at(informationUntil, end) - at(informationUntil, first)));
  if (!(score >= MIN_SCORE) || gain < GAIN[0] || gain > GAIN[1]) return undefined;
  let unsure = 0;
  if (first > 0 || end < count) {
    const split = first > 0 ? first : end;
    const winsAt = (k: number): number => (first > 0 ? wins(k, count) : wins(0, k));
    while (
      unsure < MOST_UNSURE &&
      split - unsure - 1 > 0 &&
      split + unsure + 1 < count &&
      Math.max(winsAt(split - unsure - 1), winsAt(split + unsure + 1)) > best.wins - SPLIT_DOUBT
    )
      unsure++;
  }
  return { first, last: end - 1, unsure, wins: best.wins };
}

function runningSum(values: Float64Array): Float64Array {
  const out = new Float64Array(values.length + 1);
  for (let t = 0; t < values.length; t++) out[t + 1] = at(out, t) + at(values, t);
  return out;
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
