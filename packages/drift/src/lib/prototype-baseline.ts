import {
  addGram,
  at,
  choleskyInPlace,
  dotRange,
  mean,
  solveCholeskyInPlace,
} from '@verimeter/statistics';
import { type AreaIntervals, formIntervals } from './area-intervals.ts';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { errorOfBeta } from './health-decision.ts';
import { slopeLoss } from './prototype-loss.ts';
import { describeNoise, type PrototypeScale, whitenBy } from './prototype-noise.ts';
import { momentsOf, propagateTwoGroups } from './two-group-propagation.ts';

/** Settings of the prototype, chosen by hand (drift-estimation.md 2.4, 2.5 and 10): nothing is learned. Ratios, s, kW. */
const HEALTHY_SD = 0.0035;
const DRIFT_SD = 0.04;
const CLOCK_SD_S = 15;
const KAPPA_SD = 0.002;
const LOSS_GAIN_SD = 0.05;
const SUPPLY_SD = 0.002;
const FIXED_LOAD_KW = 0.001;
/** Without voltages: one column R^2 of this loss, half of which may be wrong. */
const ASSUMED_LOSS = 0.025;
const ASSUMED_GAIN_SD = 0.5;
const NOISE_ROUNDS = 3;

export interface PrototypeEstimate {
  readonly deviceId: string;
  readonly error: number;
  readonly standardError: number;
  readonly probabilityDrifted: number;
}

/** d = X b + n: the first n columns are -r_i, the others nuisances with prior N(0, sd^2). */
interface PrototypeModel {
  readonly n: number;
  readonly columns: readonly Float64Array[];
  readonly sd: readonly number[];
  readonly balance: Float64Array;
  readonly scale: PrototypeScale;
}

/**
 * The estimator that the product began from, for comparison only: the regression of drift-estimation.md 2.4 with settings made by
 * hand, two-group priors solved by expectation propagation in place of Gibbs sampling, errors constant over the window, no gate. It is told
 * the prevalence, which no utility knows.
 */
export function prototypeEstimates(
  input: FleetInput,
  area: AreaInput,
  prevalence: number,
): PrototypeEstimate[] {
  const intervals = formIntervals(input, area, new Set(), []);
  const model = prototypeModel(input, area, intervals);
  const { information, moment } = withoutNuisances(model, whitened(model));
  const marginals = propagateTwoGroups(information, moment, {
    drifted: prevalence,
    healthySd: HEALTHY_SD,
    driftSd: DRIFT_SD,
  });
  return marginals.map((marginal, i) => {
    const moments = momentsOf(marginal);
    return {
      deviceId: input.meters[intervals.consumers[i]?.meter ?? -1]?.deviceId ?? '',
      error: errorOfBeta(moments.mean),
      standardError: Math.sqrt(moments.variance) / (1 - moments.mean) ** 2,
      probabilityDrifted: marginal.probabilityDrifted,
    };
  });
}

function prototypeModel(
  input: FleetInput,
  area: AreaInput,
  intervals: AreaIntervals,
): PrototypeModel {
  const { consumers, supply, hours } = intervals;
  const energies = consumers.map(({ energy }) => energy);
  const total = sumOf(energies, intervals.count);
  const power = total.map((energy, t) => energy / at(hours, t));
  const technicalLoss = area.technicalLoss ?? ASSUMED_LOSS;
  const fitted = slopeLoss(input, intervals);
  const usual = mean(power) || 1;
  const loss = fitted ?? total.map((energy, t) => (technicalLoss * energy * at(power, t)) / usual);
  const stepHours = input.grid.stepUs / 3.6e9;
  const columns: Float64Array[] = energies.map((energy) => energy.map((value) => -value));
  const sd = energies.map(() => DRIFT_SD);
  const add = (column: Float64Array, deviation: number): void => {
    columns.push(column);
    sd.push(deviation);
  };
  for (const energy of energies)
    add(changes(energy, hours, stepHours), CLOCK_SD_S / (3600 * stepHours));
  for (const members of Map.groupBy(consumers, ({ feeder }) => feeder).values()) {
    const load = sumOf(
      members.map(({ energy }) => energy.map((value, t) => value / at(hours, t))),
      intervals.count,
    );
    const around = mean(load) || 1;
    for (const { energy } of members)
      add(
        energy.map((value, t) => (value * at(load, t)) / around),
        fitted === undefined ? technicalLoss / 2 : KAPPA_SD,
      );
  }
  add(loss, fitted === undefined ? ASSUMED_GAIN_SD : LOSS_GAIN_SD);
  add(hours, consumers.length * FIXED_LOAD_KW);
  add(supply, SUPPLY_SD);
  return {
    n: energies.length,
    columns,
    sd,
    balance: supply.map((value, t) => value - at(total, t) - at(loss, t)),
    scale: noiseScale(power, intervals.day),
  };
}

/** Energy that a clock one interval late moves, up to its sign. */
function changes(energy: Float64Array, hours: Float64Array, stepHours: number): Float64Array {
  return energy.map((_, t) => {
    if (t === 0 || t + 1 === energy.length) return 0;
    const before = at(energy, t - 1) / at(hours, t - 1);
    const after = at(energy, t + 1) / at(hours, t + 1);
    return ((before - after) / 2) * stepHours;
  });
}

/** ln of the load, and ln of the day's mean load, about their means. */
function noiseScale(power: Float64Array, day: Int32Array): PrototypeScale {
  const days = Map.groupBy(day.keys(), (t) => at(day, t));
  const level = new Float64Array(power.length);
  for (const rows of days.values()) {
    const usual = mean(rows.map((t) => at(power, t)));
    for (const t of rows) level[t] = usual;
  }
  return { load: centredLog(power), level: centredLog(level) };
}

function centredLog(values: Float64Array): Float64Array {
  const least = 1e-3 * (mean(values) || 1);
  const logs = values.map((value) => Math.log(Math.max(value, least)));
  const centre = mean(logs);
  return logs.map((value) => value - centre);
}

interface Whitened {
  readonly columns: readonly Float64Array[];
  readonly balance: Float64Array;
}

/** Noise and coefficients in turn, every error as wide as a drift. */
function whitened({ columns, sd, balance, scale }: PrototypeModel): Whitened {
  let rest = balance;
  let result: Whitened = { columns, balance };
  for (let round = 0; round < NOISE_ROUNDS; round++) {
    const filter = describeNoise(rest, scale);
    result = {
      columns: columns.map((column) => whitenBy(filter, column)),
      balance: whitenBy(filter, balance),
    };
    const p = columns.length;
    const factor = new Float64Array(p * p);
    addGram(factor, result.columns, 0, balance.length);
    sd.forEach((deviation, j) => {
      factor[j * p + j] = at(factor, j * p + j) + 1 / deviation ** 2;
    });
    const b = products(result.columns, result.balance);
    if (choleskyInPlace(factor, p) === undefined) throw improper();
    solveCholeskyInPlace(factor, p, b);
    rest = Float64Array.from(balance);
    columns.forEach((column, j) => {
      for (let t = 0; t < rest.length; t++) rest[t] = at(rest, t) - at(b, j) * at(column, t);
    });
  }
  return result;
}

/** J = X'X - X'W (W'W + prior)^-1 W'X, and the same of the right side: the errors with all nuisances integrated out. */
function withoutNuisances(
  { n, sd }: PrototypeModel,
  { columns, balance }: Whitened,
): { readonly information: Float64Array; readonly moment: Float64Array } {
  const errors = columns.slice(0, n);
  const nuisances = columns.slice(n);
  const q = nuisances.length;
  const factor = new Float64Array(q * q);
  addGram(factor, nuisances, 0, balance.length);
  for (let j = 0; j < q; j++) factor[j * q + j] = at(factor, j * q + j) + 1 / at(sd, n + j) ** 2;
  if (choleskyInPlace(factor, q) === undefined) throw improper();
  const cross = errors.map((column) => products(nuisances, column));
  const solved = [...cross, products(nuisances, balance)].map((right) => {
    const x = Float64Array.from(right);
    solveCholeskyInPlace(factor, q, x);
    return x;
  });
  const information = new Float64Array(n * n);
  const moment = products(errors, balance);
  cross.forEach((own, i) => {
    const less = (x: Float64Array | undefined): number => dotRange(own, x ?? own, 0, q);
    moment[i] = at(moment, i) - less(solved[n]);
    for (let j = 0; j < n; j++)
      information[i * n + j] =
        dotRange(errors[i] ?? balance, errors[j] ?? balance, 0, balance.length) - less(solved[j]);
  });
  return { information, moment };
}

const products = (columns: readonly Float64Array[], y: Float64Array): Float64Array =>
  Float64Array.from(columns, (column) => dotRange(column, y, 0, y.length));

function sumOf(columns: readonly Float64Array[], count: number): Float64Array {
  const total = new Float64Array(count);
  for (const column of columns)
    for (let t = 0; t < count; t++) total[t] = at(total, t) + at(column, t);
  return total;
}

const improper = (): RangeError =>
  new RangeError('the information matrix of an area is not positive definite');
