import { CONTEXT_US } from '@verimeter/drift';
import { type AreaRecords, registeredFacts } from './area-records.ts';
import { BALANCE_QUANTITIES } from '../electricity-input.ts';
import { hashOf } from './kept-files.ts';
import type { KeptArea } from './kept-area.ts';
import type { AreaOutcome, NightContext } from './night-context.ts';

/** A reading is committed at most so long after it arrived: a batch that waits for the store, a file that is imported. */
export const ON_THE_WAY_US = 4 * 3600e6;

const DAY_US = 86_400e6;
const WEEK_DAYS = 7;

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
  if (isAnchor(groupId, kept.fullUs, asOfUs)) return 'anchor';
  return kept.area === null ? 'not_frozen' : 'went_on';
}

/** Whether the weekday of a group, one of seven by its name, has come since its last full analysis. */
export function isAnchor(groupId: string, fullUs: number, asOfUs: number): boolean {
  const weekOf = (us: number): number =>
    Math.floor((Math.floor(us / DAY_US) + hashOf(groupId)) / WEEK_DAYS);
  return weekOf(asOfUs) > weekOf(fullUs);
}

/** The last hours before the end of an area's last interval are read again by each night: what came late there is seen there. */
function cameLate(
  late: NightContext['frame']['late'],
  { fleet }: AreaRecords,
  groupId: string,
  kept: KeptArea,
): boolean {
  if (late.size === 0) return false;
  const untilUs = (kept.area?.untilUs ?? kept.asOfUs) - CONTEXT_US;
  const devices = [
    ...fleet.members.flatMap((member) => (member.groupId === groupId ? member.deviceId : [])),
    ...(kept.area?.joined ?? []),
  ];
  return devices.some((deviceId) =>
    BALANCE_QUANTITIES.some((quantity) => {
      const channel = fleet.channels.get(deviceId)?.get(quantity);
      const arrival = channel === undefined ? undefined : late.get(channel.channelId);
      return (
        arrival !== undefined &&
        arrival.receivedUs > kept.markUs - ON_THE_WAY_US &&
        arrival.earliestUs <= untilUs
      );
    }),
  );
}
