import type { Pool } from '@verimeter/registry';
import { type MeterTruth, type TruthFile, originAt, readTruth } from '@verimeter/simulator';
import { simulatorDirectory } from '../commands/simulate.ts';
import { table, write } from '../output.ts';
import { answerCells, estimateText, type Found, percent } from './found.ts';
import { sensorComparisonText } from './sensor-comparison.ts';
import { waterComparison } from './water-comparison.ts';

/** Drift that a city is judged by; smaller ones lie within the limits of usual classes. */
const JUDGED_ERROR = 0.03;

/** What the simulator did to a meter, in words; undefined where nothing. */
function injected(meter: MeterTruth): string | undefined {
  if (meter.listedIn !== meter.fedBy) return `fed by ${meter.fedBy}, listed in ${meter.listedIn}`;
  switch (meter.fault?.kind) {
    case 'stopped':
      return `stopped since day ${Math.round(meter.fault.sinceDay)}`;
    case 'step':
      return `step ${percent(meter.fault.size)} on day ${Math.round(meter.fault.sinceDay)}`;
    case 'ramp':
      return `ramp to ${percent(meter.fault.size)} from day ${Math.round(meter.fault.sinceDay)}`;
    case undefined:
      return undefined;
    default:
      return meter.fault satisfies never;
  }
}

/** What a city hides beside what was found of it, kind by kind. */
export function comparisonText(truth: TruthFile, found: readonly Found[]): string {
  return [
    `What the simulator hid in city ${truth.seed}, and what was found from the readings alone:`,
    '',
    electricityComparison(truth, found),
    '',
    ...(truth.water.length === 0 ? [] : [waterComparison(truth, found), '']),
    sensorComparisonText(truth.sensors, found),
  ].join('\n');
}

/** The electricity meters: a table of what was found beside what was injected, and a line that sums it up. */
function electricityComparison(truth: TruthFile, found: readonly Found[]): string {
  const byId = new Map(found.map((row) => [row.device_id, row]));
  const faulty = truth.meters.filter((meter) => injected(meter) !== undefined);
  const faultyIds = new Set(faulty.map((meter) => meter.deviceId));
  const trueError = new Map(truth.meters.map((meter) => [meter.deviceId, meter.trueError]));
  const rows = faulty.map((meter) => {
    const row = byId.get(meter.deviceId);
    return [
      meter.deviceId,
      injected(meter) ?? '',
      meter.fault?.kind === 'stopped' ? '-' : percent(meter.trueError),
      row === undefined ? 'no answer' : estimateText(row),
      ...answerCells(row),
    ];
  });
  const alarms = found.filter(
    (row) =>
      row.recommendation === 'reverify' &&
      trueError.has(row.device_id) &&
      !faultyIds.has(row.device_id),
  );
  const judged = faulty.filter(
    (meter) =>
      meter.fault !== null &&
      meter.fault.kind !== 'stopped' &&
      meter.listedIn === meter.fedBy &&
      Math.abs(meter.trueError) >= JUDGED_ERROR,
  );
  const listed = (meter: MeterTruth): boolean =>
    byId.get(meter.deviceId)?.recommendation === 'reverify';
  const smaller = faulty.filter((meter) => listed(meter) && !judged.includes(meter));
  const caught = judged.filter(listed);
  return [
    table([
      ['METER', 'INJECTED', 'TRUE ERROR', 'ESTIMATE (95 %)', 'INDICATION', 'RECOMMENDED', 'AREA'],
      ...rows,
      ...alarms.map((row) => [
        row.device_id,
        'nothing',
        percent(trueError.get(row.device_id) ?? 0),
        estimateText(row),
        ...answerCells(row),
      ]),
    ]),
    '',
    `${caught.length} of ${judged.length} meters with an error of 3 % or more are to be verified again; so are ${smaller.length} with a smaller one and ${alarms.length} without a fault.`,
  ].join('\n');
}

/** How to see the same again from memory; a city that was begun on another day cannot be had that way. */
export const repeatText = ({ seed, size, origin, asOf }: TruthFile): string =>
  size === 'small' && origin === originAt('small', Date.parse(asOf))
    ? `The same without a database: verimeter evaluate city --seeds ${seed} --as-of ${asOf}\n`
    : '';

/** Prints the comparison. The simulator's own file is read here, after the results are published, and nowhere else. */
export async function printComparison(
  pool: Pool,
  options: { readonly tenant: string; readonly dataDir: string },
): Promise<void> {
  const truth = await readTruth(simulatorDirectory(options.dataDir, options.tenant));
  const result = await pool.query<Found>(
    `SELECT device_id, quantity, indication, recommendation, error_estimate, interval_low, interval_high,
            offset_estimate, offset_standard_error, group_status,
            jsonb_path_query_array(evidence, '$[*].code') AS said
       FROM health WHERE tenant = $1 ORDER BY device_id, quantity`,
    [options.tenant],
  );
  await write(`\n${comparisonText(truth, result.rows)}${repeatText(truth)}`);
}
