import { lotKey } from '@verimeter/metrology';
import type { DeviceRow } from '@verimeter/simulator';

/** An empty field is an unknown one for the key. */
export function lotOf(device: DeviceRow): string {
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
