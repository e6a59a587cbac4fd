import { at } from '@verimeter/statistics';

/** What the balance says of one meter's constant level, less the mean of its lot. */
export interface SeenLevel {
  readonly lot: string;
  /** Area, or whatever shares a scale of the bias. */
  readonly area: string;
  /** P(not drifted): how much the meter says of the healthy ones. */
  readonly healthy: number;
  readonly deviation: number;
  /** Variance of the deviation from noise and from what is unknown of all others. */
  readonly variance: number;
  /** sd of what is wrong with the meter's share of the loss before any scale, ratio. */
  readonly bias: number;
}

/** Spread of the healthy errors of each lot, and factor on the bias of each area. */
export interface HealthySpread {
  readonly lotSd: ReadonlyMap<string, number>;
  readonly biasScale: ReadonlyMap<string, number>;
  /** Factor for an area of which nothing is known. */
  readonly fleetScale: number;
}

/** 0.3 % for class 1, known to a factor of 1.5 (one standard deviation). */
export const FIRST_LOT_SD = 0.003;
const LOT_SD_LOG = 0.25;
/** The bias formula (decision 0082) is right to a factor of 1.6 for a fleet, 1.3 between its areas. */
const FLEET_SCALE_LOG = 0.5;
const AREA_SCALE_LOG = 0.25;
/** Deviations beyond this many standard deviations no longer widen the spread: drifts that were not found. */
const LARGEST_Z = 3;

const LOT_SDS = grid(0.0015, 0.008, 22);
const SCALES = grid(0.15, 4, 34);

function grid(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => from * (to / from) ** (k / (count - 1)));
}

/**
 * Most probable spreads and scales by coordinate ascent over grids (4 and 10 % fine). Both widen a meter's deviation; what tells
 * them apart is that the bias differs between meters in a known way.
 */
export function learnSpread(meters: readonly SeenLevel[]): HealthySpread {
  const byLot = Map.groupBy(meters, ({ lot }) => lot);
  const byArea = Map.groupBy(meters, ({ area }) => area);
  const lotSd = new Map([...byLot.keys()].map((lot) => [lot, FIRST_LOT_SD]));
  const biasScale = new Map([...byArea.keys()].map((area) => [area, 1]));
  let fleetScale = 1;
  for (let round = 0; round < 4; round++) {
    const logFleet = (scale: number): number =>
      -0.5 * (Math.log(scale) / FLEET_SCALE_LOG) ** 2 +
      fit(meters, (meter) => lotVariance(lotSd, meter) + (scale * meter.bias) ** 2);
    fleetScale = mostProbable(SCALES, logFleet);
    for (const [area, members] of byArea)
      biasScale.set(
        area,
        mostProbable(
          SCALES,
          (scale) =>
            -0.5 * (Math.log(scale / fleetScale) / AREA_SCALE_LOG) ** 2 +
            fit(members, (meter) => lotVariance(lotSd, meter) + (scale * meter.bias) ** 2),
        ),
      );
    for (const [lot, members] of byLot)
      lotSd.set(
        lot,
        mostProbable(
          LOT_SDS,
          (sd) =>
            -0.5 * (Math.log(sd / FIRST_LOT_SD) / LOT_SD_LOG) ** 2 +
            fit(members, (meter) => sd * sd + ((biasScale.get(meter.area) ?? 1) * meter.bias) ** 2),
        ),
      );
  }
  return { lotSd, biasScale, fleetScale };
}

function lotVariance(lotSd: ReadonlyMap<string, number>, meter: SeenLevel): number {
  return (lotSd.get(meter.lot) ?? FIRST_LOT_SD) ** 2;
}

/** Log likelihood of the deviations, `own` variance added to that of each. */
function fit(meters: readonly SeenLevel[], own: (meter: SeenLevel) => number): number {
  let sum = 0;
  for (const meter of meters) {
    const variance = meter.variance + own(meter);
    const square = Math.min(LARGEST_Z ** 2, meter.deviation ** 2 / variance);
    sum -= 0.5 * meter.healthy * (Math.log(variance) + square);
  }
  return sum;
}

function mostProbable(values: Float64Array, log: (value: number) => number): number {
  let best = at(values, 0);
  let most = -Infinity;
  for (const value of values) {
    const own = log(value);
    if (own > most) {
      most = own;
      best = value;
    }
  }
  return best;
}
