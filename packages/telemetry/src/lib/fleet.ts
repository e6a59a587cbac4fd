export const DEVICE_KINDS = [
  'electricity_meter',
  'water_meter',
  'heat_meter',
  'environment_sensor',
  'gateway',
  'instrument',
] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

export const GROUP_KINDS = ['electricity_area', 'water_district', 'sensor_network'] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

export const MEMBER_ROLES = ['supply', 'supply_out', 'consumer', 'sensor', 'reference'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];
