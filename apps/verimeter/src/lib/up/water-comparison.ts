import type { TruthFile, WaterMeterTruth } from '@verimeter/simulator';
import { table } from '../output.ts';
import { answerCells, estimateText, type Found, isListed, percent } from './found.ts';

/** Drift that a district is judged by. */
export const JUDGED_WATER_ERROR = 0.08;

/** Evidence that says more than the indication does. */
const SAID: ReadonlySet<string> = new Set([
  'continuous_flow',
  'air_suspected',
  'other_use_goes_on',
  'other_use_rests',
]);

/** What the simulator did to a home's meter or behind it, in words; undefined where nothing. */
function injected({ fault }: WaterMeterTruth): string | undefined {
  if (fault === null) return undefined;
  const since = fault.sinceDay < 0 ? 'from the start' : `from day ${Math.round(fault.sinceDay)}`;
  switch (fault.kind) {
    case 'drift':
      return `drift ${percent(fault.size)} ${since}`;
    case 'wear':
      return `worn: starts at ${fault.factor.toFixed(1)} times the flow ${since}`;
    case 'stopped':
      return `stopped ${since}`;
    case 'backflow':
      return `${Math.round(fault.litresPerNight)} L a night back ${since}`;
    case 'customer-leak':
      return `leak of ${Math.round(fault.litresPerHour)} L/h behind it ${since}`;
    case 'air':
      return `${Math.round(fault.litresPerReturn)} L of air after each closure ${since}`;
    default:
      return fault satisfies never;
  }
}

/** The homes of a city: a table of what was found beside what was injected, and a line that sums it up. */
export function waterComparison(truth: TruthFile, found: readonly Found[]): string {
  const byId = new Map(found.map((row) => [row.device_id, row]));
  const faulty = truth.water.filter((meter) => injected(meter) !== undefined);
  const judged = faulty.filter(
    ({ fault, trueError }) =>
      fault?.kind === 'drift' && trueError !== null && Math.abs(trueError) >= JUDGED_WATER_ERROR,
  );
  const alarms = truth.water.filter(
    (meter) => meter.fault === null && isListed(byId.get(meter.deviceId)),
  );
  const line = (meter: WaterMeterTruth): string[] => {
    const row = byId.get(meter.deviceId);
    return [
      meter.deviceId,
      injected(meter) ?? 'nothing',
      meter.trueError === null ? '-' : percent(meter.trueError),
      row === undefined ? 'no answer' : estimateText(row),
      ...answerCells(row),
      row?.said.filter((code) => SAID.has(code)).join(', ') ?? '',
    ];
  };
  const listed = judged.filter((meter) => isListed(byId.get(meter.deviceId)));
  return [
    table([
      [
        'WATER METER',
        'INJECTED',
        'TRUE ERROR',
        'ESTIMATE (95 %)',
        'INDICATION',
        'RECOMMENDED',
        'DISTRICT',
        'SAID BESIDE IT',
      ],
      ...faulty.map(line),
      ...alarms.map(line),
    ]),
    '',
    `${listed.length} of ${judged.length} water meters with an error of 8 % or more are on a list; so are ${alarms.length} without a fault.`,
  ].join('\n');
}
