import type { Device } from '@verimeter/registry';

/** A device of which no more is known than its kind, and what `more` says. */
export function deviceOf(
  deviceId: string,
  kind: Device['kind'],
  more: Partial<Device> = {},
): Device {
  return {
    deviceId,
    kind,
    serial: null,
    manufacturer: null,
    model: null,
    typeApproval: null,
    accuracyClass: null,
    nominal: null,
    phases: null,
    builtYear: null,
    installedOn: null,
    verifiedOn: null,
    validUntil: null,
    validUntilPrecision: 'day',
    category: null,
    technology: null,
    lat: null,
    lon: null,
    address: null,
    ...more,
  };
}
