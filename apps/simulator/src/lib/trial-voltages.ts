import type { TrueFlow } from './area-flow.ts';
import { randomStream, STREAM } from './random.ts';

/**
 * What a meter reports of its voltages: the mean of the interval, a sample at its end, something poor, or nothing. Poor: the
 * drop towards the bus comes with a gain error of 15 % (1 sd, constant per meter) and noise of 30 % of its spread, and is
 * rounded to 1 V: the case of drift-estimation.md 2.5 that a tight prior cannot stand.
 */
export type VoltageKind = 'mean' | 'instantaneous' | 'poor' | 'none';

const POOR_GAIN_SD = 0.15;
const POOR_NOISE = 0.3;
const POOR_RESOLUTION = 1;

export interface ReportedVoltages {
  readonly volts: readonly Float64Array[];
  readonly stepsPerVolt: number;
}

export function reportedVoltages(
  kind: VoltageKind,
  resolution: number,
  flows: { readonly own: TrueFlow; readonly bus: TrueFlow; readonly phases: readonly number[] },
  keys: readonly number[],
): ReportedVoltages {
  const { own, bus, phases } = flows;
  switch (kind) {
    case 'none':
      return { volts: [], stepsPerVolt: 1 };
    case 'mean':
      return { volts: own.voltages, stepsPerVolt: 1 / resolution };
    case 'instantaneous':
      return { volts: own.samples ?? [], stepsPerVolt: 1 / resolution };
    case 'poor': {
      const random = randomStream(...keys, STREAM.trial, 3);
      const gain = 1 + POOR_GAIN_SD * random.normal();
      const volts = own.voltages.map((series, p) => {
        const above = bus.voltages[phases[p] ?? 0] ?? series;
        const drops = series.map((value, k) => (above[k] ?? 0) - value);
        const sd = POOR_NOISE * spread(drops);
        return drops.map((drop, k) => (above[k] ?? 0) - gain * drop + sd * random.normal());
      });
      return { volts, stepsPerVolt: 1 / Math.max(POOR_RESOLUTION, resolution) };
    }
    default:
      return kind satisfies never;
  }
}

function spread(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length),
  );
}
