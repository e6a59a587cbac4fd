import type { SensorNetworkInput } from '@verimeter/drift';
import { CommandError } from '../../arguments.ts';
import type { MetalOxide } from './metal-oxide-folder.ts';
import type { RealCell } from './sensor-cells.ts';
import type { ChannelTruth, SensorTrial } from './sensor-trial.ts';
import { injectedError } from './stations-trial.ts';

const LEVEL_HOURS = 30 * 24;
const LEAST_HOURS = 200;
/** Both stand in one street cabinet; where on earth is not told, and does not matter. */
const CABINET = { latitude: 45, longitude: 10 };

/**
 * One element beside the analyser, which is declared a reference; network 1 has the fault as well. Nobody knows the element's own error: the truth is
 * that of its mean over that of the analyser over the last 30 days, fault included, and it has a healthy time only while that is within its limit.
 */
export function metalOxideTrial(
  options: RealCell,
  { network }: { readonly network: number },
  data: MetalOxide | undefined,
): SensorTrial {
  const pair = data?.pairs[options.quantity];
  if (data === undefined || pair === undefined)
    throw new CommandError('cells of metal-oxide elements need --data DIR');
  const { gain, offset } = injectedError(options, network === 1, data.count);
  const values = pair.sensor.map((value, k) => (gain[k] ?? 1) * value + (offset[k] ?? 0));
  const common = {
    fromUs: data.startUs,
    toUs: Infinity,
    restartsUs: [data.startUs],
    ...CABINET,
  };
  const relative = { limit: 0.2, inServiceLimit: 0.4, limitOf: 'relative_error' as const };
  const truth = (actual: Float64Array, onsetDay?: number): ChannelTruth => ({
    onsetDay,
    errorAt: () => 0,
    actual,
    gain: new Float64Array(data.count).fill(1),
    offset: new Float64Array(data.count),
  });
  const series: SensorNetworkInput['series'] = [
    {
      ...common,
      ...relative,
      deviceId: 'analyser',
      quantity: options.quantity,
      role: 'reference',
      values: pair.reference,
    },
    {
      ...common,
      ...relative,
      deviceId: 'element',
      quantity: 'humidity',
      role: 'sensor',
      values: data.humidity,
    },
    {
      ...common,
      ...relative,
      deviceId: 'element',
      quantity: options.quantity,
      role: 'sensor',
      values,
    },
    {
      ...common,
      deviceId: 'element',
      quantity: 'temperature',
      role: 'sensor',
      limit: 0.5,
      inServiceLimit: 1,
      limitOf: 'offset',
      values: data.temperature,
    },
  ];
  return {
    input: {
      groupId: 'metal-oxide',
      asOfUs: data.startUs + (data.count - 1) * 3_600_000_000,
      grid: { startUs: data.startUs, stepUs: 3_600_000_000, count: data.count },
      series: series.toSorted((a, b) => (order(a) < order(b) ? -1 : 1)),
    },
    truths: series
      .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
      .map((one) =>
        one.values === values
          ? {
              ...truth(pair.reference, network === 1 ? options.onsetDay : undefined),
              errorAt: (k) => ratioError(values, pair.reference, k),
              gain,
              offset,
            }
          : truth(one.values),
      ),
  };
}

const order = ({ deviceId, quantity }: { deviceId: string; quantity: string }): string =>
  `${deviceId} ${quantity}`;

function ratioError(sensor: Float64Array, reference: Float64Array, k: number): number {
  let [count, own, right] = [0, 0, 0];
  for (let hour = Math.max(0, k - LEVEL_HOURS + 1); hour <= k; hour += 1) {
    const [value, actual] = [sensor[hour] ?? Number.NaN, reference[hour] ?? Number.NaN];
    if (Number.isNaN(value + actual)) continue;
    count += 1;
    own += value;
    right += actual;
  }
  return count < LEAST_HOURS ? Number.NaN : own / right - 1;
}
