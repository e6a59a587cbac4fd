import type { AirSite } from './air-sites.ts';
import { autoregression } from './air-weather.ts';
import { randomStream, STREAM } from './random.ts';

export type AirQuantity = keyof AirSite;

/** What goes wrong with one element. Days since the first grid point; sizes as ratios or in the unit of the channel. */
export type AirFault =
  | { readonly kind: 'gain_ramp'; readonly perYear: number; readonly sinceDay: number }
  | { readonly kind: 'gain_step'; readonly size: number; readonly sinceDay: number }
  | { readonly kind: 'offset_step'; readonly size: number; readonly sinceDay: number }
  /** Shows what it last showed. */
  | { readonly kind: 'stuck'; readonly sinceDay: number }
  /** Its noise grows to so many times the usual one. */
  | { readonly kind: 'noise'; readonly factor: number; readonly sinceDay: number };

/** How healthy elements of a quantity behave. Gains as ratios, offsets in the channel's unit, walks per square root of a year. */
interface Traits {
  readonly gain: Wander;
  readonly offset: Wander;
  /** Ratio per year, of a batch and of the elements within. */
  readonly ageing: readonly [mean: number, batchSd: number, ownSd: number];
  readonly relativeNoise: number;
  readonly noise: number;
  readonly digits: number;
  readonly range: readonly [low: number, high: number];
  /** Channel's unit over that of the site: gases are in ppm. */
  readonly scale: number;
}

interface Wander {
  readonly batchSd: number;
  readonly ownSd: number;
  readonly walk: number;
  /** Standard deviation of what comes and goes within weeks. */
  readonly weeks: number;
}

const NONE: Wander = { batchSd: 0, ownSd: 0, walk: 0, weeks: 0 };
const PARTICLES: Traits = {
  gain: { batchSd: 0.015, ownSd: 0.02, walk: 0.02, weeks: 0.012 },
  offset: { batchSd: 0, ownSd: 0.4, walk: 0.3, weeks: 0.25 },
  ageing: [-0.01, 0.008, 0.01],
  relativeNoise: 0.035,
  noise: 0.7,
  digits: 1,
  range: [0, 1000],
  scale: 1,
};
const GAS: Traits = {
  gain: { batchSd: 0.015, ownSd: 0.025, walk: 0.03, weeks: 0.015 },
  offset: { batchSd: 0, ownSd: 0.0005, walk: 0.0006, weeks: 0.0005 },
  ageing: [-0.015, 0.01, 0.012],
  relativeNoise: 0.02,
  noise: 0.0009,
  digits: 4,
  range: [0, 1],
  scale: 0.001,
};

const LOW_COST: Readonly<Record<AirQuantity, Traits>> = {
  pm2_5: PARTICLES,
  pm10: { ...PARTICLES, gain: { ...PARTICLES.gain, walk: 0.025 }, relativeNoise: 0.06, noise: 1.5 },
  no2: GAS,
  o3: { ...GAS, noise: 0.0012 },
  temperature: {
    ...PARTICLES,
    gain: NONE,
    offset: { batchSd: 0.03, ownSd: 0.08, walk: 0.05, weeks: 0.02 },
    ageing: [0, 0, 0],
    relativeNoise: 0,
    noise: 0.06,
    range: [-40, 85],
  },
  humidity: {
    ...PARTICLES,
    gain: { batchSd: 0.005, ownSd: 0.01, walk: 0.005, weeks: 0 },
    offset: { batchSd: 0.3, ownSd: 0.7, walk: 0.5, weeks: 0.2 },
    ageing: [0, 0, 0],
    relativeNoise: 0,
    noise: 0.5,
    range: [0, 100],
  },
  pressure: {
    ...PARTICLES,
    gain: NONE,
    offset: { batchSd: 0.05, ownSd: 0.15, walk: 0.1, weeks: 0.03 },
    ageing: [0, 0, 0],
    relativeNoise: 0,
    noise: 0.05,
    range: [300, 1100],
  },
};

function calm({ ownSd, walk, weeks }: Wander): Wander {
  return { batchSd: 0, ownSd: 0.2 * ownSd, walk: 0.15 * walk, weeks: 0.3 * weeks };
}

/** A reference is a fifth as restless and knows nothing of damp, sun and other gases. */
function traitsOf(quantity: AirQuantity, reference: boolean): Traits {
  const traits = LOW_COST[quantity];
  if (!reference) return traits;
  return {
    ...traits,
    gain: calm(traits.gain),
    offset: calm(traits.offset),
    ageing: [0, 0, 0],
    relativeNoise: 0.4 * traits.relativeNoise,
    noise: 0.4 * traits.noise,
  };
}

export interface ElementOptions {
  /** Names the streams of the element; elements of one batch share the second ones. */
  readonly keys: readonly number[];
  readonly batchKeys: readonly number[];
  readonly quantity: AirQuantity;
  readonly reference: boolean;
  readonly faults: readonly AirFault[];
  /** Days on which it was adjusted or exchanged, ascending: errors begin anew, faults are over. */
  readonly restartDays: readonly number[];
}

export interface ElementSeries {
  /** What it shows; NaN where it was never asked. */
  readonly values: Float64Array;
  /** What there was, in the channel's unit. */
  readonly actual: Float64Array;
  /** The element's own error at each hour: indicated = gain * response + offset, response = actual in dry calm air. */
  readonly gain: Float64Array;
  readonly offset: Float64Array;
}

const HOURS_PER_YEAR = 8766;

/** What one element shows at its place. `sites[k]` may change: a device can be moved. */
export function readElement(
  siteAt: (k: number) => AirSite,
  hours: number,
  options: ElementOptions,
  sunAndWind: { readonly sun: Float64Array; readonly wind: Float64Array },
): ElementSeries {
  const traits = traitsOf(options.quantity, options.reference);
  const { gain, offset } = errorPath(options, traits, hours);
  const noise = randomStream(...options.keys, STREAM.airElement, 1);
  const response = responseOf(options, sunAndWind);
  const stuck = spanOf(options, 'stuck');
  const noisy = spanOf(options, 'noise');
  const values = new Float64Array(hours);
  const actual = new Float64Array(hours);
  for (let k = 0; k < hours; k += 1) {
    const site = siteAt(k);
    const there = (site[options.quantity][k] ?? 0) * traits.scale;
    actual[k] = there;
    const seen = response(site, k) * traits.scale;
    const grown = noisy !== undefined && inside(noisy, k) ? noisy.factor : 1;
    const random = noise.normal() * grown * Math.hypot(traits.relativeNoise * there, traits.noise);
    const shown = (gain[k] ?? 1) * seen + (offset[k] ?? 0) + random;
    const clipped = Math.min(traits.range[1], Math.max(traits.range[0], shown));
    values[k] =
      stuck !== undefined && inside(stuck, k) && k > 0
        ? (values[k - 1] ?? 0)
        : Math.round(clipped * 10 ** traits.digits) / 10 ** traits.digits;
  }
  return { values, actual, gain, offset };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly factor: number;
}

const inside = ({ from, to }: Span, k: number): boolean => k >= from && k < to;

function spanOf(options: ElementOptions, kind: 'stuck' | 'noise'): Span | undefined {
  const fault = options.faults.find((candidate) => candidate.kind === kind);
  if (fault === undefined) return undefined;
  return {
    from: 24 * fault.sinceDay,
    to: 24 * repairDay(options, fault.sinceDay),
    factor: fault.kind === 'noise' ? fault.factor : 1,
  };
}

/** The first restart after a fault began ends it. */
function repairDay({ restartDays }: ElementOptions, sinceDay: number): number {
  return restartDays.find((day) => day > sinceDay) ?? Infinity;
}

/** Gain and offset of every hour: what it came with, ageing, wander, faults. */
function errorPath(
  options: ElementOptions,
  traits: Traits,
  hours: number,
): { gain: Float64Array; offset: Float64Array } {
  const gain = new Float64Array(hours);
  const offset = new Float64Array(hours);
  const starts = [0, ...options.restartDays.map((day) => Math.round(24 * day))];
  starts.forEach((from, life) => {
    const to = Math.min(hours, starts[life + 1] ?? hours);
    const random = randomStream(...options.keys, STREAM.airElement, 2, life);
    const batch = randomStream(...options.batchKeys, STREAM.airElement, 3, life);
    const gainOf = wander(random, batch, traits.gain);
    const offsetOf = wander(random, batch, traits.offset);
    const [mean, batchSd, ownSd] = traits.ageing;
    const ageing = mean + batchSd * batch.normal() + ownSd * random.normal();
    for (let k = from; k < to; k += 1) {
      gain[k] = Math.exp(gainOf() + (ageing * (k - from)) / HOURS_PER_YEAR);
      offset[k] = offsetOf();
    }
  });
  for (const fault of options.faults) {
    const from = Math.max(0, Math.round(24 * fault.sinceDay));
    const to = Math.min(hours, Math.round(24 * repairDay(options, fault.sinceDay)));
    for (let k = from; k < to; k += 1) {
      if (fault.kind === 'gain_ramp')
        gain[k] = (gain[k] ?? 1) * (1 + (fault.perYear * (k - from)) / HOURS_PER_YEAR);
      if (fault.kind === 'gain_step') gain[k] = (gain[k] ?? 1) * (1 + fault.size);
      if (fault.kind === 'offset_step') offset[k] = (offset[k] ?? 0) + fault.size;
    }
  }
  return { gain, offset };
}

type Stream = ReturnType<typeof randomStream>;

function wander(random: Stream, batch: Stream, traits: Wander): () => number {
  const level = traits.batchSd * batch.normal() + traits.ownSd * random.normal();
  const weeks = autoregression(random, 24 * 20, traits.weeks);
  const step = traits.walk / Math.sqrt(HOURS_PER_YEAR);
  let walk = 0;
  return () => {
    walk += step * random.normal();
    return level + walk + weeks();
  };
}

/** What a perfect element of this kind answers to: the quantity itself, and what it cannot tell from it. */
function responseOf(
  { keys, quantity, reference }: ElementOptions,
  { sun, wind }: { readonly sun: Float64Array; readonly wind: Float64Array },
): (site: AirSite, k: number) => number {
  if (reference) return (site, k) => site[quantity][k] ?? 0;
  const nature = randomStream(...keys, STREAM.airElement, 4);
  const kappa = 0.18 + 0.03 * nature.normal();
  const cross = 0.04 + 0.02 * nature.normal();
  const thermal = 0.06 * nature.normal();
  const moist = 0.03 * nature.normal();
  const radiation = nature.uniform(0.2, 1.1);
  switch (quantity) {
    case 'pm2_5':
      return (site, k) => (site.pm2_5[k] ?? 0) * growth(site.humidity[k] ?? 50, kappa);
    case 'pm10':
      // Coarse dust takes up little water.
      return (site, k) => (site.pm10[k] ?? 0) * growth(site.humidity[k] ?? 50, 0.6 * kappa);
    case 'no2':
      return (site, k) =>
        (site.no2[k] ?? 0) + cross * (site.o3[k] ?? 0) + electrode(site, k, thermal, moist);
    case 'o3':
      return (site, k) =>
        (site.o3[k] ?? 0) + 1.5 * cross * (site.no2[k] ?? 0) + electrode(site, k, thermal, moist);
    case 'temperature':
      return (site, k) =>
        (site.temperature[k] ?? 0) + (radiation * (sun[k] ?? 0)) / (1 + 0.4 * (wind[k] ?? 0));
    case 'humidity':
      return (site, k) => site.humidity[k] ?? 0;
    case 'pressure':
      return (site, k) => site.pressure[k] ?? 0;
  }
}

/** ppb: zero current with the temperature, and the transient after a change of humidity. */
function electrode(site: AirSite, k: number, thermal: number, moist: number): number {
  const now = site.humidity[k] ?? 0;
  return (
    thermal * ((site.temperature[k] ?? 20) - 20) + moist * (now - (site.humidity[k - 1] ?? now))
  );
}

/** Particle density over that of water. */
const DENSITY = 1.65;
const DRY = 35;

/**
 * Scattering over that in dry air: kappa-Koehler growth of the volume (Petters and Kreidenweis, 2007), as a ratio of masses,
 * one at the humidity the element was adjusted at. The laser warms the air a little: it never sees more than 92 %.
 */
export function growth(humidity: number, kappa: number): number {
  const mass = (percent: number): number => {
    const activity = Math.min(0.92, percent / 100);
    return 1 + ((kappa / DENSITY) * activity) / (1 - activity);
  };
  return mass(humidity) / mass(DRY);
}
