import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  appendNight,
  CONTEXT_US,
  type FleetInput,
  type FrozenArea,
  type JudgedNight,
  judgeNight,
} from '@verimeter/drift';
import { areasOf, readInput } from '../electricity-input.ts';
import { gridBetween } from '../grid.ts';
import { type AreaRecords, readingsChecksum } from './area-records.ts';
import type { KeptArea } from './kept-area.ts';
import type { AreaReport, FullReason, NightContext } from './night-context.ts';
import { seenArrivals } from './night-due.ts';
import { publishAreas } from './publish-night.ts';

/** An area that can go on. */
export type FrozenKept = KeptArea & { readonly area: FrozenArea };

/** What became of areas that were to go on. */
export interface WentOn {
  readonly reports: readonly AreaReport[];
  /** Those that need a full analysis after all. */
  readonly refused: readonly { readonly groupId: string; readonly reason: FullReason }[];
}

/** Goes on with some areas by the readings of a night, publishes what the fleet's lists do not decide, and keeps them. */
export async function goOn(
  context: NightContext,
  records: AreaRecords,
  kept: readonly FrozenKept[],
): Promise<WentOn> {
  const reports: AreaReport[] = [];
  const refused: { groupId: string; reason: FullReason }[] = [];
  for (const alike of onOneGrid(kept)) {
    // oxlint-disable-next-line no-await-in-loop -- one batch of areas in memory at a time
    const input = await readNight(context, records, alike);
    const judged: {
      readonly before: FrozenKept;
      readonly own: FleetInput;
      readonly night: JudgedNight;
    }[] = [];
    for (const before of alike) {
      // oxlint-disable-next-line no-await-in-loop -- what the other lane waits for is not kept waiting for a whole batch
      await nextTurn();
      const own = ofArea(input, records, before.area);
      const night = judgeOne(context, before, own);
      if (typeof night === 'string') refused.push({ groupId: before.groupId, reason: night });
      else judged.push({ before, own, night });
    }
    // oxlint-disable-next-line no-await-in-loop
    const estimates = await publishAreas(
      context,
      records,
      judged.map(({ before }) => before.groupId),
      judged.map(({ night }) => night.answers),
      new Map(judged.flatMap(({ before }) => saidUntil(before.area))),
    );
    // Published before it is kept: after a crash in between, the area is judged and published again.
    // oxlint-disable-next-line no-await-in-loop
    await Promise.all(
      judged.map(async ({ before, own, night }) => {
        const { groupId } = before;
        const { meters = 0, waiting = [] } = estimates.get(groupId) ?? {};
        const { area, learned } = night;
        const next = { ...before, waiting, learned, area };
        await context.files.writeArea({
          ...next,
          asOfUs: records.asOf.groups.get(groupId) ?? before.asOfUs,
          markUs: context.frame.markUs,
          arrivals: seenArrivals(context, records, groupId, area.joined),
          tail: tailOf(own, area),
        });
        reports.push({ groupId, outcome: 'went_on', meters, waiting, learned, asks: before.asks });
      }),
    );
  }
  return { reports, refused };
}

function judgeOne(
  { frame }: NightContext,
  kept: FrozenKept,
  own: FleetInput,
): JudgedNight | FullReason {
  const area = own.areas.find(({ groupId }) => groupId === kept.groupId);
  if (area === undefined) return 'members';
  if (tailOf(own, kept.area) !== kept.tail) return 'late';
  const night = appendNight(kept.area, own, area);
  if (night.kind === 'refused') return night.reason;
  return judgeNight(night.area, own, area, frame.prior);
}

/** The history that earlier nights published: of each device the instant of its last point. */
function saidUntil({ history }: FrozenArea): [string, number][] {
  return [...history].flatMap(([deviceId, points]): [string, number][] => {
    const last = points.at(-1);
    return last === undefined ? [] : [[deviceId, last.asOfUs]];
  });
}

/** Checksum of what the next night reads again. */
export function tailOf(own: FleetInput, { untilUs }: FrozenArea): number {
  const all = new Set(own.meters.map(({ deviceId }) => deviceId));
  return readingsChecksum(own, all, untilUs - CONTEXT_US, untilUs);
}

/** Areas whose last intervals end on points of one grid. */
function onOneGrid(kept: readonly FrozenKept[]): FrozenKept[][] {
  const groups = new Map<string, FrozenKept[]>();
  for (const item of kept) {
    const { stepUs, untilUs } = item.area;
    const key = `${stepUs} ${untilUs % stepUs}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

export function readNight(
  { store, frame }: Pick<NightContext, 'store' | 'frame'>,
  { fleet, asOf }: AreaRecords,
  kept: readonly Pick<FrozenKept, 'groupId' | 'area'>[],
): Promise<FleetInput> {
  const stepUs = kept[0]?.area.stepUs ?? frame.cadence.stepUs;
  const startUs = Math.min(...kept.map(({ area }) => area.untilUs)) - CONTEXT_US;
  const wanted = new Set(kept.map(({ groupId }) => groupId));
  const joined = new Set(kept.flatMap(({ area }) => area.joined));
  const own = new Set(
    fleet.members.flatMap((member) => (wanted.has(member.groupId) ? member.deviceId : [])),
  );
  return readInput(
    { fleet, store, lastUs: frame.latestUs },
    {
      areas: areasOf(fleet, withSharedAreas(fleet, asOf, wanted)),
      meters: fleet.devices.filter(
        ({ kind, deviceId }) =>
          kind === 'electricity_meter' && (own.has(deviceId) || joined.has(deviceId)),
      ),
      grid: gridBetween(startUs, frame.latestUs, stepUs, startUs % stepUs),
    },
  );
}

/** Areas that share devices with these count with them, whatever is known of their own supply. */
function withSharedAreas(
  fleet: AreaRecords['fleet'],
  asOf: AreaRecords['asOf'],
  wanted: ReadonlySet<string>,
): AreaRecords['asOf'] {
  const latest = Math.max(...[...wanted].map((groupId) => asOf.groups.get(groupId) ?? 0));
  return {
    ...asOf,
    groups: new Map(
      fleet.groups.map(({ groupId }) => [
        groupId,
        wanted.has(groupId) ? (asOf.groups.get(groupId) ?? latest) : latest,
      ]),
    ),
  };
}

/** The input of one area: its members, meters that joined its balance, and where else its members are listed. */
export function ofArea(input: FleetInput, { fleet }: AreaRecords, frozen: FrozenArea): FleetInput {
  const members = new Set(
    fleet.members.flatMap((member) => (member.groupId === frozen.groupId ? member.deviceId : [])),
  );
  const joined = new Set(frozen.joined);
  const place = new Map<number, number>();
  const meters = input.meters.filter((meter, index) => {
    const isIn = members.has(meter.deviceId) || joined.has(meter.deviceId);
    if (isIn) place.set(index, place.size);
    return isIn;
  });
  const isMember = (index: number): boolean => members.has(input.meters[index]?.deviceId ?? '');
  return {
    grid: input.grid,
    meters,
    areas: input.areas.map((area) => ({
      ...area,
      members: area.members.flatMap((member) => {
        const meter = place.get(member.meter);
        return meter === undefined || !isMember(member.meter) ? [] : [{ ...member, meter }];
      }),
    })),
  };
}
