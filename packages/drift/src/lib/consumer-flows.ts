import { at, mean } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';

/** Bounds of the loss that is taken from the balance where neither voltages nor the utility say anything; ratio. */
const LEAST_LOSS = 0.005;
const MOST_LOSS = 0.05;

/** Power that the loss of each consumer grows with, kW: of its feeder where the archive knows one, or of the area. */
export function consumerFlows(
  { consumers, hours }: AreaIntervals,
  of: 'area' | 'feeder',
  total: Float64Array,
): Float64Array[] {
  const power = (energy: Float64Array): Float64Array =>
    energy.map((value, t) => value / at(hours, t));
  const area = power(total);
  const sums = new Map<string, Float64Array>();
  for (const { feeder, energy } of of === 'feeder' ? consumers : []) {
    if (feeder === undefined) continue;
    const sum = sums.get(feeder);
    if (sum === undefined) sums.set(feeder, Float64Array.from(energy));
    else for (let t = 0; t < sum.length; t++) sum[t] = at(sum, t) + at(energy, t);
  }
  const flows = new Map([...sums].map(([feeder, sum]) => [feeder, power(sum)]));
  return consumers.map(({ feeder }) => flows.get(feeder ?? '') ?? area);
}

/** Where roofs feed back the net may be next to nothing, the flow is not. An area without load is refused by its loss gate. */
function meanSize(power: Float64Array): number {
  return mean(power.map(Math.abs)) || 1;
}

/** Of each consumer, its flow over the mean size; consumers of one flow share one series. */
export function relativeFlows(
  flows: readonly Float64Array[],
  known: Float64Array | undefined,
): { readonly flow: readonly Float64Array[]; readonly meanFlows: Float64Array } {
  const shared = new Map<Float64Array, { readonly size: number; readonly flow: Float64Array }>();
  flows.forEach((power, i) => {
    if (shared.has(power)) return;
    const size = known === undefined ? meanSize(power) : at(known, i);
    shared.set(power, { size, flow: power.map((value) => value / size) });
  });
  return {
    flow: flows.map((power) => shared.get(power)?.flow ?? power),
    meanFlows: Float64Array.from(flows, (power) => shared.get(power)?.size ?? 1),
  };
}

export function unaccountedShare(intervals: AreaIntervals, total: Float64Array): number {
  const share = 1 - mean(total) / (mean(intervals.supply) || 1);
  return Math.min(MOST_LOSS, Math.max(LEAST_LOSS, share));
}

/** A loss of the given share of all energy that grows with the flow. */
export function lossOfFlow(
  energies: readonly Float64Array[],
  flow: readonly Float64Array[],
  share: number,
): Float64Array {
  const loss = new Float64Array(energies[0]?.length ?? 0);
  energies.forEach((energy, i) => {
    const own = flow[i] as Float64Array;
    for (let t = 0; t < loss.length; t++)
      loss[t] = (loss[t] as number) + share * (energy[t] as number) * (own[t] as number);
  });
  return loss;
}
