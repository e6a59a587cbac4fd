import type { SensorTruth } from '@verimeter/simulator';
import { table } from '../output.ts';
import type { Found } from './found.ts';

/** What was said of one quantity of a sensor. */
export type FoundSensor = Omit<Found, 'group_status' | 'said'>;

/** Of the normal distribution, 95 % on both sides. */
const TWO_SIDED = 1.96;

const signed = (value: number, digits: number): string =>
  `${value >= 0 ? '+' : '-'}${Math.abs(value).toFixed(digits)}`;
const percent = (ratio: number): string => `${signed(100 * ratio, 1)} %`;
const isOffset = (quantity: string | null): boolean =>
  quantity === 'temperature' || quantity === 'pressure';
const unitOf = (quantity: string | null): string => (quantity === 'temperature' ? 'K' : 'hPa');
const errorText = (quantity: string | null, error: number): string =>
  isOffset(quantity) ? `${signed(error, 2)} ${unitOf(quantity)}` : percent(error);

/** What the simulator did to a sensor, in words; undefined where nothing. */
function injected({ fault, replacedOnDay, quantity }: SensorTruth): string | undefined {
  switch (fault?.kind) {
    case 'gain_ramp':
      return `gain ${percent(fault.perYear)} a year from day ${fault.sinceDay}`;
    case 'gain_step':
      return `gain ${percent(fault.size)} from day ${fault.sinceDay}`;
    case 'offset_step':
      return `${errorText(quantity, fault.size)} from day ${fault.sinceDay}`;
    case 'stuck':
      return `one value from day ${fault.sinceDay}`;
    case 'noise':
      return `${fault.factor} times the noise from day ${fault.sinceDay}`;
    case undefined:
      return replacedOnDay === null ? undefined : `exchanged on day ${replacedOnDay}`;
    default:
      return fault satisfies never;
  }
}

function estimateText(row: FoundSensor | undefined): string {
  if (row === undefined) return 'no answer';
  const { error_estimate: e, interval_low: low, interval_high: high } = row;
  const { offset_estimate: offset, offset_standard_error: se, quantity } = row;
  if (isOffset(quantity) && offset !== null && se !== null) {
    const [from, to] = [offset - TWO_SIDED * se, offset + TWO_SIDED * se];
    return `${errorText(quantity, offset)} (${signed(from, 2)} … ${signed(to, 2)})`;
  }
  return e === null || low === null || high === null
    ? '-'
    : `${percent(e)} (${percent(low)} … ${percent(high)})`;
}

export interface SensorScore {
  readonly faults: number;
  /** Drifts on the list `reverify` or `watch`, broken quantities to be inspected. */
  readonly found: number;
  readonly channels: number;
  /** Listed or to be inspected without a fault. */
  readonly falseAlarms: number;
}

const FOUND_BY: Readonly<Record<string, readonly string[]>> = {
  gain_ramp: ['reverify', 'watch'],
  gain_step: ['reverify', 'watch'],
  offset_step: ['reverify', 'watch'],
  stuck: ['inspect'],
  noise: ['inspect', 'reverify', 'watch'],
};

const keyOf = (deviceId: string, quantity: string | null): string =>
  `${deviceId} ${quantity ?? ''}`;

export function sensorScore(
  truths: readonly SensorTruth[],
  found: readonly FoundSensor[],
): SensorScore {
  const byKey = new Map(found.map((row) => [keyOf(row.device_id, row.quantity), row]));
  const recommended = (truth: SensorTruth): string =>
    byKey.get(keyOf(truth.deviceId, truth.quantity))?.recommendation ?? 'none';
  const faulty = truths.filter(({ fault }) => fault !== null);
  const healthy = truths.filter(({ fault }) => fault === null);
  return {
    faults: faulty.length,
    found: faulty.filter((truth) => FOUND_BY[truth.fault?.kind ?? '']?.includes(recommended(truth)))
      .length,
    channels: healthy.length,
    falseAlarms: healthy.filter((truth) => recommended(truth) !== 'none').length,
  };
}

/** Faults of sensors beside what was found, then false alarms, then a line that sums it up. */
export function sensorComparisonText(
  truths: readonly SensorTruth[],
  found: readonly FoundSensor[],
): string {
  const byKey = new Map(found.map((row) => [keyOf(row.device_id, row.quantity), row]));
  const shown = truths.filter((truth) => {
    const row = byKey.get(keyOf(truth.deviceId, truth.quantity));
    return injected(truth) !== undefined || (row !== undefined && row.recommendation !== 'none');
  });
  const score = sensorScore(truths, found);
  return [
    table([
      [
        'SENSOR',
        'QUANTITY',
        'INJECTED',
        'TRUE ERROR',
        'ESTIMATE (95 %)',
        'INDICATION',
        'RECOMMENDED',
      ],
      ...shown.map((truth) => {
        const row = byKey.get(keyOf(truth.deviceId, truth.quantity));
        const shows = truth.fault?.kind !== 'stuck';
        return [
          truth.deviceId,
          truth.quantity,
          injected(truth) ?? 'nothing',
          shows ? errorText(truth.quantity, truth.trueError) : '-',
          estimateText(row),
          row?.indication ?? '-',
          row?.recommendation ?? '-',
        ];
      }),
    ]),
    '',
    `${score.found} of ${score.faults} faults of sensors are to be seen to; so are ${score.falseAlarms} of ${score.channels} quantities without a fault.`,
    '',
  ].join('\n');
}
