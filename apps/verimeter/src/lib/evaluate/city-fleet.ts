import type { AreaInput, AreaMember, FleetInput, MeterSeries } from '@verimeter/drift';
import { errorLimit } from '@verimeter/metrology';
import type { City } from '@verimeter/simulator';
import { lotOf } from './city-lot.ts';

const STEP_US = 900e6;

/** What the analytics would read from the store of a city: the archive's records and the meters' readings, no truth. */
export function fleetOfCity(city: City): FleetInput {
  const rows = new Map(city.devices.map((device) => [device.device_id, device]));
  const index = new Map(city.electricity.map((meter, i) => [meter.deviceId, i]));
  const startUs = city.startMs * 1000;
  const count = 96 * city.days + 1;
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
      importRegister: meter.register,
      voltages: meter.voltages,
    };
  });
  const areas = city.groups
    .filter((group) => group.kind === 'electricity_area')
    .map(({ group_id: groupId }): AreaInput => ({
      groupId,
      asOfUs: startUs + (count - 1) * STEP_US,
      members: city.members.flatMap((member): AreaMember[] => {
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
      }),
    }));
  return { grid: { startUs, stepUs: STEP_US, count }, meters, areas };
}
