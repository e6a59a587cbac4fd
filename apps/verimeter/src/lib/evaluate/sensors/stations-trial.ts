import type { SensorNetworkInput } from '@verimeter/drift';
import type { AirQuantity } from '@verimeter/simulator';
import { CommandError } from '../../arguments.ts';
import { faultOf, type RealCell } from './sensor-cells.ts';
import type { NetworkRecord } from './sensor-record.ts';
import type { ChannelTruth, SensorTrial } from './sensor-trial.ts';

/** Hourly series of real stations over one stretch of time; NaN where missing. */
export interface Stations {
  readonly startUs: number;
  readonly count: number;
  readonly stations: readonly {
    readonly name: string;
    readonly quantities: Readonly<Partial<Record<AirQuantity, Float64Array>>>;
  }[];
}

const HOUR_US = 3_600_000_000;
const HOURS_PER_YEAR = 8766;

/**
 * Stations as a network. What they reported counts as right; network n > 0 has the fault in the n-th station, and with a
 * reference the station after that one is declared to be one.
 */
export function stationsTrial(
  options: RealCell,
  { network }: { readonly network: number; readonly source: NetworkRecord['source'] },
  data: Stations | undefined,
): SensorTrial {
  if (data === undefined) throw new CommandError('cells of stations need --data DIR');
  const count = Math.min(data.count, 24 * options.days + 1);
  const faulty = network - 1;
  const reference =
    options.references === 0 ? -1 : (Math.max(0, faulty) + 1) % data.stations.length;
  const quantities: AirQuantity[] = [
    ...new Set<AirQuantity>([options.quantity, 'humidity', 'temperature']),
  ].toSorted();
  const series: SensorNetworkInput['series'][number][] = [];
  const truths: ChannelTruth[] = [];
  data.stations.forEach((station, index) => {
    for (const quantity of quantities) {
      const own = station.quantities[quantity];
      if (own === undefined) continue;
      const actual = own.slice(0, count);
      const hurt = index === faulty && quantity === options.quantity;
      const truth = hurt ? faultyTruth(options, actual) : healthyTruth(actual);
      const limit = quantity === 'temperature' ? 0.5 : 0.2;
      truths.push(truth);
      series.push({
        deviceId: station.name,
        quantity,
        role: index === reference ? 'reference' : 'sensor',
        fromUs: data.startUs,
        toUs: Infinity,
        limit,
        inServiceLimit: 2 * limit,
        limitOf: quantity === 'temperature' ? 'offset' : 'relative_error',
        values: actual.map((value, k) => (truth.gain[k] ?? 1) * value + (truth.offset[k] ?? 0)),
        restartsUs: [data.startUs],
      });
    }
  });
  return {
    input: {
      groupId: 'stations',
      asOfUs: data.startUs + (count - 1) * HOUR_US,
      grid: { startUs: data.startUs, stepUs: HOUR_US, count },
      series,
    },
    truths,
  };
}

function healthyTruth(actual: Float64Array): ChannelTruth {
  return {
    onsetDay: undefined,
    errorAt: () => 0,
    actual,
    gain: new Float64Array(actual.length).fill(1),
    offset: new Float64Array(actual.length),
  };
}

function faultyTruth(options: RealCell, actual: Float64Array): ChannelTruth {
  const fault = faultOf(options);
  const gain = new Float64Array(actual.length).fill(1);
  const offset = new Float64Array(actual.length);
  for (let k = 24 * options.onsetDay; k < actual.length; k += 1) {
    if (fault?.kind === 'gain_ramp')
      gain[k] = 1 + (fault.perYear * (k - 24 * options.onsetDay)) / HOURS_PER_YEAR;
    if (fault?.kind === 'gain_step') gain[k] = 1 + fault.size;
    if (fault?.kind === 'offset_step') offset[k] = fault.size;
  }
  const inUnit = options.quantity === 'temperature';
  return {
    onsetDay: options.onsetDay,
    errorAt: (k) => (inUnit ? (offset[k] ?? 0) : (gain[k] ?? 1) - 1),
    actual,
    gain,
    offset,
  };
}
