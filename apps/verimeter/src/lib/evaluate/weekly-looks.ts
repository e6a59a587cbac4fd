import { analyzeElectricityFleet, type DeviceResult, type FleetResult } from '@verimeter/drift';
import { trialError } from '@verimeter/simulator';
import { CLASS_LIMITS } from './class-limit.ts';
import type { TrialFleet } from './trial-fleet.ts';

const DAY_US = 86_400e6;
/** In-service limit of class 1: a meter has to be out by the day its error reaches it. */
const EXIT_LIMIT = 0.02;
/** Growth over its standard deviation from which a forecast is read from it. */
const TOLD_GROWTH = 2;

/** What repeated looks saw. Days since the first reading. */
export interface Looks {
  readonly count: number;
  readonly last: FleetResult;
  readonly firstReverify: ReadonlyMap<string, number>;
  /** Day on which |e| really reached 2 %. */
  readonly crossing: ReadonlyMap<string, number>;
  /** Forecast of that day at the last look before it, minus the day; where the estimator told a growth that gets there. */
  readonly exitError: ReadonlyMap<string, number>;
  /** Day on which |e| really reached the limit of the class; not where it was beyond it from the start. */
  readonly limitCrossing: ReadonlyMap<string, number>;
  /** Of that day, as stated on the first day on the list. */
  readonly exits: ReadonlyMap<string, StatedExit>;
}

/** Days since the first reading; an open end is undefined. */
export interface StatedExit {
  readonly earliest: number | undefined;
  readonly median: number | undefined;
  readonly latest: number | undefined;
}

/** The dates of a device's result. The latest one is not in every version of it. */
type ExitFields = Pick<DeviceResult, 'exitMedianUs' | 'exitEarliestUs'> & {
  readonly exitLatestUs?: number;
};

/** One analysis a week, each with the readings up to its day. */
export function lookWeekly(
  fleet: TrialFleet,
  span: { readonly days: number; readonly fromWeek: number },
  onLook: (share: number) => void,
): Looks {
  const { startUs } = fleet.input.grid;
  const crossing = crossings(fleet, span.days, EXIT_LIMIT);
  const firstReverify = new Map<string, number>();
  const exits = new Map<string, StatedExit>();
  const exitError = new Map<string, number>();
  const weeks = Math.floor(span.days / 7);
  let last: FleetResult = { devices: [], areas: [] };
  for (let week = span.fromWeek; week <= weeks; week += 1) {
    const day = 7 * week;
    const asOfUs = startUs + day * DAY_US;
    last = analyzeElectricityFleet({
      ...fleet.input,
      areas: fleet.input.areas.map((area) => ({ ...area, asOfUs })),
    });
    for (const device of last.devices) {
      const { deviceId, recommendation } = device;
      if (recommendation === 'reverify' && !firstReverify.has(deviceId)) {
        firstReverify.set(deviceId, day);
        exits.set(deviceId, statedExit(device, startUs));
      }
      const crosses = crossing.get(deviceId);
      const ahead = daysToLimit(device);
      if (crosses !== undefined && crosses > day && ahead !== undefined)
        exitError.set(deviceId, day + ahead - crosses);
    }
    onLook((week - span.fromWeek + 1) / (weeks - span.fromWeek + 1));
  }
  return {
    count: weeks - span.fromWeek + 1,
    last,
    firstReverify,
    crossing,
    exitError,
    limitCrossing: new Map(
      [...crossings(fleet, span.days, CLASS_LIMITS.limit)].filter(([, day]) => day > 0),
    ),
    exits,
  };
}

/** Days until e reaches 2 % if it goes on to grow as told; undefined where no growth is told, or away from it. */
export function daysToLimit({
  errorEstimate,
  driftPerYear,
  driftPerYearSe,
}: Pick<DeviceResult, 'errorEstimate' | 'driftPerYear' | 'driftPerYearSe'>): number | undefined {
  if (errorEstimate === undefined || driftPerYear === undefined) return undefined;
  // A growth within its standard deviations is that of a meter that hardly drifts: it gets anywhere at any time.
  if (!(Math.abs(driftPerYear) > TOLD_GROWTH * (driftPerYearSe ?? Infinity))) return undefined;
  const years = (Math.sign(driftPerYear) * EXIT_LIMIT - errorEstimate) / driftPerYear;
  return years > 0 ? 365.25 * years : undefined;
}

function statedExit(
  { exitEarliestUs, exitMedianUs, exitLatestUs }: ExitFields,
  startUs: number,
): StatedExit {
  const dayOf = (us: number | undefined): number | undefined =>
    us === undefined ? undefined : (us - startUs) / DAY_US;
  return {
    earliest: dayOf(exitEarliestUs),
    median: dayOf(exitMedianUs),
    latest: dayOf(exitLatestUs),
  };
}

function crossings(fleet: TrialFleet, days: number, limit: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const { meter } of fleet.meters) {
    if (meter.fault === undefined) continue;
    let day = 0;
    while (day <= days && Math.abs(trialError(meter, day)) < limit) day += 0.25;
    if (day <= days) found.set(meter.deviceId, day);
  }
  return found;
}
