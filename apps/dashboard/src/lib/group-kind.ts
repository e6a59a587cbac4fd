import type { GroupKind } from '@verimeter/telemetry';

/** The kind of group that judges a quantity: that of a register is a meter's, also where there is no channel. */
export function groupKindOf(quantity: string): GroupKind {
  if (quantity.startsWith('water_volume')) return 'water_district';
  return quantity === '' || quantity.endsWith('_import') || quantity.endsWith('_energy')
    ? 'electricity_area'
    : 'sensor_network';
}
