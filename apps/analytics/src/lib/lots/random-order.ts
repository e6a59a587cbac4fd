import { createHash } from 'node:crypto';

/**
 * The random order of a lot's devices, by SHA-256 of `seed|lot|device_id`: anybody can recompute it, nobody can choose it, and a device
 * that joins or leaves changes the places of no others among themselves.
 */
export function randomOrder(lot: string, deviceIds: readonly string[], seed = ''): string[] {
  return deviceIds
    .map((deviceId) => ({
      deviceId,
      key: createHash('sha256').update(`${seed}|${lot}|${deviceId}`).digest('hex'),
    }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ deviceId }) => deviceId);
}

/** Verified devices that were drawn: those up to which the random order is verified without a gap. Others may have been chosen. */
export function drawnDevices(
  order: readonly string[],
  verified: ReadonlySet<string>,
): ReadonlySet<string> {
  const gap = order.findIndex((deviceId) => !verified.has(deviceId));
  return new Set(gap === -1 ? order : order.slice(0, gap));
}
