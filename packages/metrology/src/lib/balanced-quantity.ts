import type { DeviceKind } from '@verimeter/telemetry';

/** The register of a meter that its group balances; undefined for devices that have none. */
export function balancedQuantity(kind: DeviceKind): string | undefined {
  switch (kind) {
    case 'electricity_meter':
      return 'active_energy_import';
    case 'water_meter':
      return 'water_volume';
    case 'heat_meter':
      return 'heat_energy';
    case 'environment_sensor':
    case 'gateway':
    case 'instrument':
      return undefined;
    default:
      return kind satisfies never;
  }
}
