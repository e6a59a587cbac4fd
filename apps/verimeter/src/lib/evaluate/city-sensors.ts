import type { SensorFleetInput, SensorSeries } from '@verimeter/drift';
import { errorLimit } from '@verimeter/metrology';
import type { City } from '@verimeter/simulator';
import { endOf, lastReading, pointsUntil } from './city-grid.ts';

const HOUR_US = 3600e6;
/** Of the city's local time ahead of UTC. */
const ZONE_MINUTES = 7 * 60;

/** What the analytics would read from the store about the sensors of a city at an instant (ms since 1970): records, hourly means and events, no truth. */
export function sensorsOfCity(city: City, untilMs: number = endOf(city)): SensorFleetInput {
  const startUs = 1000 * city.airStartMs;
  const until = pointsUntil(city.airStartMs, HOUR_US, untilMs);
  const count =
    1 +
    lastReading(
      city.air.flatMap(({ quantities }) =>
        Object.values(quantities).map((values) => values.subarray(0, until)),
      ),
    );
  const asOfUs = startUs + (count - 1) * HOUR_US;
  const rows = new Map(city.devices.map((device) => [device.device_id, device]));
  return {
    zoneMinutes: ZONE_MINUTES,
    networks: city.groups
      .filter(({ kind }) => kind === 'sensor_network')
      .map(({ group_id: groupId }) => ({
        groupId,
        asOfUs,
        grid: { startUs, stepUs: HOUR_US, count },
        series: city.air
          .flatMap(({ deviceId, quantities }) =>
            Object.entries(quantities).flatMap(([quantity, values]): SensorSeries[] => {
              const member = city.members.find(
                (row) => row.group_id === groupId && row.device_id === deviceId,
              );
              const device = rows.get(deviceId);
              const limits = errorLimit('environment_sensor', undefined, quantity);
              if (member === undefined || device === undefined || limits === undefined) return [];
              const installedUs = 1000 * Date.parse(`${device.installed_on}T00:00:00Z`);
              return [
                {
                  deviceId,
                  quantity,
                  role: member.role === 'reference' ? 'reference' : 'sensor',
                  fromUs: -Infinity,
                  toUs: Infinity,
                  limit: limits.limit,
                  inServiceLimit: limits.inServiceLimit,
                  limitOf: limits.of,
                  values: values.subarray(0, count),
                  latitude: Number(device.lat),
                  longitude: Number(device.lon),
                  model: device.model,
                  restartsUs: [
                    installedUs,
                    ...city.notices
                      .filter(({ deviceId: of, atMs }) => of === deviceId && atMs <= untilMs)
                      .map(({ atMs }) => 1000 * atMs),
                  ],
                },
              ];
            }),
          )
          .toSorted((a, b) => order(a.deviceId, b.deviceId) || order(a.quantity, b.quantity)),
      })),
  };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
