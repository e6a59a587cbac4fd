import { randomStream, STREAM } from './random.ts';
import { eachPiece, type FlowProfile, type HomeFlow } from './water-flow.ts';
import type { DistrictFlow } from './water-hydraulics.ts';
import { curveAt, curveError, gainAt, type MeterCurve, type WaterFault } from './water-meter.ts';
import { demandFactor } from './water-network.ts';
import type { WaterSteps } from './water-steps.ts';

export const LITRES_PER_M3 = 1000;

/** What passed a meter, and what it counted of it. m3 since the first step; value s at the begin of step s. */
export interface Counted {
  readonly actual: Float64Array;
  readonly indicated: Float64Array;
  /** What the meter would have counted without its fault. */
  readonly healthy: Float64Array;
  /** What ran back, counted in a register of its own. */
  readonly reverse: Float64Array;
  /** What of `indicated` was air. */
  readonly air: Float64Array;
  /** Over the window: what passed, what it would have counted without a fault, and with the error it has at the end. */
  readonly window: { readonly actual: number; readonly healthy: number; readonly atLast: number };
}

/** Runs the flow of a home through its meter: every piece has an error of its own. */
export function countHome(
  { forward, back, air }: HomeFlow,
  { flow, zone }: { readonly flow: DistrictFlow; readonly zone: number },
  meter: {
    readonly curve: MeterCurve;
    readonly fault: WaterFault | undefined;
    readonly lastDay: number;
  },
): Counted {
  const { steps: window, zonePressure } = flow;
  const { steps, fromS, stepS } = window;
  const actual = new Float64Array(steps + 1);
  const indicated = new Float64Array(steps + 1);
  const healthy = new Float64Array(steps + 1);
  const reverse = new Float64Array(steps + 1);
  const ofAir = new Float64Array(steps + 1);
  const row = zone * steps;
  const last = curveAt(meter.curve, meter.fault, meter.lastDay);
  const lastGain = gainAt(meter.fault, meter.lastDay);
  const sums = { actual: 0, healthy: 0, atLast: 0 };
  let curve = meter.curve;
  let gain = 1;
  let known = Number.NaN; // day, in hours
  eachPiece(forward, window, (step, hours, fixed, pressured) => {
    const day = Math.floor((fromS + step * stepS) / 3600) / 24;
    if (day !== known) {
      known = day;
      curve = curveAt(meter.curve, meter.fault, day);
      gain = gainAt(meter.fault, day);
    }
    const litresPerHour = fixed + pressured * demandFactor(zonePressure[row + step] ?? 0);
    const volume = (litresPerHour * hours) / LITRES_PER_M3;
    actual[step + 1] = (actual[step + 1] ?? 0) + volume;
    const unspoilt = volume * (1 + curveError(meter.curve, litresPerHour));
    healthy[step + 1] = (healthy[step + 1] ?? 0) + unspoilt;
    indicated[step + 1] =
      (indicated[step + 1] ?? 0) +
      (curve === meter.curve ? unspoilt : volume * (1 + curveError(curve, litresPerHour))) * gain;
    const at = fromS + step * stepS;
    if (at < 0 || at >= 3600 * window.hours) return;
    sums.actual += volume;
    sums.healthy += unspoilt;
    sums.atLast += volume * (1 + curveError(last, litresPerHour)) * lastGain;
  });
  const count = (profile: FlowProfile | undefined, into: Float64Array): void => {
    if (profile === undefined) return;
    eachPiece(profile, window, (step, hours, fixed) => {
      into[step + 1] = (into[step + 1] ?? 0) + (fixed * hours) / LITRES_PER_M3;
    });
  };
  count(back, reverse);
  count(air?.back, reverse);
  count(air?.forward, ofAir);
  // whatever passes, it is counted at the flow of a fast tap
  ofAir.forEach((volume, step) => {
    if (volume > 0) indicated[step] = (indicated[step] ?? 0) + volume;
  });
  for (const counted of [actual, indicated, healthy, reverse, ofAir]) accumulate(counted);
  return { actual, indicated, healthy, reverse, air: ofAir, window: sums };
}

export function accumulate(steps: Float64Array): void {
  for (let k = 1; k < steps.length; k += 1) steps[k] = (steps[k] ?? 0) + (steps[k - 1] ?? 0);
}

/** Value of a running sum at an instant, even inside a step. */
function countAt(counted: Float64Array, window: WaterSteps, atS: number): number {
  const place = Math.max(0, Math.min(window.steps, (atS - window.fromS) / window.stepS));
  const step = Math.floor(place);
  const before = counted[step] ?? 0;
  return before + (place - step) * ((counted[step + 1] ?? before) - before);
}

export interface ReadingRule {
  readonly start: number;
  /** m3 */
  readonly quantum: number;
  /** s that the reading is late; a clock that is ahead reads early. */
  readonly offsetS: number;
  /** Grid points that are lost. */
  readonly gaps: Uint8Array;
  /** Grid point of the first reading, and hours from one to the next. */
  readonly first: number;
  readonly every: number;
}

/** Counter at each grid point (hours), in whole quanta, NaN where there is no reading. */
export function readRegister(
  counted: Float64Array,
  window: WaterSteps,
  rule: ReadingRule,
): Float64Array {
  const register = new Float64Array(window.hours + 1).fill(Number.NaN);
  const decimals = Math.max(0, Math.round(-Math.log10(rule.quantum)));
  for (let k = rule.first; k <= window.hours; k += rule.every) {
    if (rule.gaps[k] === 1) continue;
    const counter = rule.start + countAt(counted, window, k * 3600 + rule.offsetS);
    register[k] = Number(
      (Math.floor(counter / rule.quantum + 1e-9) * rule.quantum).toFixed(decimals),
    );
  }
  return register;
}

/** Readings that never arrive: single ones, and some hours in a row on some days. */
export function lostReadings(
  keys: readonly [seed: number, district: number, meter: number],
  hours: number,
  rate: number,
): Uint8Array {
  const gaps = new Uint8Array(hours + 1);
  for (let k = 0; k <= hours; k += 1)
    if (randomStream(keys[0], STREAM.gap, keys[1], keys[2], k).chance(rate)) gaps[k] = 1;
  for (let day = 0; 24 * day <= hours; day += 1) {
    const random = randomStream(keys[0], STREAM.gap, keys[1], keys[2], day, 1);
    if (!random.chance(2 * rate)) continue;
    const from = 24 * day + random.integer(0, 23);
    gaps.fill(1, from, from + random.integer(2, 12));
  }
  return gaps;
}

/** bar at each grid point as a logger tells it: mean of the hour that ends there, with its own offset and resolution. */
export function readPressure(
  bar: (step: number) => number,
  window: WaterSteps,
  logger: {
    readonly keys: readonly [seed: number, district: number, meter: number];
    readonly offset: number;
    readonly noise: number;
    readonly resolution: number;
    readonly gaps: Uint8Array;
  },
): Float64Array {
  const perHour = 3600 / window.stepS;
  return Float64Array.from({ length: window.hours + 1 }, (_, k) => {
    if (logger.gaps[k] === 1) return Number.NaN;
    let sum = 0;
    for (let s = 0; s < perHour; s += 1) sum += bar(k * perHour + s);
    const noise = randomStream(
      logger.keys[0],
      STREAM.sensor,
      logger.keys[1],
      logger.keys[2],
      k,
    ).normal();
    const value = sum / perHour + logger.offset + logger.noise * noise;
    return Number((Math.round(value / logger.resolution) * logger.resolution).toFixed(3));
  });
}

/** m3 of the hour that ends at each grid point. */
export function hourly(counted: Float64Array, { hours, stepS }: WaterSteps): Float64Array {
  const perHour = 3600 / stepS;
  return Float64Array.from(
    { length: hours + 1 },
    (_, k) => (counted[(k + 1) * perHour] ?? 0) - (counted[k * perHour] ?? 0),
  );
}
