import type { FleetResult } from '@verimeter/drift';
import type { FleetRecord } from './fleet-record.ts';
import type { TrialFleet } from './trial-fleet.ts';

/**
 * Whether a customer that the archive has wrong was answered as the contract wants: the device to be inspected (as not in
 * its group, where it is listed in one), the listing area an archive error, the feeding area with an unregistered consumer
 * and the device among its candidates; and no e for members of the feeding area unless exactly one candidate explains it.
 */
export function guestAnswers(fleet: TrialFleet, found: FleetResult): FleetRecord['guests'] {
  const devices = new Map(found.devices.map((device) => [device.deviceId, device]));
  const areas = new Map(found.areas.map((area) => [area.groupId, area]));
  return fleet.guests.map(({ deviceId, fedBy, listedIn }) => {
    const device = devices.get(deviceId);
    const feeding = areas.get(fedBy);
    const published = found.devices.some(
      ({ groupId, errorEstimate, deviceId: id }) =>
        id !== deviceId && groupId === fedBy && errorEstimate !== undefined,
    );
    return {
      device:
        device?.recommendation === 'inspect' &&
        device.indication === (listedIn === undefined ? 'no_reference' : 'not_in_group') &&
        device.errorEstimate === undefined,
      listing: listedIn === undefined || areas.get(listedIn)?.status === 'archive_error',
      feeding:
        feeding?.status === 'unregistered_consumer' &&
        feeding.candidates.some((candidate) => candidate.deviceId === deviceId),
      nothingPublished:
        !published ||
        (feeding?.candidates.length === 1 && feeding.candidates[0]?.deviceId === deviceId),
    };
  });
}
