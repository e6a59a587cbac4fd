import { at, median, solveLinearInPlace } from '@verimeter/statistics';
import { fewMedian } from './few-median.ts';
import { finiteMean } from './finite-mean.ts';

/** Particles are seen by the light they scatter; they swell in damp air. */
export const SWELLING: ReadonlySet<string> = new Set(['pm2_5', 'pm10']);
/** Above this activity of water the growth is not followed: optics are warmer than the air, and hygrometers err. */
const MOST_ACTIVITY = 0.92;
/** % at which particles are weighed, so that values are brought to it: filters lie at 30 to 40 (40 CFR 50, Appendix L) or 45 to 50 (EN 12341). */
const WEIGHED_AT = 40;
/** Hours that tell a growth, and how much a single sensor's own is trusted with so many hours. */
const LEAST_HOURS = 24 * 21;
const OWN_HOURS = 24 * 60;
const ROUNDS = 4;
const HUBER = 1.345;

export interface SwellingSensor {
  readonly reference: boolean;
  readonly values: Float64Array;
  /** Relative humidity in percent beside it; NaN where unknown. */
  readonly humidity: Float64Array;
}

/** Volume growth over dry of a particle of unit hygroscopicity: a / (1 - a), kappa-Koehler (Petters and Kreidenweis, Atmos. Chem. Phys. 7, 2007). */
export function waterUptake(percent: number): number {
  const activity = Math.min(MOST_ACTIVITY, Math.max(0, percent / 100));
  return activity / (1 - activity);
}

/**
 * Values as they would be in the air that filters are weighed in, value / (1 + growth x uptake), over the same there. Beside references the growth of the network is found, and of each
 * sensor with it; among sensors alone only how they differ: what is common to all is in the blend as well.
 */
export function dryValues(sensors: readonly SwellingSensor[]): Float64Array[] {
  const curve = commonCurve(sensors);
  const growths = sensors.map((sensor) => (sensor.reference ? undefined : growthOf(sensor, curve)));
  const found = growths.filter((growth) => growth !== undefined);
  const anchored = sensors.some(({ reference }) => reference);
  const common = found.length === 0 ? 0 : median(found.map(({ growth }) => growth));
  return sensors.map(({ values, humidity, reference }, s) => {
    if (reference) return values;
    const own = growths[s];
    const trust = own === undefined ? 0 : own.hours / (own.hours + OWN_HOURS);
    const network = anchored ? common : 0;
    const deviation = own === undefined ? 0 : trust * (own.growth - common);
    const growth = Math.max(-0.05, network + deviation);
    const weighed = 1 + growth * waterUptake(WEIGHED_AT);
    return values.map((value, k) => {
      const percent = at(humidity, k);
      return Number.isFinite(percent)
        ? (value * weighed) / (1 + growth * waterUptake(percent))
        : value;
    });
  });
}

/** Mean of the references where there are any, else the median of all, each over its own mean. */
function commonCurve(sensors: readonly SwellingSensor[]): Float64Array {
  const references = sensors.filter(({ reference }) => reference);
  const members = references.length > 0 ? references : sensors;
  const means = members.map(({ values }) => finiteMean(values));
  const points = sensors[0]?.values.length ?? 0;
  const seen: number[] = [];
  return Float64Array.from({ length: points }, (_, k) => {
    seen.length = 0;
    members.forEach(({ values }, m) => {
      const value = at(values, k) / at(means, m);
      if (Number.isFinite(value)) seen.push(value);
    });
    return fewMedian(seen);
  });
}

/** Slope over constant of value / curve on water uptake and time, hours weighed by the curve, robust. */
function growthOf(
  { values, humidity }: SwellingSensor,
  curve: Float64Array,
): { readonly growth: number; readonly hours: number } | undefined {
  const level = finiteMean(values);
  const rows: number[] = [];
  for (let k = 0; k < values.length; k++) {
    const p = at(curve, k);
    const ratio = at(values, k) / level / p;
    if (p > 0.1 && Number.isFinite(ratio) && Number.isFinite(at(humidity, k))) rows.push(k);
  }
  if (rows.length < LEAST_HOURS) return undefined;
  const weights = new Float64Array(rows.length).fill(1);
  let fit: readonly [number, number, number] = [1, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const a = new Float64Array(9);
    const b = new Float64Array(3);
    rows.forEach((k, i) => {
      const p = at(curve, k);
      const ratio = at(values, k) / level / p;
      const x = [1, waterUptake(at(humidity, k)), k / values.length - 0.5] as const;
      const weight = at(weights, i) * p;
      for (let r = 0; r < 3; r++) {
        b[r] = at(b, r) + weight * at(x, r) * ratio;
        for (let c = 0; c < 3; c++) a[3 * r + c] = at(a, 3 * r + c) + weight * at(x, r) * at(x, c);
      }
    });
    if (!solveLinearInPlace(a, 3, b)) return undefined;
    fit = [at(b, 0), at(b, 1), at(b, 2)];
    const rests = Float64Array.from(rows, (k) => {
      const expected =
        fit[0] + fit[1] * waterUptake(at(humidity, k)) + fit[2] * (k / values.length - 0.5);
      return Math.abs(at(values, k) / level / at(curve, k) - expected);
    });
    const sd = 1.4826 * median(rests.filter((_, i) => i % Math.ceil(rests.length / 3000) === 0));
    rests.forEach((rest, i) => {
      weights[i] = Math.min(1, (HUBER * sd) / Math.max(1e-12, rest));
    });
  }
  return fit[0] > 0 ? { growth: fit[1] / fit[0], hours: rows.length } : undefined;
}
