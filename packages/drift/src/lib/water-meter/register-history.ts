import {
  type RegisterEvent,
  type RegisterReading,
  registerSteps,
  watchRegister,
} from '@verimeter/telemetry';
import type { WaterFleetInput, WaterMeterSeries } from '../water/water-types.ts';

export const DAY_US = 86_400e6;
/** Q3 of a small domestic meter, m3/h; what passes at most is Q4 = 1.25 Q3. */
const USUAL_PERMANENT_FLOW = 2.5;
/** m3: below the resolution of any register. */
const LEAST_AMOUNT = 1e-7;
const FINEST_QUANTUM = 1e-5;
const QUANTUM_STEPS = 400;

/** What one water meter counted up to as-of. */
export interface RegisterHistory {
  /** Instant of grid point 0, at which the meter is read. */
  readonly startUs: number;
  readonly stepUs: number;
  /** Grid points of the readings that count, ascending. */
  readonly points: Int32Array;
  /** m3 counted since the reading before; NaN where that is not known, as for the first one. */
  readonly amounts: Float64Array;
  /** Step of the register, m3; 0: finer than any that matters. */
  readonly quantum: number;
  /** Readings at which the register had fallen, by no more than can have flowed back. */
  readonly falls: readonly Fall[];
  /** Jumps, resets and exchanges that nobody took out of the register yet. */
  readonly breaks: readonly RegisterEvent[];
}

interface Fall {
  readonly point: number;
  readonly volume: number;
}

type Grid = WaterFleetInput['grid'];

/** The history of a register up to as-of, since its own last verification; undefined where it has fewer than two readings. */
export function registerHistory(
  meter: WaterMeterSeries,
  { startUs: fleetUs, stepUs, count }: Grid,
  asOfUs: number,
): RegisterHistory | undefined {
  // grid points are those at which this meter is read
  const startUs = fleetUs + (meter.phaseUs ?? 0);
  const until = Math.min(count - 1, Math.floor((asOfUs - startUs) / stepUs));
  const from = Math.max(0, Math.ceil(((meter.validFromUs ?? startUs) - startUs) / stepUs));
  const readings: RegisterReading[] = [];
  for (let k = from; k <= until; k++) {
    const value = meter.register[k] as number;
    if (Number.isFinite(value)) readings.push({ tsUs: k, value });
  }
  if (readings.length < 2) return undefined;
  const most = (1.25 * (meter.permanentFlow ?? USUAL_PERMANENT_FLOW) * stepUs) / 3600e6;
  const grid = { startUs, stepUs };
  if (isPlain(readings, most)) return plainHistory(readings, grid);
  const inTime = readings.map(({ tsUs, value }) => ({ tsUs: startUs + tsUs * stepUs, value }));
  const events = eventsOf(inTime);
  const steps = registerSteps(
    inTime,
    events.map((event) => ({ ...event, state: 'open' })),
  );
  const points = Int32Array.from([
    readings[0]?.tsUs ?? 0,
    ...steps.map(({ toUs }) => Math.round((toUs - startUs) / stepUs)),
  ]);
  const amounts = Float64Array.from([NaN, ...steps.map(({ amount }) => amount ?? NaN)]);
  const breaks = events.filter(({ kind }) => kind !== 'backwards');
  return {
    ...grid,
    points,
    amounts,
    quantum: quantumOf(amounts),
    falls: fallsOf(inTime, most / stepUs)
      .filter(
        ({ tsUs }) =>
          !breaks.some(
            ({ before, after }) => before.tsUs < tsUs && tsUs <= (after?.tsUs ?? Infinity),
          ),
      )
      .map(({ tsUs, volume }) => ({ point: Math.round((tsUs - startUs) / stepUs), volume })),
    breaks,
  };
}

/** Counts up, and never faster than such a meter can. */
function isPlain(readings: readonly RegisterReading[], most: number): boolean {
  for (let i = 1; i < readings.length; i++) {
    const [a, b] = [readings[i - 1] as RegisterReading, readings[i] as RegisterReading];
    if (b.value < a.value || b.value - a.value > most * (b.tsUs - a.tsUs)) return false;
  }
  return true;
}

/** Of readings whose time is a grid point. */
function plainHistory(
  readings: readonly RegisterReading[],
  grid: Pick<Grid, 'startUs' | 'stepUs'>,
): RegisterHistory {
  const amounts = new Float64Array(readings.length).fill(NaN);
  for (let i = 1; i < readings.length; i++)
    amounts[i] =
      (readings[i] as RegisterReading).value - (readings[i - 1] as RegisterReading).value;
  return {
    ...grid,
    points: Int32Array.from(readings, ({ tsUs }) => tsUs),
    amounts,
    quantum: quantumOf(amounts),
    falls: [],
    breaks: [],
  };
}

function eventsOf(readings: readonly RegisterReading[]): RegisterEvent[] {
  const watch = watchRegister();
  const events = readings.flatMap(({ tsUs, value }) => watch.take(tsUs, value) ?? []);
  const open = watch.unsettled();
  return open === undefined ? events : [...events, open];
}

/** Falls by no more than `perUs` m3 per microsecond: what is larger is no flow. */
function fallsOf(
  readings: readonly RegisterReading[],
  perUs: number,
): { readonly tsUs: number; readonly volume: number }[] {
  return readings.flatMap(({ tsUs, value }, i) => {
    const before = readings[i - 1];
    const volume = (before?.value ?? value) - value;
    return volume > 0 && volume <= perUs * (tsUs - (before?.tsUs ?? tsUs))
      ? [{ tsUs, volume }]
      : [];
  });
}

/** Largest step that divides the first increments, m3. */
function quantumOf(amounts: Float64Array): number {
  let quantum = 0;
  let seen = 0;
  for (const amount of amounts) {
    if (!(amount > LEAST_AMOUNT)) continue;
    let a = amount;
    let b = quantum;
    while (b > FINEST_QUANTUM) [a, b] = [b, Math.abs(a - Math.round(a / b) * b)];
    quantum = a;
    if (++seen === QUANTUM_STEPS) break;
  }
  return quantum > 2 * FINEST_QUANTUM ? quantum : 0;
}
