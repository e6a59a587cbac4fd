import { type DeviceRow, type MemberRow, plainRow, type Spot } from './tables.ts';

export function waterMember(
  group: string,
  deviceId: string,
  role: 'supply' | 'consumer',
): MemberRow {
  return { group_id: group, device_id: deviceId, role, from: '', to: '', feeder: '' };
}

export function waterRow(
  deviceId: string,
  spot: Spot,
  meter: { age: number; year: number; size: string; home: number },
): DeviceRow {
  const built = meter.year - meter.age;
  const verified = `${built}-${String(2 + ((meter.home + 1) % 10)).padStart(2, '0')}-15`;
  return {
    ...plainRow(deviceId, 'water_meter', 'BT-DN15', spot),
    serial: `${built % 100}${String(700_001 + 37 * (meter.home + 1)).padStart(7, '0')}`,
    type_approval: `PDM 415-${built - 1}`,
    accuracy_class: meter.home < 0 ? '1' : '2',
    nominal: meter.size,
    built_year: String(built),
    installed_on: verified,
    verified_on: verified,
    valid_until: `${built + 5}${verified.slice(4)}`,
  };
}
