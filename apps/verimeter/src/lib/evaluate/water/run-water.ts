import {
  analyzeWater,
  type DeviceResult,
  WATER_MODEL_VERSION,
  type WaterFleetInput,
  type WaterFleetResult,
} from '@verimeter/drift';
import { type TrialDistrict, trialWaterFleet, type WaterHomeSeries } from '@verimeter/simulator';
import { orNull, rounded } from '../fleet-record.ts';
import { columnOf, waterBaselines } from './water-baselines.ts';
import type { WaterCell } from './water-cells.ts';
import { planWaterFleet } from './water-plan.ts';
import type { HomeColumns, WaterRecord } from './water-record.ts';
import { districtTroubleAnswers } from './water-trouble-answers.ts';
import { buildDistricts, drawDistrictTroubles, withWrongLists } from './water-troubles.ts';

export interface WaterFleetRun {
  readonly seed: number;
  readonly fleet: number;
  readonly loads: WaterRecord['loads'];
  readonly baselines: boolean;
  readonly command: string;
}

const DAY_US = 86_400e6;

/** Simulates the districts of a fleet, analyses them together, and sets what was found beside the truth. */
export function runWaterFleet(
  cell: WaterCell,
  run: WaterFleetRun,
  pool: readonly WaterHomeSeries[],
  onStep: (share: number) => void = () => undefined,
): WaterRecord {
  const begin = performance.now();
  const plan = planWaterFleet(cell.options, run, run.loads === 'built-in' ? [] : pool);
  const troubles = drawDistrictTroubles(cell.options, run, plan.length);
  const districts = buildDistricts(plan, troubles, (built) => onStep((0.3 * built) / plan.length));
  const fleet = withWrongLists(trialWaterFleet(districts), troubles);
  const simulated = performance.now();
  const looks = lookAt(fleet, cell.options, (share) => onStep(0.3 + 0.7 * share));
  const analyzed = performance.now();
  const byGroup = new Map(looks.last.areas.map((area) => [area.groupId, area]));
  return {
    cell: cell.name,
    seed: run.seed,
    fleet: run.fleet,
    loads: run.loads,
    model: WATER_MODEL_VERSION,
    command: run.command,
    days: cell.options.days,
    looks: looks.count,
    lookedDays: looks.days,
    time: { simulate: Math.round(simulated - begin), analyze: Math.round(analyzed - simulated) },
    districts: districts.map(({ groupId, truth }) => ({
      status: byGroup.get(groupId)?.status ?? 'none',
      evidence: byGroup.get(groupId)?.evidence.map(({ code }) => code) ?? [],
      leakShare: rounded(truth.leakShare),
      otherShare: rounded(truth.otherShare),
      supplyError: rounded(truth.supplyError),
    })),
    ...(troubles.length === 0
      ? {}
      : { troubles: districtTroubleAnswers(troubles, districts, looks.last) }),
    homes: columns(districts, looks, run.baselines ? fleet : undefined),
  };
}

type Judged = Omit<TrialDistrict, 'flow'>;

interface WaterLooks {
  readonly count: number;
  readonly days: number;
  readonly last: WaterFleetResult;
  readonly firstReverify: ReadonlyMap<string, number>;
  /** Looks (days) at which a meter was said to stand still. */
  readonly stopped: ReadonlyMap<string, readonly number[]>;
}

/** One analysis at the end, or one a week, each with the readings up to its day. */
function lookAt(
  fleet: WaterFleetInput,
  { days, looksFromWeek }: WaterCell['options'],
  onLook: (share: number) => void,
): WaterLooks {
  const firstReverify = new Map<string, number>();
  const stopped = new Map<string, number[]>();
  const at: number[] = [];
  if (looksFromWeek === undefined) at.push(days);
  else for (let week = looksFromWeek; 7 * week <= days; week += 1) at.push(7 * week);
  let last: WaterFleetResult = { devices: [], areas: [] };
  at.forEach((day, look) => {
    const asOfUs = fleet.grid.startUs + day * DAY_US;
    last = analyzeWater({
      ...fleet,
      meters: fleet.meters.map((meter) => ({ ...meter, asOfUs })),
      districts: fleet.districts.map((district) => ({ ...district, asOfUs })),
    });
    for (const { deviceId, indication, recommendation } of last.devices) {
      if (recommendation === 'reverify' && !firstReverify.has(deviceId))
        firstReverify.set(deviceId, day);
      if (indication === 'stopped') stopped.set(deviceId, [...(stopped.get(deviceId) ?? []), day]);
    }
    onLook((look + 1) / at.length);
  });
  return {
    count: at.length,
    days: (at.at(-1) ?? 0) - (at[0] ?? 0),
    last,
    firstReverify,
    stopped,
  };
}

function columns(
  districts: readonly Judged[],
  looks: WaterLooks,
  judgedByOthers: WaterFleetInput | undefined,
): HomeColumns {
  const homes = districts.flatMap(({ truth }, district) =>
    truth.homes.map((home) => ({ district, home })),
  );
  const byId = new Map(looks.last.devices.map((device) => [device.deviceId, device]));
  const found = homes.map(({ home }) => byId.get(home.deviceId));
  const numbers = (value: (device: DeviceResult) => number | undefined): (number | null)[] =>
    found.map((device) => (device === undefined ? null : orNull(value(device))));
  const ids = homes.map(({ home }) => home.deviceId);
  const others = judgedByOthers === undefined ? undefined : waterBaselines(judgedByOthers);
  const standing = homes.map(({ home }) =>
    standingLooks(looks.stopped.get(home.deviceId) ?? [], sinceOf(home.fault) ?? Infinity),
  );
  return {
    district: homes.map(({ district }) => district),
    fault: homes.map(({ home }) => home.fault?.kind ?? 'none'),
    since: homes.map(({ home }) => orNull(sinceOf(home.fault))),
    truth: homes.map(({ home }) => (home.fault?.kind === 'stopped' ? null : orNull(home.error))),
    healthy: homes.map(({ home }) => orNull(home.baseError)),
    litresPerDay: homes.map(({ home }) => Math.round(home.litresPerDay * 10) / 10),
    indication: found.map((device) => device?.indication ?? 'none'),
    recommendation: found.map((device) => device?.recommendation ?? 'none'),
    estimate: numbers((device) => device.errorEstimate),
    standardError: numbers((device) => device.standardError),
    low: numbers((device) => device.intervalLow),
    high: numbers((device) => device.intervalHigh),
    probability: numbers((device) => device.probabilityDrifted),
    overLimit: numbers((device) => device.probabilityOverLimit),
    minimumDetectable: numbers((device) => device.minimumDetectable),
    ...(others === undefined
      ? {}
      : {
          leastSquares: columnOf(ids, others.leastSquares),
          leastSquaresSe: columnOf(ids, others.leastSquaresSe),
          cohort: columnOf(ids, others.cohort),
        }),
    ...(looks.count === 1
      ? {}
      : {
          firstReverify: columnOf(ids, looks.firstReverify),
          firstStopped: standing.map(({ first }) => orNull(first)),
          stoppedSpells: standing.map(({ wrong }) => wrong),
        }),
  };
}

const sinceOf = (fault: TrialDistrict['truth']['homes'][number]['fault']): number | undefined =>
  fault?.sinceDay;

/** First look at which a meter that stands still was said to, and how many separate times it was said of one that did not. */
function standingLooks(
  days: readonly number[],
  since: number,
): { readonly first: number | undefined; readonly wrong: number } {
  const wrong = days.filter((day, index) => day < since && days[index - 1] !== day - 7).length;
  return { first: days.find((day) => day >= since), wrong };
}
