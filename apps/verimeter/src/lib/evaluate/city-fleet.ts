import type { AreaInput, AreaMember, FleetInput, MeterSeries } from '@verimeter/drift';
import { errorLimit } from '@verimeter/metrology';
import type { City } from '@verimeter/simulator';
import { lotOf } from './city-lot.ts';
import { endOf, lastReading, pointsUntil } from './city-grid.ts';

const STEP_US = 900e6;

/**
 * What the analytics would read from the store of a city once it was published up to an instant (ms since 1970): the archive's records and the
 * meters' readings, no truth.
 */
export function fleetOfCity(city: City, untilMs: number = endOf(city)): FleetInput {
  const rows = new Map(city.devices.map((device) => [device.device_id, device]));
  const index = new Map(city.electricity.map((meter, i) => [meter.deviceId, i]));
  const startUs = city.startMs * 1000;
  const count = pointsUntil(city.startMs, STEP_US, untilMs);
  const meters = city.electricity.map((meter): MeterSeries => {
    const device = rows.get(meter.deviceId);
    if (device === undefined) throw new Error(`${meter.deviceId} is not among the devices`);
    const limits = errorLimit('electricity_meter', device.accuracy_class, 'active_energy_import');
    if (limits === undefined) throw new Error(`no limit for ${meter.deviceId}`);
    return {
      deviceId: meter.deviceId,
      lot: lotOf(device),
      limit: limits.limit,
      inServiceLimit: limits.inServiceLimit,
      importRegister: meter.register.subarray(0, count),
      voltages: meter.voltages.map((volts) => volts.subarray(0, count)),
    };
  });
  const areas = city.groups
    .filter((group) => group.kind === 'electricity_area')
    .flatMap(({ group_id: groupId }): AreaInput[] => {
      const members = city.members.flatMap((member): AreaMember[] => {
        const meter = index.get(member.device_id);
        if (member.group_id !== groupId || meter === undefined) return [];
        if (member.role !== 'supply' && member.role !== 'consumer') return [];
        return [
          {
            meter,
            role: member.role,
            fromUs: -Infinity,
            toUs: Infinity,
            ...(member.feeder === '' ? {} : { feeder: member.feeder }),
          },
        ];
      });
      const last = lastReading(
        members.flatMap(({ meter, role }) =>
          role === 'supply' ? (meters[meter]?.importRegister ?? []) : [],
        ),
      );
      return last < 0 ? [] : [{ groupId, asOfUs: startUs + last * STEP_US, members }];
    });
  return { grid: { startUs, stepUs: STEP_US, count }, meters, areas };
}
