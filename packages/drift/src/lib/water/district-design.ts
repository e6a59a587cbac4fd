import { addCombination, at, fitRidge, mean } from '@verimeter/statistics';
import type { AreaDesign } from '../area-design.ts';
import type { DistrictIntervals } from './district-intervals.ts';
import { usualLoss } from './district-intervals.ts';
import type { DistrictShape } from './leak-noise.ts';
import { stillHomes } from './unmetered-homes.ts';

/** sd of the supply meter's error over the limit of its class: most flows are where a third of it holds, and within that it is anywhere. */
const SUPPLY_SD_OF_LIMIT = 1 / 3 / Math.sqrt(3);
/** sd of what its error changes between no flow and twice the usual one. */
const SUPPLY_SLOPE_SD = 0.004;
/** Exponent of the leak over pressure: joints and plastic pipes above 1, holes in stiff pipes 0.5. */
const EXPONENT = 1;
const EXPONENT_SD = 0.35;
/** Share of the part of the measured pressure that demand and hours do not explain which the leak does not follow. */
const NOT_FOLLOWED_SD = 0.5;
/** Where the pressure is measured within the district, what the leak still depends on demand; where it is not. Share of the leak. */
const DEMAND_SD = { inside: 0.02, inlet: 0.06, none: 0.12 } as const;
/** Daily swing of the leak where no pressure is measured, and of what flows unmetered at all; shares of the leak and of the flow. */
const SWING_SD = 0.12;
const UNMETERED_SD = 0.01;
/** Litres that a meter does not count in an hour of small flow: mean and sd of a district. */
const LOW_FLOW_LOSS = { mean: 0.05, sd: 0.2 } as const;
/** The same of a single meter, around that of the district. */
const LOW_FLOW_OWN_SD = 0.1;
/** sd of what stays in each beta whatever the window, as a share of the loss: pressure at the customer's own place. */
const PLACE_SD_OF_LOSS = 0.01;
/** What flows behind a register that stands still, over its habits: nothing, or all of it. */
const STILL_MEAN = 0.5;
const STILL_SD = 0.6;
/** sd of the error that a meter had before its last verification or swap. */
const BEFORE_SD = 0.1;
/** Of a meter whose clock is wrong, hours. */
const LATE_SD_HOURS = 0.5;
/** Share of the rounding variance in a smoothed column that is left as bias. */
const ROUNDING_LEFT = 0.2;

/** d = X b + leak + n with d = Q - sum r: columns and priors; what the leak itself does is the business of the noise. */
export interface DistrictDesign extends Pick<
  AreaDesign,
  | 'n'
  | 'lossSeen'
  | 'lossShare'
  | 'position'
  | 'priorSd'
  | 'priorMean'
  | 'betaBiasSd'
  | 'betaWanderSd'
  | 'informations'
> {
  readonly district: DistrictIntervals;
  readonly intervals: DistrictIntervals['intervals'];
  /** Columns 0..n-1 are -r_i, their coefficients beta_i: volume lost at small flows included. */
  readonly columns: readonly Float64Array[];
  readonly balance: Float64Array;
  readonly shape: DistrictShape;
  /** Prior sd of what the supply has wrong in proportion to the demand. */
  readonly supplySd: number;
  /** Columns of what the leak does beside its level: with demand, pressure and time of day. */
  readonly leakColumns: readonly number[];
  /** Litres lost per low hour times low hours over volume, by consumer: what its error is lower by for it, before any data. */
  readonly lowFlowShare: Float64Array;
}

/** What is known of a district besides its readings. */
export interface DistrictFacts {
  /** Limit of the class of the supply meter. */
  readonly supplyLimit: number;
  /** Consumers whose readings are taken at other times than they say. */
  readonly late: readonly number[];
  /** Share of the homes that are left out of the balance: what they draw is none of the leak. */
  readonly unread: number;
}

/** `level`: litres per hour that leak, where that is known better than as one number. */
export function designDistrict(
  district: DistrictIntervals,
  known: DistrictFacts,
  level?: Float64Array,
): DistrictDesign {
  const { intervals, flows, total, supply, pressure } = district;
  const { count, hours } = intervals;
  const n = flows.length;
  const usual = mean(supply);
  const perHour = mean(total) / mean(hours);
  const leak = level ?? new Float64Array(count).fill(usualLoss(district));
  const gain = new Float64Array(count);
  const usualPressure = pressure === undefined ? 1 : mean(pressure);
  for (let t = 0; t < count; t++) {
    const relative = pressure === undefined ? 1 : (pressure[t] as number) / usualPressure;
    gain[t] = (hours[t] as number) * Math.max(0.05, relative) ** EXPONENT;
  }
  const lost = leak.map((value, t) => value * (gain[t] as number));
  const load = total.map((value, t) => value / ((hours[t] as number) * perHour) - 1);
  const counts = intervals.consumers.map(({ countsFrom }) => countsFrom);
  const columns: Float64Array[] = flows.map((flow, i) =>
    flow.map((value, t) => (t < (counts[i] as number) ? 0 : -value)),
  );
  const sds: number[] = flows.map(() => 0.1);
  const means: number[] = flows.map(() => 0);
  const add = (sd: number, centre: number, valueAt: (t: number) => number): void => {
    columns.push(Float64Array.from({ length: count }, (_, t) => valueAt(t)));
    sds.push(sd);
    means.push(centre);
  };
  // before its last verification a meter had an error that says nothing of it now
  flows.forEach((flow, i) => {
    const since = counts[i] as number;
    if (since > 0) add(BEFORE_SD, 0, (t) => (t < since ? -(flow[t] as number) : 0));
  });
  // error of the supply with what homes draw that are not read, and how it changes with the flow
  const supplySd = Math.hypot(SUPPLY_SD_OF_LIMIT * known.supplyLimit, known.unread);
  add(supplySd, 0, (t) => total[t] as number);
  add(SUPPLY_SLOPE_SD, 0, (t) => (total[t] as number) * (load[t] as number));
  // demand lowers the pressure, and with it the leak: what the measured pressure does not show of it
  const demand =
    pressure === undefined
      ? DEMAND_SD.none
      : district.pressureMeters > 0
        ? DEMAND_SD.inside
        : DEMAND_SD.inlet;
  const leakColumns: number[] = [];
  const addLeak = (sd: number, valueAt: (t: number) => number): void => {
    leakColumns.push(columns.length);
    add(sd, 0, valueAt);
  };
  addLeak(demand, (t) => (lost[t] as number) * (load[t] as number));
  addLeak(demand / 2, (t) => (lost[t] as number) * ((load[t] as number) ** 2 - 0.5));
  const waves = dailyWaves(intervals);
  for (const wave of waves) add(UNMETERED_SD * usual, 0, (t) => wave[t] as number);
  if (pressure === undefined)
    for (const wave of waves) addLeak(SWING_SD, (t) => (lost[t] as number) * (wave[t] as number));
  else {
    addLeak(EXPONENT_SD, (t) => {
      const relative = Math.max(0.05, (pressure[t] as number) / usualPressure);
      return (lost[t] as number) * Math.log(relative);
    });
    const explained = fitted(pressure, [load, load.map((value) => value * value), ...waves]);
    addLeak(NOT_FOLLOWED_SD, (t) => {
      const rest = (pressure[t] as number) - (explained[t] as number);
      return ((lost[t] as number) * rest) / usualPressure;
    });
  }
  const volumes = flows.map((flow) => flow.reduce((sum, value) => sum + value, 0));
  const lowHours = district.lowHours.map((low) => low.reduce((sum, value) => sum + value, 0));
  const perLitre = volumes.map((volume, i) => (volume > 0 ? at(lowHours, i) / volume : 0));
  // volume lost at small flows, less what beta_i already counts of it
  add(LOW_FLOW_LOSS.sd, LOW_FLOW_LOSS.mean, (t) => {
    let sum = 0;
    for (let i = 0; i < n; i++)
      sum +=
        ((district.lowHours[i] as Float64Array)[t] as number) -
        (perLitre[i] as number) * ((flows[i] as Float64Array)[t] as number);
    return sum;
  });
  const extra = new Float64Array(count);
  for (const still of stillHomes(district)) {
    const { from, usual: habit, variance, share } = still;
    add(STILL_SD, STILL_MEAN, (t) => habit[t] as number);
    // all homes are alike in what their days have in common
    add(share, 0, (t) => (t < from ? 0 : (total[t] as number)));
    for (let t = from; t < count; t++)
      extra[t] = (extra[t] as number) + STILL_MEAN * (variance[t] as number);
  }
  for (const i of known.late) {
    const change = offsetColumn(flows[i] as Float64Array, district.broken);
    add(LATE_SD_HOURS, 0, (t) => change[t] as number);
  }
  const share = Math.max(0, 1 - mean(total) / usual);
  const variances = flows.map((flow) => varianceOf(flow));
  const betaWanderSd = Float64Array.from(variances, (variance, i) =>
    Math.min(3, (ROUNDING_LEFT * at(district.quanta, i) ** 2) / 6 / Math.max(variance, 1e-9)),
  );
  return {
    district,
    intervals,
    n,
    columns,
    priorSd: Float64Array.from(sds),
    priorMean: Float64Array.from(means),
    informations: [],
    balance: supply.map((value, t) => value - (total[t] as number)),
    lossSeen: pressure !== undefined,
    lossShare: share,
    position: undefined,
    supplySd,
    leakColumns,
    betaWanderSd,
    betaBiasSd: betaWanderSd.map((rounding, i) =>
      Math.hypot(rounding, PLACE_SD_OF_LOSS * share, LOW_FLOW_OWN_SD * at(perLitre, i)),
    ),
    lowFlowShare: Float64Array.from(perLitre, (value) => LOW_FLOW_LOSS.mean * value),
    shape: {
      gain,
      hours,
      flow: flowScale(flows, count),
      rounding: (district.supplyQuantum ** 2 + district.quanta.reduce((s, q) => s + q * q, 0)) / 12,
      broken: district.broken,
      extra,
      usual,
    },
  };
}

/** What the balance gains where a meter is read an hour late: less the change of its flow. */
export function offsetColumn(flow: Float64Array, broken: Uint8Array): Float64Array {
  const last = flow.length - 1;
  return flow.map((own, t) => {
    const after = t === last || broken[t + 1] === 1 ? own : (flow[t + 1] as number);
    const before = broken[t] === 1 ? own : (flow[t - 1] as number);
    return (before - after) / 2;
  });
}

/** Sum of squares of the homes' flows over its mean. */
function flowScale(flows: readonly Float64Array[], count: number): Float64Array {
  const out = new Float64Array(count);
  for (const flow of flows)
    for (let t = 0; t < count; t++) out[t] = (out[t] as number) + (flow[t] as number) ** 2;
  const usual = Math.max(mean(out), 1e-9);
  return out.map((value) => value / usual);
}

function varianceOf(series: Float64Array): number {
  const centre = mean(series);
  let sum = 0;
  for (const value of series) sum += (value - centre) ** 2;
  return sum / Math.max(1, series.length);
}

/** cos and sin of the day and of half of it, at the middle of each interval. */
function dailyWaves({ from, to, hours, count }: DistrictIntervals['intervals']): Float64Array[] {
  const stepHours = (hours[0] ?? 1) / Math.max(1, at(to, 0) - at(from, 0));
  return [1, 2].flatMap((waves) =>
    [Math.cos, Math.sin].map((wave) =>
      Float64Array.from({ length: count }, (_, t) => {
        const middle = 0.5 * stepHours * (at(from, t) + at(to, t));
        return wave((2 * Math.PI * waves * middle) / 24);
      }),
    ),
  );
}

/** What a constant and `columns` explain of a series (least squares, hardly shrunk). */
function fitted(series: Float64Array, columns: readonly Float64Array[]): Float64Array {
  const all = [new Float64Array(series.length).fill(1), ...columns];
  const fit = fitRidge(all, series, { precision: all.map(() => 1e-6), variance: 1 });
  const out = new Float64Array(series.length);
  if (fit !== undefined) addCombination(out, all, fit.coefficients);
  return out;
}
