import {
  analyzeElectricityFleet,
  type DeviceResult,
  type FleetResult,
  MODEL_VERSION,
} from '@verimeter/drift';
import { type HouseholdSeries, trialError, type TrialMeter } from '@verimeter/simulator';
import { baselineColumns } from './baseline-columns.ts';
import type { Cell } from './cells.ts';
import { guestAnswers } from './guest-answers.ts';
import { planFleet } from './fleet-plan.ts';
import {
  type FleetRecord,
  type MeterColumns,
  orNull,
  RECOMMENDATIONS,
  rounded,
} from './fleet-record.ts';
import { simulateFleet, type TrialFleet } from './trial-fleet.ts';
import { troubleAnswers } from './trouble-answers.ts';
import { lookWeekly, type Looks, type StatedExit } from './weekly-looks.ts';

export interface FleetRun {
  readonly seed: number;
  readonly fleet: number;
  readonly loads: FleetRecord['loads'];
  readonly baselines: boolean;
  readonly command: string;
}

/** Simulates one fleet, analyses it, and sets what was found beside the truth. */
export function runFleet(
  cell: Cell,
  run: FleetRun,
  pool: readonly HouseholdSeries[],
  onStep: (share: number) => void = () => undefined,
): FleetRecord {
  const begin = performance.now();
  const plan = planFleet(cell.options, run, pool);
  const fleet = simulateFleet(plan, cell.options, (done) =>
    onStep((0.3 * done) / plan.areas.length),
  );
  const simulated = performance.now();
  const { days, looksFromWeek } = cell.options;
  const looks =
    looksFromWeek === undefined
      ? undefined
      : lookWeekly(fleet, { days, fromWeek: looksFromWeek }, (share) => onStep(0.3 + 0.5 * share));
  const found = looks?.last ?? analyzeElectricityFleet(fleet.input);
  const analyzed = performance.now();
  onStep(0.8);
  const oracle = analyzeElectricityFleet(fleet.oracle);
  const known = performance.now();
  return {
    cell: cell.name,
    seed: run.seed,
    fleet: run.fleet,
    loads: run.loads,
    model: MODEL_VERSION,
    command: run.command,
    days,
    looks: looks?.count ?? 1,
    time: {
      simulate: Math.round(simulated - begin),
      analyze: Math.round(analyzed - simulated),
      oracle: Math.round(known - analyzed),
    },
    areas: found.areas.map(({ groupId, status }, area) => ({
      status,
      oracleStatus: oracle.areas[area]?.status ?? '',
      loss: rounded(fleet.areas[area]?.loss ?? 0),
      supplyError: rounded(fleet.areas[area]?.supplyError ?? 0),
      archive: archiveOf(fleet, groupId, area),
    })),
    guests: guestAnswers(fleet, found),
    ...(fleet.troubles.length === 0 ? {} : { troubles: troubleAnswers(fleet, found) }),
    meters: {
      ...columnsOf(fleet, { found, oracle, days }),
      ...(run.baselines ? baselineColumns(fleet, cell.options.prevalence) : {}),
      ...(looks === undefined ? {} : lookColumns(fleet, looks)),
    },
  };
}

/** Areas with loads that no meter counts are as right as others: everybody has them. */
function archiveOf(
  { guests, troubles }: TrialFleet,
  groupId: string,
  area: number,
): FleetRecord['areas'][number]['archive'] {
  if (guests.some(({ listedIn }) => listedIn === groupId)) return 'lists';
  if (guests.some(({ fedBy }) => fedBy === groupId)) return 'feeds';
  return troubles.some(
    (trouble) =>
      trouble.unmetered.length === 0 && (trouble.area === area || trouble.toArea === area),
  )
    ? 'wrong'
    : 'clean';
}

function columnsOf(
  fleet: TrialFleet,
  results: { readonly found: FleetResult; readonly oracle: FleetResult; readonly days: number },
): MeterColumns {
  const own = fleet.meters.map(deviceOf(results.found));
  const known = fleet.meters.map(deviceOf(results.oracle));
  const { days } = results;
  return {
    area: fleet.meters.map(({ area }) => area),
    drift: fleet.meters.map(({ meter }) => rounded(trialError(meter, days) - meter.baseError)),
    since: fleet.meters.map(({ meter }) =>
      meter.fault === undefined ? null : rounded(meter.fault.sinceDay),
    ),
    truth: fleet.meters.map(({ meter }) => rounded(trialError(meter, days))),
    indication: own.map((device) => device?.indication ?? 'none'),
    recommendation: own.map(recommendationOf),
    estimate: own.map((device) => orNull(device?.errorEstimate)),
    standardError: own.map((device) => orNull(device?.standardError)),
    low: own.map((device) => orNull(device?.intervalLow)),
    high: own.map((device) => orNull(device?.intervalHigh)),
    probability: own.map((device) => orNull(device?.probabilityDrifted)),
    overLimit: own.map((device) => orNull(device?.probabilityOverLimit)),
    oracle: known.map((device) => orNull(device?.errorEstimate)),
    oracleLow: known.map((device) => orNull(device?.intervalLow)),
    oracleHigh: known.map((device) => orNull(device?.intervalHigh)),
    oracleStandardError: known.map((device) => orNull(device?.standardError)),
    oracleProbability: known.map((device) => orNull(device?.probabilityDrifted)),
    oracleRecommendation: known.map(recommendationOf),
  };
}

function deviceOf(
  result: FleetResult,
): (row: { readonly meter: TrialMeter }) => DeviceResult | undefined {
  const byId = new Map(result.devices.map((device) => [device.deviceId, device]));
  return ({ meter }) => byId.get(meter.deviceId);
}

const recommendationOf = (device: DeviceResult | undefined): number =>
  Math.max(0, RECOMMENDATIONS.indexOf(device?.recommendation ?? 'none'));

function lookColumns(fleet: TrialFleet, looks: Looks): Partial<MeterColumns> {
  const column = (values: ReadonlyMap<string, number>): (number | null)[] =>
    fleet.meters.map(({ meter }) => orNull(values.get(meter.deviceId)));
  const exits = (date: (exit: StatedExit) => number | undefined): (number | null)[] =>
    fleet.meters.map(({ meter }) => {
      const exit = looks.exits.get(meter.deviceId);
      return exit === undefined ? null : orNull(date(exit));
    });
  return {
    firstReverify: column(looks.firstReverify),
    crossing: column(looks.crossing),
    exitError: column(looks.exitError),
    limitCrossing: column(looks.limitCrossing),
    exitEarliest: exits(({ earliest }) => earliest),
    exitMedian: exits(({ median }) => median),
    exitLatest: exits(({ latest }) => latest),
  };
}
