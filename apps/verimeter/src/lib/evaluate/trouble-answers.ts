import type { AreaResult, DeviceResult, FleetResult } from '@verimeter/drift';
import type { FleetRecord } from './fleet-record.ts';
import { groupIdOf, type TrialFleet } from './trial-fleet.ts';
import type { AreaTrouble } from './trouble-plan.ts';

type Answer = NonNullable<FleetRecord['troubles']>[number];

/**
 * Whether an area with something wrong in it was answered as the contract wants (section 3 of the contracts, and the gates of
 * docs/estimation.md), and whether an honest member of it is sent to a verification or an inspection.
 */
export function troubleAnswers(fleet: TrialFleet, found: FleetResult): Answer[] {
  const areas = new Map(found.areas.map((area) => [area.groupId, area]));
  const members = Map.groupBy(found.devices, ({ groupId }) => groupId);
  const honest = new Set(
    fleet.meters.flatMap(({ meter }) => (meter.fault === undefined ? [meter.deviceId] : [])),
  );
  return fleet.troubles.map((trouble) => {
    const meant = new Set(trouble.meters.map((index) => meterOf(fleet, trouble, index)));
    const groups = [trouble.area, trouble.toArea].flatMap((area) =>
      area === undefined ? [] : [groupIdOf(area)],
    );
    const devices = groups.flatMap((group) => members.get(group) ?? []);
    return {
      kind: trouble.kind,
      right: isRight(
        trouble,
        groups.flatMap((group) => areas.get(group) ?? []),
        { devices, meant },
      ),
      nothingWrong: !devices.some(
        ({ deviceId, indication, recommendation }) =>
          (recommendation === 'reverify' || recommendation === 'inspect') &&
          // nobody at home for a month is stopped as far as anyone can tell
          indication !== 'stopped' &&
          honest.has(deviceId) &&
          !meant.has(deviceId),
      ),
    };
  });
}

/** Device id of the customer at a position of the area; -1 is no customer. */
function meterOf(fleet: TrialFleet, { area }: AreaTrouble, index: number): string {
  return fleet.meters.filter((row) => row.area === area)[index]?.meter.deviceId ?? '';
}

function isRight(
  trouble: AreaTrouble,
  areas: readonly AreaResult[],
  of: { readonly devices: readonly DeviceResult[]; readonly meant: ReadonlySet<string> },
): boolean {
  const { devices, meant } = of;
  const own = devices.filter(({ deviceId }) => meant.has(deviceId));
  const published = devices.some(({ errorEstimate }) => errorEstimate !== undefined);
  const statuses = areas.map(({ status }) => status);
  const codes = new Set(areas.flatMap(({ evidence }) => evidence.map(({ code }) => code)));
  switch (trouble.kind) {
    case 'shifted-interval':
    case 'shifted-hours':
    case 'summer-time':
      return (
        statuses[0] === 'ok' &&
        own.length === 1 &&
        own.every(
          ({ indication, recommendation, errorEstimate, evidence }) =>
            indication === 'clock_fault' &&
            recommendation === 'inspect' &&
            errorEstimate === undefined &&
            evidence[0]?.values['minutes'] ===
              15 * (trouble.stamps.get(trouble.meters[0] ?? -1)?.intervals ?? 0),
        )
      );
    case 'shifted-supply':
    case 'shifted-many':
      return statuses[0] === 'clock' && !published;
    case 'switched':
      return (
        statuses.every((status) => status === 'topology_changed') &&
        (!published || codes.has('window_restarted'))
      );
    case 'moved':
      return (
        statuses[0] === 'archive_error' &&
        statuses[1] === 'unregistered_consumer' &&
        areas[1]?.candidates.length === 1 &&
        meant.has(areas[1].candidates[0]?.deviceId ?? '') &&
        own.every(
          ({ indication, recommendation, errorEstimate }) =>
            indication === 'not_in_group' &&
            recommendation === 'inspect' &&
            errorEstimate === undefined,
        )
      );
    case 'silent-consumer':
      return statuses[0] !== 'ok' && !published;
    case 'street-light':
    case 'telecom':
    case 'theft':
      return codes.has('unmetered_hours') || codes.has('unmetered_load');
    default:
      return trouble.kind satisfies never;
  }
}
