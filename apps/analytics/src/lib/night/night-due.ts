import { crc32 } from 'node:zlib';
import { CONTEXT_US, type FrozenArea } from '@verimeter/drift';
import type { LateArrival } from '@verimeter/reading-store';
import { type AreaRecords, registeredFacts } from './area-records.ts';
import { BALANCE_QUANTITIES } from '../electricity-input.ts';
import { hashOf } from './kept-files.ts';
import type { KeptArea } from './kept-area.ts';
import type { AreaOutcome, NightContext } from './night-context.ts';

/** A reading is committed at most so long after it arrived: a batch that waits for the store, a file that is imported. */
export const ON_THE_WAY_US = 4 * 3600e6;

const DAY_US = 86_400e6;
/** Days between full analyses: of young areas, whose slopes still get better, and of those with as much evidence as was tried over 20 nights. */
const YOUNG_DAYS = 7;
const SETTLED_DAYS = 28;
const SETTLED_AFTER_US = 40 * DAY_US;

/** What is to be done with an area tonight. */
export function dueOf(
  { frame }: Pick<NightContext, 'frame'>,
  records: AreaRecords,
  groupId: string,
  kept: KeptArea | undefined,
): AreaOutcome {
  const asOfUs = records.asOf.groups.get(groupId);
  if (asOfUs === undefined) return 'silent';
  if (kept === undefined) return 'new';
  const facts = registeredFacts(records, groupId, kept.area?.joined ?? [], frame.latestUs);
  if (facts.members !== kept.registered.members) return 'members';
  if (facts.devices !== kept.registered.devices) return 'registry';
  if (cameLate(frame.late, records, groupId, kept)) return 'late';
  if (asOfUs <= kept.asOfUs) return 'already';
  if (isAnchor(groupId, kept.fullUs, asOfUs, daysBetweenFull(kept.area))) return 'anchor';
  return kept.area === null ? 'not_frozen' : 'went_on';
}

export const daysBetweenFull = (area: Pick<FrozenArea, 'firstDayUs' | 'untilUs'> | null): number =>
  area !== null && area.untilUs - area.firstDayUs >= SETTLED_AFTER_US ? SETTLED_DAYS : YOUNG_DAYS;

/** Whether the day of a group, one of so many by its name, has come since its last full analysis. */
export function isAnchor(groupId: string, fullUs: number, asOfUs: number, days: number): boolean {
  const roundOf = (us: number): number =>
    Math.floor((Math.floor(us / DAY_US) + hashOf(groupId)) / days);
  return roundOf(asOfUs) > roundOf(fullUs);
}

/** The last hours before the end of an area's last interval are read again by each night: what came late there is seen there. */
function cameLate(
  late: NightContext['frame']['late'],
  { fleet }: AreaRecords,
  groupId: string,
  kept: KeptArea,
): boolean {
  const arrivals = arrivalsOf(late, fleet, groupId, kept.area?.joined ?? []);
  const untilUs = (kept.area?.untilUs ?? kept.asOfUs) - CONTEXT_US;
  return (
    arrivals.some(
      ([, { receivedUs, earliestUs }]) =>
        receivedUs > kept.markUs - ON_THE_WAY_US && earliestUs <= untilUs,
    ) && arrivalsChecksum(arrivals) !== kept.arrivals
  );
}

type Arrivals = readonly (readonly [number, LateArrival])[];

/** What came late of an area's meters, by channel. */
function arrivalsOf(
  late: NightContext['frame']['late'],
  fleet: AreaRecords['fleet'],
  groupId: string,
  joined: readonly string[],
): Arrivals {
  if (late.size === 0) return [];
  const devices = [
    ...fleet.members.flatMap((member) => (member.groupId === groupId ? member.deviceId : [])),
    ...joined,
  ];
  const channels = new Set(
    devices.flatMap((deviceId) =>
      BALANCE_QUANTITIES.flatMap(
        (quantity) => fleet.channels.get(deviceId)?.get(quantity)?.channelId ?? [],
      ),
    ),
  );
  return [...channels]
    .toSorted((a, b) => a - b)
    .flatMap((channelId) => {
      const arrival = late.get(channelId);
      return arrival === undefined ? [] : [[channelId, arrival] as const];
    });
}

const arrivalsChecksum = (arrivals: Arrivals): number =>
  arrivals.length === 0 ? 0 : crc32(JSON.stringify(arrivals));

/** What had come late when an area was read: a night does not look at it twice. */
export function seenArrivals(
  { frame }: Pick<NightContext, 'frame'>,
  { fleet }: AreaRecords,
  groupId: string,
  joined: readonly string[],
): number {
  return arrivalsChecksum(arrivalsOf(frame.late, fleet, groupId, joined));
}
