import type { AreaInput, AreaMember, FleetInput, MeterSeries } from '@verimeter/drift';
import type { City } from '@verimeter/simulator';
import { archiveOf } from './city-lot.ts';
import { endOf, lastReading, pointsUntil } from './city-grid.ts';

const STEP_US = 900e6;

/**
 * What the analytics would read from the store of a city once it was published up to an instant (ms since 1970): the archive's records and the
 * meters' readings, no truth.
 */
export function fleetOfCity(city: City, untilMs: number = endOf(city)): FleetInput {
  const archive = archiveOf(city, 'electricity_meter');
  const index = new Map(city.electricity.map((meter, i) => [meter.deviceId, i]));
  const startUs = city.startMs * 1000;
  const count = pointsUntil(city.startMs, STEP_US, untilMs);
  const meters = city.electricity.map((meter): MeterSeries => ({
    ...archive(meter.deviceId).known,
    importRegister: meter.register.subarray(0, count),
    voltages: meter.voltages.map((volts) => volts.subarray(0, count)),
  }));
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
