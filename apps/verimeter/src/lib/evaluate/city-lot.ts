import { balancedQuantity, errorLimit, lotKey } from '@verimeter/metrology';
import type { City, DeviceRow } from '@verimeter/simulator';

/** An empty field is an unknown one for the key. */
function lotOf(device: DeviceRow): string {
  return lotKey({
    kind: device.kind,
    manufacturer: device.manufacturer,
    model: device.model,
    accuracyClass: device.accuracy_class,
    nominal: device.nominal,
    ...(device.built_year === '' ? {} : { builtYear: Number(device.built_year) }),
    verifiedOn: device.verified_on,
  });
}

/** What the archive of a city says of its meters of a kind: their rows, and what an estimator is told of each. */
export function archiveOf(
  city: Pick<City, 'devices'>,
  kind: 'electricity_meter' | 'water_meter',
): (deviceId: string) => {
  readonly device: DeviceRow;
  readonly known: {
    readonly deviceId: string;
    readonly lot: string;
    readonly limit: number;
    readonly inServiceLimit: number;
  };
} {
  const rows = new Map(city.devices.map((device) => [device.device_id, device]));
  const quantity = balancedQuantity(kind);
  return (deviceId) => {
    const device = rows.get(deviceId);
    if (device === undefined) throw new Error(`${deviceId} is not among the devices`);
    const limits = errorLimit(kind, device.accuracy_class, quantity);
    if (limits === undefined) throw new Error(`no limit for ${deviceId}`);
    const { limit, inServiceLimit } = limits;
    return { device, known: { deviceId, lot: lotOf(device), limit, inServiceLimit } };
  };
}
