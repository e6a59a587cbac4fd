import type { SensorNetworkInput, SensorSeries } from '../../src/index.ts';
import { bellSequence } from '../sequence.ts';

const HOUR_US = 3600e6;
/** 2024-01-01 00:00 UTC, a Monday. */
export const START_US: number = Date.UTC(2024, 0, 1) * 1000;
export const DAY_US: number = 24 * HOUR_US;

export interface MadeSensor {
  readonly deviceId: string;
  readonly role?: 'sensor' | 'reference';
  /** Indicated = gain(day) x actual + offset(day). */
  readonly gain?: (day: number) => number;
  readonly offset?: (day: number) => number;
  /** Hours that are missing, by number of the hour. */
  readonly missing?: (hour: number) => boolean;
  readonly change?: Partial<SensorSeries>;
}

/**
 * Sensors some hundred metres apart under one air: a level that wanders over days, and for each sensor its own share of it, slowly and
 * from hour to hour.
 */
export function madeNetwork(
  sensors: readonly MadeSensor[],
  days: number,
  quantity: 'pm2_5' | 'temperature' = 'pm2_5',
): SensorNetworkInput {
  const count = 24 * days + 1;
  const ratio = quantity === 'pm2_5';
  const common = wandering(bellSequence(count, 17), 0.98);
  return {
    groupId: 'N',
    asOfUs: START_US + days * DAY_US,
    grid: { startUs: START_US, stepUs: HOUR_US, count },
    series: sensors.map((sensor, s): SensorSeries => {
      const slow = wandering(bellSequence(count, 7919 * (s + 3)), 0.999);
      const fast = bellSequence(count, 104_729 * (s + 5));
      const place = 1 + 0.05 * ((s % 5) - 2);
      const values = Float64Array.from({ length: count }, (_, k) => {
        if (sensor.missing?.(k) === true) return NaN;
        const day = k / 24;
        const x = common[k] ?? 0;
        const own = 0.02 * (slow[k] ?? 0) + 0.06 * (fast[k] ?? 0);
        const actual = ratio
          ? 30 * Math.exp(0.6 * x + own) * place
          : 20 + 6 * x + 4 * own + 8 * Math.sin((2 * Math.PI * k) / 24) + 10 * (place - 1);
        return (sensor.gain?.(day) ?? 1) * actual + (sensor.offset?.(day) ?? 0);
      });
      return {
        deviceId: sensor.deviceId,
        quantity,
        role: sensor.role ?? 'sensor',
        fromUs: -Infinity,
        toUs: Infinity,
        limit: ratio ? 0.2 : 0.5,
        inServiceLimit: ratio ? 0.4 : 1,
        limitOf: ratio ? 'relative_error' : 'offset',
        values,
        latitude: 10 + 0.003 * s,
        longitude: 106,
        restartsUs: [START_US],
        ...sensor.change,
      };
    }),
  };
}

/** First-order autoregression of variance 1. */
function wandering(noise: Float64Array, keep: number): Float64Array {
  const fresh = Math.sqrt(1 - keep * keep);
  let state = noise[0] ?? 0;
  return noise.map((value) => (state = keep * state + fresh * value));
}

export function madeNames(count: number): MadeSensor[] {
  return Array.from({ length: count }, (_, i) => ({ deviceId: `S${i + 1}` }));
}
