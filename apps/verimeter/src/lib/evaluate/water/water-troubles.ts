import {
  buildTrialDistrict,
  openValve,
  type TrialDistrict,
  type TrialDistrictOptions,
  type ValveOpening,
} from '@verimeter/simulator';
import type { WaterFleetInput } from '@verimeter/drift';
import { seededRandom } from '../seeded.ts';
import type { WaterCellOptions } from './water-cells.ts';
import type { WaterRun } from './water-plan.ts';

/** Two neighbouring districts of which the archive is wrong. */
export type DistrictTrouble =
  /** The first feeds a part of the second through a valve that stands open for a part of the window. */
  | { readonly kind: 'valve'; readonly first: number; readonly valve: ValveOpening }
  /** The first feeds a home that only the second one lists. */
  | { readonly kind: 'stranger'; readonly first: number; readonly home: number };

/** A pair begins at every third district: one of three has nothing wrong. */
const EVERY = 3;
/** Day on which a valve is opened, and for how many days: the other half stays open until the end. */
const OPENED = [0.25, 0.45] as const;
const OPEN_DAYS = [14, 28] as const;
/** Of what the second district draws. */
const PASSES = [0.15, 0.3] as const;

/** Which pairs of a fleet have something wrong: a pure function of cell, seed and number. */
export function drawDistrictTroubles(
  { trouble, homes, days }: WaterCellOptions,
  run: WaterRun,
  districts: number,
): DistrictTrouble[] {
  if (trouble === undefined) return [];
  // a stream of its own: fleets without trouble stay as they are
  const random = seededRandom(run.seed * 100_003 + run.fleet + 0x5eed);
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random();
  const troubles: DistrictTrouble[] = [];
  for (let first = 0; first + 1 < districts; first += EVERY) {
    if (trouble === 'stranger') {
      troubles.push({ kind: 'stranger', first, home: Math.floor(random() * homes) });
      continue;
    }
    const sinceDay = Math.round(24 * days * between(OPENED)) / 24;
    const openDays = between(OPEN_DAYS);
    const untilDay = random() < 0.5 ? Infinity : Math.round(24 * (sinceDay + openDays)) / 24;
    const share = between(PASSES);
    troubles.push({ kind: 'valve', first, valve: { sinceDay, untilDay, share } });
  }
  return troubles;
}

/** Districts are built one after the other, those with a valve between them together. `flow` is given away: that of ten would fill the memory of a worker. */
export function buildDistricts(
  plan: readonly TrialDistrictOptions[],
  troubles: readonly DistrictTrouble[],
  onBuilt: (count: number) => void,
): Omit<TrialDistrict, 'flow'>[] {
  const built: Omit<TrialDistrict, 'flow'>[] = [];
  while (built.length < plan.length) {
    const valve = troubles.find(({ kind, first }) => kind === 'valve' && first === built.length);
    const own = plan
      .slice(built.length, built.length + (valve === undefined ? 1 : 2))
      .map((options) => ({ options, district: buildTrialDistrict(options) }));
    const [first, second] = own;
    const districts =
      valve?.kind === 'valve' && first !== undefined && second !== undefined
        ? openValve(first, second, valve.valve)
        : own.map(({ district }) => district);
    for (const { flow: _flow, ...district } of districts) built.push(district);
    onBuilt(built.length);
  }
  return built;
}

/** The lists as the archive has them: a stranger is a member where its water does not come from. */
export function withWrongLists(
  fleet: WaterFleetInput,
  troubles: readonly DistrictTrouble[],
): WaterFleetInput {
  const members = fleet.districts.map((district) => [...district.members]);
  for (const trouble of troubles) {
    if (trouble.kind !== 'stranger') continue;
    const [moved] = members[trouble.first]?.splice(trouble.home, 1) ?? [];
    if (moved !== undefined) members[trouble.first + 1]?.unshift(moved);
  }
  return {
    ...fleet,
    districts: fleet.districts.map((district, index) => ({
      ...district,
      members: members[index] ?? district.members,
    })),
  };
}
