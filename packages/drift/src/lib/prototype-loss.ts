import {
  addGram,
  at,
  choleskyInPlace,
  dotRange,
  solveCholeskyInPlace,
} from '@verimeter/statistics';
import { type AreaIntervals, meterOf } from './area-intervals.ts';
import type { FleetInput } from './fleet-types.ts';

/** Rows per coefficient below which slopes are not fitted. */
const ROWS_PER_SLOPE = 3;

/**
 * Loss from voltages by hand-set slopes (drift-estimation.md 10): the drop from the bus to each meter is regressed on all loads of
 * its feeder and a constant; loss = sum of P_i times the fitted drop without the constant, over V_i. kW.h per interval; undefined
 * where the supply or a consumer has no voltages. The bus phase is the one whose drop is explained best.
 */
export function slopeLoss(input: FleetInput, intervals: AreaIntervals): Float64Array | undefined {
  const { consumers, supplyMeters, from, to, hours, count } = intervals;
  const buses = supplyMeters
    .map((index) => meterOf(input, index).voltages)
    .find((voltages) => voltages.length > 0);
  const channels = consumers.map(({ meter }) => meterOf(input, meter).voltages);
  if (buses === undefined || channels.some((own) => own.length === 0)) return undefined;
  const all = [...buses, ...channels.flat()];
  const rows: number[] = [];
  for (let t = 0; t < count; t++)
    if (
      at(to, t) - at(from, t) === 1 &&
      all.every((volts) => Number.isFinite(at(volts, at(to, t))))
    )
      rows.push(t);
  const pick = (volts: Float64Array): Float64Array =>
    Float64Array.from(rows, (t) => at(volts, at(to, t)));
  const busRows = buses.map(pick);
  const power = consumers.map(({ energy }) => energy.map((value, t) => value / at(hours, t)));
  const loss = new Float64Array(count);
  for (const members of byFeeder(intervals)) {
    if (rows.length < ROWS_PER_SLOPE * (members.length + 1)) return undefined;
    const loads = members.map((i) => power[i] as Float64Array);
    const regression = regressionOn(
      loads.map((load) => Float64Array.from(rows, (t) => at(load, t))),
      rows.length,
    );
    if (regression === undefined) return undefined;
    for (const i of members) {
      const own = channels[i] as readonly Float64Array[];
      for (const channel of own) {
        const volts = pick(channel);
        const slopes = regression(busRows, volts);
        const share = rows.length / volts.reduce((sum, value) => sum + value, 0) / own.length;
        addProducts(loss, { power: power[i] as Float64Array, loads, slopes, hours, share });
      }
    }
  }
  return loss;
}

function byFeeder({ consumers }: AreaIntervals): number[][] {
  const indices = consumers.map((_, i) => i);
  return [...Map.groupBy(indices, (i) => consumers[i]?.feeder ?? '').values()];
}

/** Adds P_i x fitted drop x `share` x hours, the drop being sum of slopes x loads. */
function addProducts(
  loss: Float64Array,
  of: {
    readonly power: Float64Array;
    readonly loads: readonly Float64Array[];
    readonly slopes: Float64Array;
    readonly hours: Float64Array;
    /** 1 / V, over the phases of the customer. */
    readonly share: number;
  },
): void {
  for (let t = 0; t < loss.length; t++) {
    let drop = 0;
    for (let j = 0; j < of.loads.length; j++)
      drop += at(of.slopes, j) * at(of.loads[j] as Float64Array, t);
    loss[t] = at(loss, t) + at(of.power, t) * drop * of.share * at(of.hours, t);
  }
}

/** Slopes, V/kW, of the drop from the bus phase that fits a channel best. */
function regressionOn(
  loads: readonly Float64Array[],
  rows: number,
): ((buses: readonly Float64Array[], volts: Float64Array) => Float64Array) | undefined {
  const columns = [...loads, new Float64Array(rows).fill(1)];
  const p = columns.length;
  const gram = new Float64Array(p * p);
  addGram(gram, columns, 0, rows);
  // a customer without load has no slope
  for (let j = 0; j < p; j++) gram[j * p + j] = at(gram, j * p + j) * (1 + 1e-9) + 1e-6;
  if (choleskyInPlace(gram, p) === undefined) return undefined;
  return (buses, volts) => {
    let best = new Float64Array(p);
    let least = Infinity;
    for (const bus of buses) {
      const drop = bus.map((value, t) => value - at(volts, t));
      const cross = Float64Array.from(columns, (column) => dotRange(column, drop, 0, rows));
      const slopes = Float64Array.from(cross);
      solveCholeskyInPlace(gram, p, slopes);
      let squares = dotRange(drop, drop, 0, rows);
      for (let j = 0; j < p; j++) squares -= at(cross, j) * at(slopes, j);
      if (squares >= least) continue;
      least = squares;
      best = slopes;
    }
    return best;
  };
}
