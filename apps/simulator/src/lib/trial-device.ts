import type { TrueFlow } from './area-flow.ts';
import { INTERVALS_PER_DAY } from './calendar.ts';
import type { MeanAndSample } from './electrical-flow.ts';
import { boundedNormal, randomStream, STREAM } from './random.ts';

/** What is wrong with a meter or its connection, from a day on. */
export type DeviceFault = { readonly sinceDay: number } & (
  | {
      /** A share of the current of the first phase passes the phase input by; the neutral input sees all of it. */
      readonly kind: 'bypass';
      readonly share: number;
      /** Hours of the day (UTC), the second exclusive; default all. */
      readonly hours?: readonly [number, number];
    }
  /** One channel shows so much of what it should. */
  | { readonly kind: 'current_gain' | 'power_gain' | 'voltage_gain'; readonly gain: number }
  /** The register counts so much of what it should. */
  | { readonly kind: 'register_gain'; readonly gain: number }
  /** The first phase is not measured any more: no voltage, or no current. */
  | { readonly kind: 'voltage_lost' | 'current_lost' }
  /** Nobody is there and all is switched off; the register counts all the same. */
  | { readonly kind: 'creep'; readonly watts: number }
  /** The voltage of the first phase stays what it is. */
  | { readonly kind: 'frozen' }
  /** All currents flow the wrong way. */
  | { readonly kind: 'reversed' }
);

export interface DeviceReadingOptions {
  readonly keys: readonly number[];
  /** Samples at the grid point, in place of means. */
  readonly samples: boolean;
  readonly ampereStep: number;
  /** Share of points that are lost. */
  readonly missing: number;
  /** Share of points at which the neutral input is read another moment than the phases. */
  readonly skewed: number;
  readonly fault?: DeviceFault | undefined;
}

/** Readings by quantity (CONTRACTS.md 1), NaN where lost. */
export type DeviceReadings = Readonly<Record<string, Float64Array>>;

/** Below its starting current a class 1 meter of 5(60) A shows nothing, A. */
const STARTING_A = 0.02;
/** Gain errors of the channels, 1 sd. */
const CHANNEL_SD = 0.005;
/** The neutral input of a single-phase meter is not adjusted as well. */
const NEUTRAL_SD = 0.02;

/** What a meter sends of a connection whose currents were recorded. */
export function readDevice(flow: TrueFlow, options: DeviceReadingOptions): DeviceReadings {
  const { electrical } = flow;
  if (electrical === undefined) throw new RangeError('the flow has no currents');
  const { fault, samples } = options;
  const random = randomStream(...options.keys, STREAM.trial, 6);
  const count = flow.energy.length;
  const phases = electrical.watts.length;
  const gain = (sd: number): number => 1 + boundedNormal(random, sd, 2.5 * sd);
  const errors = {
    energy: gain(CHANNEL_SD),
    neutral: gain(NEUTRAL_SD),
    amperes: electrical.amperes.map(() => gain(CHANNEL_SD)),
    volts: electrical.amperes.map(() => gain(CHANNEL_SD / 2)),
  };
  const since = (fault?.sinceDay ?? Infinity) * INTERVALS_PER_DAY;
  const isOn = (k: number): boolean => k >= since && isInHours(fault, k);
  const of = (series: MeanAndSample, k: number): number =>
    (samples ? series.sample[k] : series.mean[k]) ?? 0;
  /** Share of a phase that the measuring element sees. */
  const seen = (phase: number, k: number): number => {
    if (fault?.kind === 'creep' && isOn(k)) return 0;
    if (phase > 0 || !isOn(k)) return 1;
    if (fault?.kind === 'bypass') return 1 - fault.share;
    return fault?.kind === 'voltage_lost' || fault?.kind === 'current_lost' ? 0 : 1;
  };
  const net = (k: number, value: (series: MeanAndSample) => number): number => {
    const sum = electrical.watts.reduce(
      (total, series, phase) => total + value(series) * seen(phase, k),
      0,
    );
    return fault?.kind === 'reversed' && isOn(k) ? -sum : sum;
  };
  const lost = Array.from({ length: count }, () => random.chance(options.missing));
  const shown = (step: number, value: (k: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, k) =>
      lost[k] === true ? Number.NaN : Math.round(value(k) / step) * step,
    );
  const registers = counters(count, (k) => {
    const watts = net(k, (series) => series.mean[k] ?? 0) * errors.energy;
    const wrong = fault?.kind === 'register_gain' && isOn(k) ? fault.gain : 1;
    const creep = fault?.kind === 'creep' && isOn(k) ? fault.watts : 0;
    return watts * wrong + creep;
  });
  const quantities: Record<string, Float64Array> = {
    active_energy_import: shown(0.001, (k) => registers.drawn[k] ?? 0),
    active_power: shown(1, (k) => {
      const wrong = fault?.kind === 'power_gain' && isOn(k) ? fault.gain : 1;
      return Math.max(0, net(k, (series) => of(series, k)) * errors.energy) * wrong;
    }),
    power_factor: shown(0.001, (k) => of(electrical.factor, k)),
  };
  if (flow.exported !== undefined || fault?.kind === 'reversed')
    quantities['active_energy_export'] = shown(0.001, (k) => registers.fedBack[k] ?? 0);
  const skewed = Array.from({ length: count }, () => random.chance(options.skewed));
  let stuck = Number.NaN;
  for (let phase = 0; phase < phases; phase += 1) {
    const amperes = electrical.amperes[phase];
    const volts = (samples ? flow.samples : flow.voltages)?.[phase];
    if (amperes === undefined || volts === undefined) continue;
    quantities[`current_l${phase + 1}`] = shown(options.ampereStep, (k) => {
      const wrong = fault?.kind === 'current_gain' && isOn(k) ? fault.gain : 1;
      const isDead = fault?.kind !== 'voltage_lost';
      const value = of(amperes, k) * (isDead ? seen(phase, k) : 1) * wrong;
      return value < STARTING_A ? 0 : value * (errors.amperes[phase] ?? 1);
    });
    quantities[`voltage_l${phase + 1}`] = shown(0.1, (k) => {
      const value = (volts[k] ?? 0) * (errors.volts[phase] ?? 1);
      if (phase > 0 || !isOn(k)) return value;
      if (fault?.kind === 'voltage_lost') return 0.4;
      if (fault?.kind === 'voltage_gain') return value * fault.gain;
      if (fault?.kind !== 'frozen') return value;
      if (Number.isNaN(stuck)) stuck = value;
      return stuck;
    });
  }
  quantities['current_n'] = shown(options.ampereStep, (k) => {
    const series = electrical.neutral;
    if (fault?.kind === 'creep' && isOn(k)) return 0;
    const value = (skewed[k] === true ? series.mean[k] : of(series, k)) ?? 0;
    return value < STARTING_A ? 0 : value * errors.neutral;
  });
  return quantities;
}

function isInHours(fault: DeviceFault | undefined, k: number): boolean {
  if (fault?.kind !== 'bypass' || fault.hours === undefined) return true;
  const hour = ((k - 0.5) / 4) % 24;
  return hour >= fault.hours[0] && hour < fault.hours[1];
}

/** Counters of both directions from W at each grid point. */
function counters(
  count: number,
  watts: (k: number) => number,
): { readonly drawn: Float64Array; readonly fedBack: Float64Array } {
  const drawn = new Float64Array(count);
  const fedBack = new Float64Array(count);
  let importCounter = 1000;
  let exportCounter = 300;
  for (let k = 0; k < count; k += 1) {
    const energy = k === 0 ? 0 : watts(k) / 4000;
    if (energy > 0) importCounter += energy;
    else exportCounter -= energy;
    drawn[k] = importCounter;
    fedBack[k] = exportCounter;
  }
  return { drawn, fedBack };
}
