import type { SensorNetworkInput } from '@verimeter/drift';
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
    readonly quantities: Readonly<Record<string, Float64Array>>;
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
  const quantities = [...new Set([options.quantity, ...besideOf(options.quantity)])].toSorted();
  const series: SensorNetworkInput['series'][number][] = [];
  const truths: ChannelTruth[] = [];
  data.stations.forEach((station, index) => {
    for (const quantity of quantities) {
      const own = station.quantities[quantity];
      if (own === undefined) continue;
      const actual = own.slice(0, count);
      const hurt = index === faulty && quantity === options.quantity;
      const truth = truthOf(options, actual, hurt);
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

/** What values of a quantity are corrected with. */
function besideOf(quantity: RealCell['quantity']): string[] {
  if (quantity === 'temperature') return [];
  return quantity === 'pm2_5' ? ['humidity'] : ['humidity', 'temperature'];
}

function truthOf(options: RealCell, actual: Float64Array, hurt: boolean): ChannelTruth {
  const { gain, offset } = injectedError(options, hurt, actual.length);
  const inUnit = options.quantity === 'temperature';
  return {
    onsetDay: hurt ? options.onsetDay : undefined,
    errorAt: (k) => (inUnit ? (offset[k] ?? 0) : (gain[k] ?? 1) - 1),
    actual,
    gain,
    offset,
  };
}

/** Gain and offset of every hour, with the fault of the cell or without one. */
export function injectedError(
  options: RealCell,
  hurt: boolean,
  count: number,
): { readonly gain: Float64Array; readonly offset: Float64Array } {
  const fault = hurt ? faultOf(options) : undefined;
  const gain = new Float64Array(count).fill(1);
  const offset = new Float64Array(count);
  for (let k = 24 * options.onsetDay; k < count; k += 1) {
    if (fault?.kind === 'gain_ramp')
      gain[k] = 1 + (fault.perYear * (k - 24 * options.onsetDay)) / HOURS_PER_YEAR;
    if (fault?.kind === 'gain_step') gain[k] = 1 + fault.size;
    if (fault?.kind === 'offset_step') offset[k] = fault.size;
  }
  return { gain, offset };
}
