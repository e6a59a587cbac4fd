import type { SensorNetworkInput } from '@verimeter/drift';
import { buildTrialNetwork, type TrialNetworkOptions, sensorError } from '@verimeter/simulator';
import { faultOf, type SimulatedCell } from './sensor-cells.ts';

/** What is hidden of one series. */
export interface ChannelTruth {
  /** Day on which its fault began; undefined: healthy. */
  readonly onsetDay: number | undefined;
  /** e, or the offset in the unit of the channel, at a grid point. */
  errorAt(k: number): number;
  /** What there was, and how the device erred: indicated = gain * actual + offset, and what the weather does to it. */
  readonly actual: Float64Array;
  readonly gain: Float64Array;
  readonly offset: Float64Array;
}

export interface SensorTrial {
  readonly input: SensorNetworkInput;
  /** One per series of the input. */
  readonly truths: readonly ChannelTruth[];
}

export function simulatedTrial(
  options: SimulatedCell,
  draw: { readonly seed: number; readonly network: number },
): SensorTrial {
  const fault = faultOf(options);
  const { quantity, share } = options;
  const drift: Partial<TrialNetworkOptions> =
    fault === undefined || share === 0 ? {} : { drift: { quantity, share, fault } };
  const { input, truths } = buildTrialNetwork({
    ...draw,
    ...options,
    quantities: [quantity, ...(options.also ?? [])],
    ...drift,
  });
  return {
    input,
    truths: truths.map((truth) => ({
      onsetDay: truth.faults.length === 0 ? undefined : options.onsetDay,
      errorAt: (k) => sensorError(truth, k),
      actual: truth.actual,
      gain: truth.gain,
      offset: truth.offset,
    })),
  };
}
