import { STEPS_PER_INTERVAL } from './calendar.ts';
import type { LoadBuffer } from './load-buffer.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import { assembleSeries, type HouseholdUse } from './series-weeks.ts';

/** Hours of one interval. */
const HOURS = 0.25;

interface Appliance {
  readonly watts: number;
  /** Reactive over active power. */
  readonly tan: number;
  /** -1: spread over all phases. */
  readonly port: number;
}

interface HouseholdModel {
  /** Power that is always there, W, with its own reactive share. */
  readonly base: number;
  readonly baseTan: number;
  readonly appliances: readonly Appliance[];
}

/** Above this the household gets three phases: about 40 A on one. */
const THREE_PHASE_WATTS = 9000;

export function phasesOfHousehold(use: HouseholdUse): 1 | 3 {
  return 4000 * use.household.energy.reduce((a, b) => Math.max(a, b), 0) > THREE_PHASE_WATTS
    ? 3
    : 1;
}

/** What a household owns. Belongs to the household: the same in every area and week. */
function drawModel(use: HouseholdUse, phases: number): HouseholdModel {
  const { energy, id } = use.household;
  const random = randomStream(STREAM.trial, id, 1);
  const sorted = energy.toSorted();
  const base = 4000 * (sorted[Math.floor(0.05 * sorted.length)] ?? 0) * 0.8;
  const peak = 4000 * (sorted.at(-1) ?? 0);
  const one = (low: number, high: number, tan: number): Appliance => ({
    watts: random.uniform(low, high),
    tan,
    port: random.integer(0, phases - 1),
  });
  const appliances = [
    one(80, 180, 0.62), // refrigerator
    one(60, 300, 0.4), // electronics
    one(100, 500, 0.35), // light
    one(300, 800, 0.7), // pump, washing machine while it turns
    one(1100, 1900, 0.1), // hob
    one(1700, 2300, 0), // kettle, water of a washing machine
    one(1200, 2600, 0.05), // oven, dryer
  ];
  // What lifts the household to its peak: a boiler, or the compressor of a heat pump.
  const rest = peak - base;
  if (rest > 2500) {
    const watts = Math.min(9000, rest * random.uniform(0.5, 0.9));
    const tan = random.chance(0.3) ? random.uniform(0.3, 0.6) : 0;
    appliances.push({ watts, tan, port: watts > 3600 ? -1 : random.integer(0, phases - 1) });
  }
  return { base, baseTan: random.uniform(0.1, 0.5), appliances };
}

export interface SeriesSetting {
  readonly seed: number;
  readonly area: number;
  readonly weeks: Int32Array;
}

/**
 * Loads of a real household in steps of 3 minutes. The series says how much energy passed in 15 minutes, not how: a
 * constant base, and on it bursts of the household's own appliances at their own power, each as long as the energy lasts.
 * Every interval keeps its energy. A burst that reaches the end of an interval usually goes on in the next.
 */
export function writeSeriesLoads(
  buffer: LoadBuffer,
  use: HouseholdUse,
  ports: { readonly first: number; readonly count: number },
  setting: SeriesSetting,
): void {
  const random = randomStream(setting.seed, STREAM.trial, setting.area, 2, use.household.id);
  const model = drawModel(use, ports.count);
  const count = Math.ceil(buffer.steps / STEPS_PER_INTERVAL);
  const energy = assembleSeries(use, setting.weeks, count, random);
  const burst = new Float64Array(STEPS_PER_INTERVAL);
  let running: Appliance | undefined;
  for (let k = 0; k < count; k += 1) {
    const meanWatts = 4000 * (energy[k] ?? 0);
    const base = Math.min(model.base, meanWatts);
    burst.fill(base);
    add(buffer, burst, k, { watts: base, tan: model.baseTan, port: -1 }, ports);
    // W.h that the bursts of this interval have to deliver.
    let rest = (meanWatts - base) * HOURS;
    let next: Appliance | undefined;
    for (let pieces = 0; rest > 1e-9; pieces += 1) {
      const goesOn = pieces === 0 && running !== undefined && random.chance(0.6);
      const appliance = goesOn && running !== undefined ? running : pick(model, rest, random);
      const part = pieces < 2 && random.chance(0.4) ? rest * random.uniform(0.3, 1) : rest;
      const hours = Math.min(HOURS, part / appliance.watts);
      const start = goesOn ? 0 : random.uniform(0, HOURS - hours);
      cover(burst, start, hours, appliance.watts);
      add(buffer, burst, k, appliance, ports);
      if (start + hours > HOURS - 0.02) next = appliance;
      rest -= hours * appliance.watts;
    }
    running = next;
  }
}

/** An appliance strong enough to deliver the rest in at most three pieces, and no stronger than a short burst of it. */
function pick(model: HouseholdModel, rest: number, random: Random): Appliance {
  const fit = model.appliances.filter(
    ({ watts }) => 3 * watts * HOURS >= rest && watts * 0.02 <= rest,
  );
  if (fit.length > 0) return random.pick(fit);
  return model.appliances.reduce((best, appliance) => {
    const closer = Math.abs(appliance.watts * HOURS - rest) < Math.abs(best.watts * HOURS - rest);
    return closer ? appliance : best;
  });
}

/** Mean W per step of a burst from `start` hours into the interval on. */
function cover(steps: Float64Array, start: number, hours: number, watts: number): void {
  const step = HOURS / STEPS_PER_INTERVAL;
  for (let s = 0; s < STEPS_PER_INTERVAL; s += 1) {
    const share = Math.min(start + hours, (s + 1) * step) - Math.max(start, s * step);
    steps[s] = (watts * Math.max(0, share)) / step;
  }
}

// oxlint-disable-next-line max-params
function add(
  buffer: LoadBuffer,
  burst: Float64Array,
  k: number,
  { tan, port }: Appliance,
  ports: { readonly first: number; readonly count: number },
): void {
  const from = port < 0 ? 0 : port % ports.count;
  const to = port < 0 ? ports.count : from + 1;
  for (let p = from; p < to; p += 1)
    for (let s = 0; s < STEPS_PER_INTERVAL; s += 1) {
      const step = k * STEPS_PER_INTERVAL + s;
      if (step >= buffer.steps) return;
      const index = (ports.first + p) * buffer.steps + step;
      const watts = (burst[s] ?? 0) / (to - from);
      buffer.active[index] = (buffer.active[index] ?? 0) + watts;
      buffer.reactive[index] = (buffer.reactive[index] ?? 0) + watts * tan;
    }
}
