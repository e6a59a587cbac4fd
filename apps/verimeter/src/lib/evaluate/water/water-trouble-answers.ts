import type { AreaResult, DeviceResult, WaterFleetResult } from '@verimeter/drift';
import type { TrialDistrict } from '@verimeter/simulator';
import type { WaterRecord } from './water-record.ts';
import type { DistrictTrouble } from './water-troubles.ts';

type Answer = NonNullable<WaterRecord['troubles']>[number];
type Judged = Pick<TrialDistrict, 'groupId' | 'truth'>;

/**
 * Whether a pair of districts with something wrong between them was answered as the contract wants (section 3 of the contracts, and the
 * gates of docs/water.md), both with the other one or the home named, and whether an honest home is sent to a verification or an inspection.
 */
export function districtTroubleAnswers(
  troubles: readonly DistrictTrouble[],
  districts: readonly Judged[],
  found: WaterFleetResult,
): Answer[] {
  return troubles.flatMap((trouble) => {
    const own = districts[trouble.first];
    const other = districts[trouble.first + 1];
    if (own === undefined || other === undefined) return [];
    const truths = [...own.truth.homes, ...other.truth.homes];
    const devices = new Map(found.devices.map((device) => [device.deviceId, device]));
    const homes = truths.flatMap(({ deviceId }) => devices.get(deviceId) ?? []);
    const areaOf = ({ groupId }: Judged): AreaResult | undefined =>
      found.areas.find((area) => area.groupId === groupId);
    const stranger = trouble.kind === 'stranger' ? own.truth.homes[trouble.home] : undefined;
    const honest = new Set(
      truths.flatMap(({ deviceId, fault }) =>
        fault === undefined && deviceId !== stranger?.deviceId ? [deviceId] : [],
      ),
    );
    const right =
      stranger === undefined
        ? isExchange(areaOf(own), other.groupId, homes) &&
          isExchange(areaOf(other), own.groupId, homes)
        : isStranger(areaOf(own), areaOf(other), devices.get(stranger.deviceId));
    return [
      {
        kind: trouble.kind,
        districts: [trouble.first, trouble.first + 1],
        right,
        nothingWrong: !homes.some(
          ({ deviceId, indication, recommendation }) =>
            (recommendation === 'reverify' || recommendation === 'inspect') &&
            // nobody at home for a month is stopped as far as anyone can tell
            indication !== 'stopped' &&
            honest.has(deviceId),
        ),
        litresPerDay: stranger === undefined ? null : Math.round(10 * stranger.litresPerDay) / 10,
      },
    ];
  });
}

/** `topology_changed`, the other district named, and nothing stated of the members but from what came after. */
function isExchange(
  area: AreaResult | undefined,
  other: string,
  homes: readonly DeviceResult[],
): boolean {
  if (area?.status !== 'topology_changed') return false;
  const isNamed = area.evidence.some(
    ({ code, values }) => code.startsWith('water_exchange_') && values['group_id'] === other,
  );
  const isRestarted = area.evidence.some(({ code }) => code === 'window_restarted');
  const isStated = homes.some(
    ({ groupId, errorEstimate }) => groupId === area.groupId && errorEstimate !== undefined,
  );
  return isNamed && (isRestarted || !isStated);
}

/** The one district misses the home and names it, the other one lists what it does not feed; nothing is stated of the home. */
function isStranger(
  feeding: AreaResult | undefined,
  listing: AreaResult | undefined,
  home: DeviceResult | undefined,
): boolean {
  return (
    home !== undefined &&
    home.indication === 'not_in_group' &&
    home.recommendation === 'inspect' &&
    home.errorEstimate === undefined &&
    listing?.status === 'archive_error' &&
    feeding?.status === 'unregistered_consumer' &&
    feeding.candidates.length === 1 &&
    feeding.candidates[0]?.deviceId === home.deviceId
  );
}
