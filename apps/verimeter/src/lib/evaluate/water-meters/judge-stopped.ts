import {
  type BesideTheMeter,
  checkWaterMeter,
  learnWaterFleet,
  quietNeighbours,
  type WaterFleetContext,
  type WaterMeterSeries,
} from '@verimeter/drift';
import { seededRandom } from '../seeded.ts';
import { quietTimes, type StoppedFleet, type StoppedHome } from './stopped-fleet.ts';

const DAY_US = 86_400e6;
/** Looks begin after so many days of readings; stops come later, and so long before the end that they can be found. */
const FIRST_LOOK = 60;
const FIRST_STOP = 120;
export const DAYS_TO_FIND = 14;
/** Days with water, and with as much as people use, among those after a stop, from which people count as being at home. */
const DAYS_AT_HOME = 7;
/** m3 in an hour that can be seen; m3 in a day below which nobody used it, and no electricity either (`stoppedFleet`). */
const SEEN = 5e-4;
const BY_PEOPLE = 0.008;
/** With fewer homes a single one weighs in what is learned of all: it is learned anew. */
const SMALL_FLEET = 60;

/** What is looked at beside the register. */
export const WITNESSES = ['alone', 'with-use', 'in-district', 'both'] as const;
export type Witness = (typeof WITNESSES)[number];

export interface StoppedRecord {
  readonly witness: Witness;
  readonly homes: number;
  /** Days of looks at registers that were not touched, over a year. */
  readonly homeYears: number;
  /** Spells that were called a stop and were none. */
  readonly falseStops: readonly { readonly deviceId: string; readonly days: number }[];
  readonly stops: readonly {
    readonly deviceId: string;
    /** Water was drawn on 7 of the 14 days, and as much as people draw, with electricity beside it. */
    readonly atHome: boolean;
    readonly byPeople: boolean;
    /** Days until it was said; null: not within 14. */
    readonly delay: number | null;
  }[];
}

/** Natural times without water: share of homes that have one of at least so many days. */
export function naturalSpells(
  fleet: StoppedFleet,
): { readonly days: number; readonly homes: number }[] {
  return [3, 7, 14, 30].map((days) => ({
    days,
    homes: fleet.homes.filter(({ actual }) => quietTimes(actual, days).length > 0).length,
  }));
}

/** Looks every day at the registers as they are, and at each with one stop at a random hour. */
export function judgeStopped(
  fleet: StoppedFleet,
  {
    seed,
    stopsPerHome,
    witnesses,
  }: {
    readonly seed: number;
    readonly stopsPerHome: number;
    readonly witnesses: readonly Witness[];
  },
  onStep: (share: number) => void = () => undefined,
): StoppedRecord[] {
  const days = Math.floor((fleet.grid.count - 1) / 24);
  const contexts = new Map<number, Day>();
  const told = witnesses.map(() => new Map<string, { deviceId: string; days: number }>());
  for (let day = FIRST_LOOK; day <= days; day += 1) {
    const today = dayOf(fleet, meters(fleet), day);
    if (day >= FIRST_STOP) contexts.set(day, today);
    for (const home of fleet.homes) {
      // what has moved within three days is never called a stop
      if (hasMoved(home.meter.register, 24 * day)) continue;
      witnesses.forEach((witness, w) => {
        const stop = stopOf(home, home.meter, today, witness);
        if (stop !== undefined)
          told[w]?.set(`${home.meter.deviceId} ${stop.sinceUs}`, {
            deviceId: home.meter.deviceId,
            days: stop.days,
          });
      });
    }
    onStep((0.5 * (day - FIRST_LOOK)) / (days - FIRST_LOOK));
  }
  const random = seededRandom(seed + 7);
  const stops = witnesses.map((): StoppedRecord['stops'][number][] => []);
  fleet.homes.forEach((home, index) => {
    for (let k = 0; k < stopsPerHome; k += 1) {
      const at = Math.floor(24 * (FIRST_STOP + random() * (days - DAYS_TO_FIND - FIRST_STOP)));
      const found = delaysOf(fleet, home, { at, contexts, witnesses });
      const hours = daysAfter(home.actual, at);
      const atHome = hours.filter((day) => day.some((m3) => m3 > SEEN)).length >= DAYS_AT_HOME;
      const byPeople =
        hours.filter((day) => day.reduce((a, b) => a + b, 0) > BY_PEOPLE).length >= DAYS_AT_HOME;
      found.forEach((delay, w) => {
        stops[w]?.push({ deviceId: home.meter.deviceId, atHome, byPeople, delay });
      });
    }
    onStep(0.5 + (0.5 * (index + 1)) / fleet.homes.length);
  });
  return witnesses.map((witness, w) => ({
    witness,
    homes: fleet.homes.length,
    homeYears: (fleet.homes.length * (days - FIRST_LOOK)) / 365.25,
    falseStops: [...(told[w]?.values() ?? [])],
    stops: stops[w] ?? [],
  }));
}

/** What is known on a day of all homes. */
interface Day {
  readonly context: WaterFleetContext;
  readonly asOfUs: number;
  readonly residuals: readonly Float64Array[];
  readonly quiet: readonly NonNullable<BesideTheMeter['quietNeighbours']>[];
}

function hasMoved(register: Float64Array, point: number): boolean {
  const last = register.subarray(Math.max(0, point - 71), point + 1).filter(Number.isFinite);
  return (last.at(-1) ?? 0) > (last[0] ?? 0);
}

const meters = (fleet: StoppedFleet): WaterMeterSeries[] => fleet.homes.map(({ meter }) => meter);

function dayOf(fleet: StoppedFleet, series: readonly WaterMeterSeries[], day: number): Day {
  const { grid, zoneMinutes, homes, supplies } = fleet;
  const asOfUs = grid.startUs + day * DAY_US;
  const context = learnWaterFleet({ grid, zoneMinutes, meters: series }, asOfUs);
  const of = supplies.map((_, district) =>
    series.filter((_1, index) => homes[index]?.district === district),
  );
  return {
    context,
    asOfUs,
    residuals: supplies.map((supply, district) => residualOf(supply, of[district] ?? [])),
    quiet: of.map((own) => quietNeighbours(own, context, asOfUs)),
  };
}

function residualOf(supply: Float64Array, homes: readonly WaterMeterSeries[]): Float64Array {
  const out = Float64Array.from(supply);
  for (const { register } of homes)
    for (let k = 1; k < out.length; k += 1)
      out[k] = (out[k] ?? NaN) - ((register[k] ?? NaN) - (register[k - 1] ?? NaN));
  return out;
}

function stopOf(
  { district }: StoppedHome,
  meter: WaterMeterSeries,
  { context, asOfUs, residuals, quiet }: Day,
  witness: Witness,
): { readonly sinceUs: number; readonly days: number } | undefined {
  const hasBalance = witness === 'in-district' || witness === 'both';
  const { otherUse, ...alone } = meter;
  const seen =
    witness === 'with-use' || witness === 'both'
      ? { ...alone, ...(otherUse === undefined ? {} : { otherUse }) }
      : alone;
  const residual = residuals[district];
  const { findings } = checkWaterMeter(seen, context, {
    asOfUs,
    ...(hasBalance && residual !== undefined
      ? { residual, quietNeighbours: quiet[district] ?? [] }
      : {}),
  });
  return findings.find((finding) => finding.kind === 'stopped');
}

/** Days until the stop is said, by witness. */
function delaysOf(
  fleet: StoppedFleet,
  home: StoppedHome,
  {
    at,
    contexts,
    witnesses,
  }: {
    readonly at: number;
    readonly contexts: ReadonlyMap<number, Day>;
    readonly witnesses: readonly Witness[];
  },
): (number | null)[] {
  const frozen = frozenAt(home.meter, at);
  const delays: (number | null)[] = witnesses.map(() => null);
  for (let day = Math.ceil(at / 24) + 3; 24 * day <= at + 24 * DAYS_TO_FIND; day += 1) {
    if (delays.every((delay) => delay !== null)) break;
    const known = contexts.get(day);
    if (known === undefined) continue;
    const today =
      fleet.homes.length <= SMALL_FLEET
        ? dayOf(
            fleet,
            meters(fleet).map((meter) => (meter.deviceId === frozen.deviceId ? frozen : meter)),
            day,
          )
        : withoutFlow(known, home, frozen);
    witnesses.forEach((witness, w) => {
      if (delays[w] === null && stopOf(home, frozen, today, witness) !== undefined)
        delays[w] = day - at / 24;
    });
  }
  return delays;
}

function frozenAt(meter: WaterMeterSeries, at: number): WaterMeterSeries {
  const register = Float64Array.from(meter.register);
  let last = NaN;
  for (let k = 0; k < register.length; k += 1) {
    const value = register[k] ?? NaN;
    if (k <= at && Number.isFinite(value)) last = value;
    if (k > at && Number.isFinite(value)) register[k] = last;
  }
  return { ...meter, register };
}

/** The day of a large fleet with one register frozen: its water is missing in the sum of its district. */
function withoutFlow(day: Day, { district, meter }: StoppedHome, frozen: WaterMeterSeries): Day {
  const residual = day.residuals[district];
  if (residual === undefined) return day;
  const grown = residual.map((value, k) => {
    const [counted, before] = [meter.register[k] ?? NaN, meter.register[k - 1] ?? NaN];
    const shown = (frozen.register[k] ?? NaN) - (frozen.register[k - 1] ?? NaN);
    return value + (counted - before) - shown;
  });
  return { ...day, residuals: day.residuals.map((own, d) => (d === district ? grown : own)) };
}

/** Water of each hour of the days within which a stop is to be found. */
const daysAfter = (actual: Float64Array, at: number): Float64Array[] =>
  Array.from({ length: DAYS_TO_FIND }, (_, day) =>
    actual.subarray(at + 1 + 24 * day, at + 25 + 24 * day),
  );
