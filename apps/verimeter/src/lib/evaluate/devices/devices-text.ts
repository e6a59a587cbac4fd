import { chiSquareQuantile } from '@verimeter/statistics';
import { table } from '../../output.ts';
import { medianOf, share } from '../measures.ts';
import type { ConsumptionRecord } from './consumption-homes.ts';
import type { DeviceRecord } from './device-area.ts';
import type { DeviceEvaluation } from './evaluate-devices.ts';

const percent = (value: number | null, digits = 0): string =>
  value === null ? '-' : (100 * value).toFixed(digits);

/** A count per so many meter-years with its exact 95 % range (Garwood, 1936). */
function rate(count: number, meterYears: number, per: number): string {
  const low = count === 0 ? 0 : chiSquareQuantile(0.025, 2 * count) / 2;
  const high = chiSquareQuantile(0.975, 2 * count + 2) / 2;
  const scaled = (value: number): string => ((per * value) / meterYears).toFixed(1);
  return `${scaled(count)} (${scaled(low)} to ${scaled(high)})`;
}

/** Tables of what was measured. */
export function devicesText({ cells, consumption, real }: DeviceEvaluation): string {
  const byCell = Map.groupBy(cells, ({ cell }) => cell);
  const withFault = [...byCell.values()].filter((own) => own.some((one) => isFault(one)));
  const healthy = [...byCell.values()].filter((own) => !own.some((one) => isFault(one)));
  return [
    'Meters in order, looked at every day over the last four weeks:',
    table([
      ['CASE', 'METERS', 'METER-YEARS', 'CONTRADICTED', 'PER 10 METER-YEARS (95 %)', 'BY'],
      ...healthy.map(healthyRow),
    ]),
    '',
    'Meters with a fault, looked at every day for four weeks:',
    table([
      [
        'CASE',
        'METERS',
        'FOUND',
        '% (95 %)',
        'OF THOSE RESOLVABLE %',
        'DAYS (MEDIAN)',
        'SIZE (MEDIAN)',
      ],
      ...withFault.map(faultRow),
    ]),
    '',
    ...consumptionLines(consumption),
    ...(real === undefined
      ? []
      : [
          '',
          `Real homes: ${real.homes.homes} of ${real.homes.weeks} weeks. Their level changes between the halves by ${percent(real.homes.spread, 1)} % (robust sd, cohort removed);`,
          `${percent(real.homes.over3)} % of them by more than 3 %, ${percent(real.homes.over10)} % by more than 10 %, ${percent(real.homes.over30, 1)} % by more than 35 % (0.3 in the log), ${percent(real.homes.overBoth, 1)} % also by more than four of these sd.`,
          `Registers called stopped that were not: ${real.rests.falseStops} of ${real.rests.meters} in ${real.rests.meterYears.toFixed(0)} meter-years, ${rate(real.rests.falseStops, real.rests.meterYears, 100)} per 100. Registers held still for 14 days: ${real.rests.delays.length} of ${real.rests.stopped} found (${shareText(real.rests.delays.length, real.rests.stopped)} %), after ${medianOf(real.rests.delays) ?? '-'} days.`,
        ]),
  ].join('\n');
}

/** A record of a case with a fault looks at days without one only before it. */
const isFault = ({ delays, resolvable, healthyDays, meters }: DeviceRecord): boolean =>
  delays.length > 0 || resolvable > 0 || healthyDays <= meters;

const sum = (records: readonly DeviceRecord[], of: (record: DeviceRecord) => number): number =>
  records.reduce((total, record) => total + of(record), 0);

function healthyRow(records: readonly DeviceRecord[]): string[] {
  const years = sum(records, ({ healthyDays }) => healthyDays) / 365;
  const checks = new Map<string, number>();
  for (const { falseAlarms } of records)
    for (const [check, count] of Object.entries(falseAlarms))
      checks.set(check, (checks.get(check) ?? 0) + count);
  const alarms = [...checks.values()].reduce((total, count) => total + count, 0);
  return [
    records[0]?.cell ?? '',
    String(sum(records, ({ meters }) => meters)),
    years.toFixed(1),
    String(alarms),
    rate(alarms, years, 10),
    [...checks].map(([check, count]) => `${check} ${count}`).join(', ') || '-',
  ];
}

function shareText(hits: number, of: number): string {
  const { value, low, high } = share(hits, of);
  return `${percent(value)} (${percent(low)} to ${percent(high)})`;
}

function faultRow(records: readonly DeviceRecord[]): string[] {
  const meters = sum(records, (record) => record.meters);
  const found = sum(records, ({ delays }) => delays.length);
  const resolvable = sum(records, (record) => record.resolvable);
  const delay = medianOf(records.flatMap(({ delays }) => delays));
  const size = medianOf(records.flatMap(({ sizes }) => sizes));
  return [
    records[0]?.cell ?? '',
    String(meters),
    String(found),
    shareText(found, meters),
    `${percent(share(found, resolvable).value)} of ${resolvable}`,
    delay === null ? '-' : delay.toFixed(0),
    size === null ? '-' : size.toFixed(2),
  ];
}

function consumptionLines({ homes, homeYears, falseSpells, changes }: ConsumptionRecord): string[] {
  return [
    `Consumption of ${homes} homes, looked at every week: called changed without a change ${falseSpells} times in ${homeYears.toFixed(0)} home-years, ${rate(falseSpells, homeYears, 10)} per 10.`,
    table([
      ['CHANGE', 'HOMES', 'FOUND % IN 20 WEEKS', 'WEEKS (MEDIAN)', '95 % INTERVALS THAT HOLD IT %'],
      ...changes.map(({ factor, of, delaysWeeks, covered }) => [
        `x ${factor}`,
        String(of),
        shareText(delaysWeeks.length, of),
        String(medianOf(delaysWeeks) ?? '-'),
        percent(share(covered, delaysWeeks.length).value),
      ]),
    ]),
  ];
}
