import type { GroupKind } from '@verimeter/telemetry';

/** The kind of group that judges a quantity; one without a channel is a meter's. */
export function groupKindOf(quantity: string): GroupKind {
  if (quantity.startsWith('water_')) return 'water_district';
  return quantity === '' || quantity.endsWith('_import') || quantity.endsWith('_energy')
    ? 'electricity_area'
    : 'sensor_network';
}
