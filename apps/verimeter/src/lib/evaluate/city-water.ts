import type {
  DistrictInput,
  DistrictMember,
  WaterFleetInput,
  WaterMeterSeries,
} from '@verimeter/drift';
import { errorLimit } from '@verimeter/metrology';
import type { City, WaterMeterTruth } from '@verimeter/simulator';
import { type Found, isListed } from '../up/found.ts';
import { JUDGED_WATER_ERROR } from '../up/water-comparison.ts';
import { lotOf } from './city-lot.ts';

const HOUR_US = 3600e6;
/** Of the city's local time ahead of UTC. */
const ZONE_MINUTES = 7 * 60;

/** What the analytics would read from the store about the water meters of a city: records and readings, no truth. */
export function waterOfCity(city: City): WaterFleetInput {
  const rows = new Map(city.devices.map((device) => [device.device_id, device]));
  const index = new Map(city.water.map((meter, i) => [meter.deviceId, i]));
  const startUs = 1000 * city.waterStartMs;
  const asOfUs = 1000 * (city.startMs + 86_400_000 * city.days);
  const count = Math.round((asOfUs - startUs) / HOUR_US) + 1;
  return {
    grid: { startUs, stepUs: HOUR_US, count },
    zoneMinutes: ZONE_MINUTES,
    meters: city.water.map((meter): WaterMeterSeries => {
      const device = rows.get(meter.deviceId);
      if (device === undefined) throw new Error(`${meter.deviceId} is not among the devices`);
      const limits = errorLimit('water_meter', device.accuracy_class, 'water_volume');
      if (limits === undefined) throw new Error(`no limit for ${meter.deviceId}`);
      return {
        deviceId: meter.deviceId,
        lot: lotOf(device),
        limit: limits.limit,
        inServiceLimit: limits.inServiceLimit,
        permanentFlow: Number(device.nominal),
        builtYear: Number(device.built_year),
        register: meter.register,
        reads: { intervalUs: HOUR_US, onGrid: 1 },
        ...(meter.reverseRegister === undefined ? {} : { reverseRegister: meter.reverseRegister }),
        ...(meter.pressure === undefined ? {} : { pressure: meter.pressure }),
      };
    }),
    districts: city.groups
      .filter(({ kind }) => kind === 'water_district')
      .map(({ group_id: groupId }): DistrictInput => ({
        groupId,
        asOfUs,
        members: city.members.flatMap((member): DistrictMember[] => {
          const meter = index.get(member.device_id);
          if (member.group_id !== groupId || meter === undefined) return [];
          if (member.role !== 'supply' && member.role !== 'consumer') return [];
          return [{ meter, role: member.role, fromUs: -Infinity, toUs: Infinity }];
        }),
      })),
  };
}

/** Counts of a city's homes: drifts worth finding, those on a list, homes without a fault on a list, and faults of other kinds told. */
export interface WaterScore {
  readonly drifts: number;
  readonly found: number;
  readonly healthy: number;
  readonly falselyListed: number;
  readonly stopped: number;
  readonly stoppedFound: number;
  readonly backflows: number;
  readonly backflowsFound: number;
}

export function waterScore(
  hidden: readonly WaterMeterTruth[],
  found: readonly Found[],
): WaterScore {
  const byId = new Map(found.map((row) => [row.device_id, row]));
  const rowOf = ({ deviceId }: WaterMeterTruth): Found | undefined => byId.get(deviceId);
  const ofKind = (kind: string): WaterMeterTruth[] =>
    hidden.filter(({ fault }) => fault?.kind === kind);
  const drifts = ofKind('drift').filter(
    ({ trueError }) => trueError !== null && Math.abs(trueError) >= JUDGED_WATER_ERROR,
  );
  const healthy = hidden.filter(({ fault }) => fault === null);
  const told = (meters: readonly WaterMeterTruth[], indication: string): number =>
    meters.filter((meter) => rowOf(meter)?.indication === indication).length;
  return {
    drifts: drifts.length,
    found: drifts.filter((meter) => isListed(rowOf(meter))).length,
    healthy: healthy.length,
    falselyListed: healthy.filter((meter) => isListed(rowOf(meter))).length,
    stopped: ofKind('stopped').length,
    stoppedFound: told(ofKind('stopped'), 'stopped'),
    backflows: ofKind('backflow').length,
    backflowsFound: told(ofKind('backflow'), 'reverse'),
  };
}
