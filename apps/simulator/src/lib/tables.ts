import type { DeviceKind, GroupKind, MemberRole } from '@verimeter/telemetry';

import type { City } from './city.ts';
import type { MeterRecord } from './meter-record.ts';
import { randomStream, STREAM } from './random.ts';

/** Columns of the devices file; an empty text is an empty field. */
export interface DeviceRow {
  readonly device_id: string;
  readonly kind: DeviceKind;
  readonly serial: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly type_approval: string;
  readonly accuracy_class: string;
  readonly nominal: string;
  readonly ratio: string;
  readonly phases: string;
  readonly built_year: string;
  readonly installed_on: string;
  readonly verified_on: string;
  readonly valid_until: string;
  readonly lat: string;
  readonly lon: string;
  readonly address: string;
}

export interface GroupRow {
  readonly group_id: string;
  readonly kind: GroupKind;
  readonly name: string;
  readonly technical_loss: string;
}

export interface MemberRow {
  readonly group_id: string;
  readonly device_id: string;
  readonly role: MemberRole;
  readonly from: string;
  readonly to: string;
  readonly feeder: string;
}

export interface CityTables {
  readonly devices: readonly DeviceRow[];
  readonly groups: readonly GroupRow[];
  readonly members: readonly MemberRow[];
}

/** What a utility would hand over about the city: rows of the three files, none of them touched by the truth. */
export function cityTables(city: City): CityTables {
  return { devices: city.devices, groups: city.groups, members: city.members };
}

export interface Spot {
  readonly lat: number;
  readonly lon: number;
  readonly address: string;
}

/** Where the devices of one part of the city stand. */
export interface Places {
  readonly station: string;
  at(index: number): Spot;
}

const STREETS = [
  'Nguyễn Huệ',
  'Lê Lợi',
  'Trần Hưng Đạo',
  'Hai Bà Trưng',
  'Lý Thường Kiệt',
  'Phan Chu Trinh',
  'Võ Thị Sáu',
  'Điện Biên Phủ',
  'Nguyễn Trãi',
  'Bạch Đằng',
] as const;

/** Near Thủ Dầu Một. */
const CENTRE = { lat: 10.98, lon: 106.652 };

export function places(seed: number, part: number): Places {
  const random = randomStream(seed, STREAM.lot, 100 + part);
  const street = STREETS[part % STREETS.length] ?? STREETS[0];
  const angle = (2 * Math.PI * part) / 8 + random.uniform(0, 0.3);
  const lat = CENTRE.lat + 0.012 * Math.sin(angle);
  const lon = CENTRE.lon + 0.012 * Math.cos(angle);
  return {
    station: `Trạm ${street} ${part + 1}`,
    at(index) {
      const spot = randomStream(seed, STREAM.lot, 100 + part, index);
      return {
        lat: lat + spot.uniform(-0.002, 0.002),
        lon: lon + spot.uniform(-0.002, 0.002),
        address: index === 0 ? `Trạm ${street} ${part + 1}` : `${2 * index + 1} ${street}`,
      };
    },
  };
}

/** The row of an electricity meter. */
export function deviceRow(deviceId: string, record: MeterRecord, spot: Spot): DeviceRow {
  const { lot } = record;
  return {
    device_id: deviceId,
    kind: 'electricity_meter',
    serial: record.serial,
    manufacturer: lot.manufacturer,
    model: lot.model,
    type_approval: lot.typeApproval,
    accuracy_class: lot.accuracyClass,
    nominal: lot.nominal,
    ratio: record.ratio,
    phases: String(record.phases),
    built_year: String(lot.builtYear),
    installed_on: lot.verifiedOn,
    verified_on: lot.verifiedOn,
    valid_until: lot.validUntil,
    ...where(spot),
  };
}

/** Rows of devices that carry no metrological data of their own. */
export function plainRow(deviceId: string, kind: DeviceKind, model: string, spot: Spot): DeviceRow {
  return {
    device_id: deviceId,
    kind,
    serial: '',
    manufacturer: 'Bến Thành',
    model,
    type_approval: '',
    accuracy_class: '',
    nominal: '',
    ratio: '',
    phases: '',
    built_year: '',
    installed_on: '',
    verified_on: '',
    valid_until: '',
    ...where(spot),
  };
}

export function gatewayRow(deviceId: string, spot: Spot): DeviceRow {
  return plainRow(deviceId, 'gateway', 'BT-GW2', spot);
}

function where(spot: Spot): Pick<DeviceRow, 'lat' | 'lon' | 'address'> {
  return { lat: spot.lat.toFixed(6), lon: spot.lon.toFixed(6), address: spot.address };
}
