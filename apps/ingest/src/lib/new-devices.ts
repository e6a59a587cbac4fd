import type { NewDevice } from '@verimeter/registry';
import { type DeviceEvent, kindOfQuantities } from '@verimeter/telemetry';
import type { KnownDevices } from './device-directory.ts';
import type { StagedMessage } from './staged-message.ts';

/**
 * Devices of known tenants that nobody registered and that brought readings, each once, in the order they came. What needs no reading to be known
 * for what it is, such as a leak sensor, may come with an event.
 */
export function newDevices(staged: readonly StagedMessage[], known: KnownDevices): NewDevice[] {
  const found = new Map<string, NewDevice>();
  for (const { decoded, message, refusal } of staged) {
    const { tenant, deviceId, readings, deviceKind } = decoded;
    if (tenant === undefined || deviceId === undefined || refusal !== undefined) continue;
    if (!known.hasTenant(tenant) || known.find(tenant, deviceId) !== undefined) continue;
    // What a broker repeats because it was retained may be of a device that is long gone.
    if (message.retain) continue;
    if (readings.length === 0 && (deviceKind === undefined || !decoded.events.some(isNews)))
      continue;
    const key = `${tenant}/${deviceId}`;
    if (found.get(key)?.kind !== undefined) continue;
    found.set(key, {
      tenant,
      deviceId,
      source: sourceOf(decoded),
      kind: kindOfQuantities(readings.map(({ quantity }) => quantity)) ?? deviceKind,
    });
  }
  return [...found.values()];
}

/** Whether an event says anything of a device of which nothing is known yet: that what repeats is over does not. */
export const isNews = ({ state, repeats }: DeviceEvent): boolean =>
  state !== 'cleared' || repeats !== true;

function sourceOf(decoded: StagedMessage['decoded']): NewDevice['source'] {
  if (decoded.source !== undefined) return `source:${decoded.source}`;
  if (decoded.gatewayId !== undefined) return 'gateway';
  return decoded.channel === 'senml' ? 'senml' : 'native';
}
