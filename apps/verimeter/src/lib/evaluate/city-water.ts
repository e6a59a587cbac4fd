import type {
  DistrictInput,
  DistrictMember,
  WaterFleetInput,
  WaterMeterSeries,
} from '@verimeter/drift';
import type { City, WaterMeterTruth } from '@verimeter/simulator';
import { type Found, isListed } from '../up/found.ts';
import { JUDGED_WATER_ERROR } from '../up/water-comparison.ts';
import { endOf, lastReading, pointsUntil } from './city-grid.ts';
import { archiveOf } from './city-lot.ts';

const HOUR_US = 3600e6;
/** Of the city's local time ahead of UTC. */
const ZONE_MINUTES = 7 * 60;

/** What the analytics would read from the store about the water meters of a city at an instant (ms since 1970): records and readings, no truth. */
export function waterOfCity(city: City, untilMs: number = endOf(city)): WaterFleetInput {
  const archive = archiveOf(city, 'water_meter');
  const index = new Map(city.water.map((meter, i) => [meter.deviceId, i]));
  const startUs = 1000 * city.waterStartMs;
  const count = pointsUntil(city.waterStartMs, HOUR_US, untilMs);
  const until = (values: Float64Array): Float64Array => values.subarray(0, count);
  const electricity = electricityByAddress(city, count);
  return {
    grid: { startUs, stepUs: HOUR_US, count },
    zoneMinutes: ZONE_MINUTES,
    meters: city.water.map((meter): WaterMeterSeries => {
      const { device, known } = archive(meter.deviceId);
      const otherUse = electricity.get(device.address);
      return {
        ...known,
        permanentFlow: Number(device.nominal),
        builtYear: Number(device.built_year),
        register: until(meter.register),
        reads: { intervalUs: HOUR_US, onGrid: 1 },
        ...(meter.reverseRegister === undefined
          ? {}
          : { reverseRegister: until(meter.reverseRegister) }),
        ...(meter.pressure === undefined ? {} : { pressure: until(meter.pressure) }),
        ...(otherUse === undefined ? {} : { otherUse }),
      };
    }),
    districts: city.groups
      .filter(({ kind }) => kind === 'water_district')
      .flatMap(({ group_id: groupId }): DistrictInput[] => {
        const members = city.members.flatMap((member): DistrictMember[] => {
          const meter = index.get(member.device_id);
          if (member.group_id !== groupId || meter === undefined) return [];
          if (member.role !== 'supply' && member.role !== 'consumer') return [];
          return [{ meter, role: member.role, fromUs: -Infinity, toUs: Infinity }];
        });
        const last = lastReading(
          members.flatMap(({ meter, role }) => {
            const { register } = city.water[meter] ?? {};
            return role === 'supply' && register !== undefined ? [until(register)] : [];
          }),
        );
        return last < 0 ? [] : [{ groupId, asOfUs: startUs + last * HOUR_US, members }];
      }),
  };
}

/** kW.h of the hour that ends at each point of the water's grid, by address; NaN before the electricity of the city begins. */
function electricityByAddress(city: City, count: number): Map<string, Float64Array> {
  const addressOf = new Map(city.devices.map((device) => [device.device_id, device.address]));
  const first = (city.startMs - city.waterStartMs) / 3_600_000;
  return new Map(
    city.electricity.map(({ deviceId, register }) => [
      addressOf.get(deviceId) ?? '',
      Float64Array.from({ length: count }, (_, k) =>
        k <= first
          ? Number.NaN
          : (register[4 * (k - first)] ?? Number.NaN) -
            (register[4 * (k - first - 1)] ?? Number.NaN),
      ),
    ]),
  );
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
  /** Stopped ones told so with an electricity meter as witness. */
  readonly stoppedWitnessed: number;
  readonly leaks: number;
  readonly leaksFound: number;
  readonly air: number;
  readonly airFound: number;
  /** Homes without that fault of which a leak behind the meter, or air, is said. */
  readonly leaksFalse: number;
  readonly airFalse: number;
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
  const said = (meters: readonly WaterMeterTruth[], code: string): number =>
    meters.filter((meter) => rowOf(meter)?.said.includes(code)).length;
  const withoutKind = (kind: string): WaterMeterTruth[] =>
    hidden.filter(({ fault }) => fault?.kind !== kind);
  return {
    drifts: drifts.length,
    found: drifts.filter((meter) => isListed(rowOf(meter))).length,
    healthy: healthy.length,
    falselyListed: healthy.filter((meter) => isListed(rowOf(meter))).length,
    stopped: ofKind('stopped').length,
    stoppedFound: told(ofKind('stopped'), 'stopped'),
    backflows: ofKind('backflow').length,
    backflowsFound: told(ofKind('backflow'), 'reverse'),
    stoppedWitnessed: said(ofKind('stopped'), 'other_use_goes_on'),
    leaks: ofKind('customer-leak').length,
    leaksFound: said(ofKind('customer-leak'), 'continuous_flow'),
    air: ofKind('air').length,
    airFound: said(ofKind('air'), 'air_suspected'),
    leaksFalse: said(withoutKind('customer-leak'), 'continuous_flow'),
    airFalse: said(withoutKind('air'), 'air_suspected'),
  };
}
