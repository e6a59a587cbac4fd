import { type AirFault, type AirQuantity, type ElementSeries, readElement } from './air-element.ts';
import { planAirFaults } from './air-faults.ts';
import type { AirPlace } from './air-field.ts';
import { loseHours, withGaps } from './air-gaps.ts';
import { airAtPlaces } from './air-sites.ts';
import { hourlyWeather } from './air-weather.ts';
import { dateOf } from './calendar.ts';
import { STREAM } from './random.ts';
import {
  type DeviceRow,
  type GroupRow,
  type MemberRow,
  places,
  plainRow,
  type Spot,
} from './tables.ts';
import { cityWeather } from './weather.ts';

/** Hourly means of one station by quantity: value k belongs to the hour that ends at grid point k; NaN where missing. */
export interface AirStation {
  readonly deviceId: string;
  readonly quantities: Readonly<Record<string, Float64Array>>;
}

/** What only the simulator knows of one quantity of a station. */
export interface AirElementTruth extends Pick<ElementSeries, 'actual' | 'gain' | 'offset'> {
  readonly deviceId: string;
  readonly quantity: AirQuantity;
  readonly fault: AirFault | undefined;
  readonly replacedOnDay: number | undefined;
}

/** What a device tells of itself, beside its readings. */
export interface DeviceNotice {
  readonly deviceId: string;
  readonly atMs: number;
  readonly event: string;
}

export interface AirNetwork {
  readonly startMs: number;
  readonly devices: DeviceRow[];
  readonly groups: GroupRow[];
  readonly members: MemberRow[];
  readonly gateways: ReadonlyMap<string, string>;
  readonly stations: readonly AirStation[];
  readonly notices: readonly DeviceNotice[];
  readonly truths: readonly AirElementTruth[];
}

export interface AirNetworkSize {
  readonly sensors: number;
  /** Days the network was there before the city's first day: sensors are judged over months. */
  readonly daysBefore: number;
}

const GROUP = 'S-N1';
const DAY_MS = 86_400_000;
const QUANTITIES = ['pm2_5', 'temperature', 'humidity', 'no2'] as const;
const KM_PER_DEGREE = 111.2;

/** Low-cost sensors over the city and one reference-grade station. `historyDays`: of the city, after which faults have grown. */
export function buildAirNetwork(
  city: { readonly seed: number; readonly startMs: number; readonly days: number },
  size: AirNetworkSize,
  historyDays: number,
): AirNetwork {
  const { seed } = city;
  const { sensors, daysBefore } = size;
  const startMs = city.startMs - daysBefore * DAY_MS;
  const hours = 24 * (daysBefore + city.days) + 1;
  const spots = Array.from({ length: sensors + 1 }, (_, index) => places(seed, 60 + index).at(1));
  const keys = [seed, STREAM.air];
  const setting = { keys, startMs, climate: 'south' as const };
  const weather = hourlyWeather(
    cityWeather(seed, city.startMs, city.days, daysBefore),
    setting,
    hours,
  );
  const sites = airAtPlaces(spots.map(placeOf), { ...setting, hours, weather });
  const plans = planAirFaults(seed, sensors, daysBefore + historyDays);
  const network: AirNetwork & { stations: AirStation[]; truths: AirElementTruth[] } = {
    startMs,
    devices: [],
    groups: [{ group_id: GROUP, kind: 'sensor_network', name: 'Không khí', technical_loss: '' }],
    members: [],
    gateways: new Map(),
    stations: [],
    notices: plans.flatMap(({ sensor, replacedOnDay }) =>
      replacedOnDay === undefined
        ? []
        : [{ deviceId: idOf(sensor), atMs: startMs + replacedOnDay * DAY_MS, event: 'replaced' }],
    ),
    truths: [],
  };
  spots.forEach((spot, index) => {
    const reference = index === sensors;
    const deviceId = reference ? 'S-REF' : idOf(index);
    const site = sites[index];
    if (site === undefined) throw new RangeError(`no air at ${deviceId}`);
    network.devices.push({
      ...plainRow(deviceId, 'environment_sensor', reference ? 'BT-REF' : 'BT-AIR4', spot),
      installed_on: dateOf(startMs, 0),
    });
    network.members.push({
      group_id: GROUP,
      device_id: deviceId,
      role: reference ? 'reference' : 'sensor',
      from: '',
      to: '',
      feeder: '',
    });
    const lost = loseHours([seed, STREAM.sensor, index], hours, 0.004);
    const own = plans.filter(({ sensor }) => sensor === index);
    const quantities: Record<string, Float64Array> = {};
    QUANTITIES.forEach((quantity, position) => {
      const plan = own.find((candidate) => candidate.quantity === quantity);
      const element = readElement(
        () => site,
        hours,
        {
          keys: [seed, STREAM.sensor, index, position],
          batchKeys: [seed, STREAM.sensor, 1000, position],
          quantity,
          reference,
          faults: plan === undefined ? [] : [plan.fault],
          // an exchange is one of the whole device
          restartDays: own.flatMap(({ replacedOnDay }) =>
            replacedOnDay === undefined ? [] : [replacedOnDay],
          ),
        },
        weather,
      );
      quantities[quantity] = withGaps(element.values, lost);
      network.truths.push({
        deviceId,
        quantity,
        fault: plan?.fault,
        replacedOnDay: plan?.replacedOnDay,
        actual: element.actual,
        gain: element.gain,
        offset: element.offset,
      });
    });
    network.stations.push({ deviceId, quantities });
  });
  return network;
}

const idOf = (sensor: number): string => `S-${String(sensor + 1).padStart(2, '0')}`;

/** km from the corner of the map; the height is that of the place above the river. */
function placeOf({ lat, lon }: Spot, index: number): AirPlace {
  return {
    north: KM_PER_DEGREE * lat,
    east: KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180) * lon,
    height: 5 + ((7 * index) % 30),
  };
}
