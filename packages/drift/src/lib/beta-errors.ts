import { mean } from '@verimeter/statistics';
import type { AreaDesign } from './area-design.ts';
import { type AreaIntervals, meterOf } from './area-intervals.ts';
import type { FleetInput } from './fleet-types.ts';
import { registerQuantum } from './register-quantum.ts';
import { hasSunShape, SUN_WANDER_SD } from './sun-shape.ts';
import type { VoltageLoss } from './voltage-loss.ts';

/**
 * What stays wrong in one meter's share of the loss whatever the length of the window, as an error of its beta: in bursts shorter than
 * an interval (kW of its own slope), in reactive power (share of its marginal loss), and in the slopes themselves. From the
 * loss of simulated areas against their power flow: decision 0082.
 */
const BURST_SD_KW = 0.22;
const REACTIVE_SD = 0.09;
const SLOPE_SD = 0.0027;
/** Without voltages: share of the loss, from 559 healthy meters of ten simulated areas (errors of 0.8 to 1.1 % where noise explains 0.6 to 0.9). */
const UNSEEN_LOSS_SD = 0.3;
/** Share of the rounding variance in a smoothed column that is left as bias. */
const ROUNDING_LEFT = 0.2;

/**
 * The variance of a load inside the interval loses own slope x appliance power more than its mean tells: the common part has
 * its own column, what differs between customers looks exactly like a gain error.
 */
export function betaErrors(
  input: FleetInput,
  intervals: AreaIntervals,
  loss: VoltageLoss | { readonly assumedLoss: number } | undefined,
): Pick<AreaDesign, 'betaBiasSd' | 'betaWanderSd'> {
  const betaWanderSd = Float64Array.from(intervals.consumers, (consumer) => {
    const centre = mean(consumer.energy);
    let variance = 0;
    for (let t = 0; t < consumer.energy.length; t++)
      variance += ((consumer.energy[t] as number) - centre) ** 2;
    variance = Math.max(variance / consumer.energy.length, 1e-12);
    if (hasSunShape(consumer.energy)) return SUN_WANDER_SD;
    const quantum = registerQuantum(meterOf(input, consumer.meter), 300);
    return Math.min(3, (ROUNDING_LEFT * quantum * quantum) / 6 / variance);
  });
  const betaBiasSd = betaWanderSd.map((rounding, i) => {
    if (loss === undefined) return rounding;
    if ('assumedLoss' in loss) return Math.hypot(rounding, UNSEEN_LOSS_SD * loss.assumedLoss);
    return Math.hypot(
      rounding,
      (loss.ownSlope[i] as number) * BURST_SD_KW,
      (loss.marginal[i] as number) * REACTIVE_SD,
      SLOPE_SD,
    );
  });
  return { betaBiasSd, betaWanderSd };
}
