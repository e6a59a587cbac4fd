import { type AirStation, buildAirNetwork, type DeviceNotice } from './air-network.ts';
import { originMs } from './calendar.ts';
import { type Customer, drawCustomer } from './customer.ts';
import type { AreaSimulation } from './area-flow.ts';
import { type CitySetting, pilotMeans, simulateArea } from './electricity-area.ts';
import { planFaults } from './faults.ts';
import { buildLots, drawConsumerMeter, drawSupplyMeter, type MeterRecord } from './meter-record.ts';
import { driftAt, type MeterFault, type MeterReadings, readMeter } from './meter.ts';
import { randomStream, STREAM } from './random.ts';
import { type Household, residentsOf } from './shared-homes.ts';
import { type CitySize, SIZES } from './sizes.ts';
import {
  deviceRow,
  type DeviceRow,
  gatewayRow,
  type GroupRow,
  type MemberRow,
  places,
} from './tables.ts';
import type { AreaTruth, CityTruth, MeterTruth } from './truth.ts';
import { buildWaterDistrict, type WaterMeterSeries } from './water-district.ts';
import { cityWeather } from './weather.ts';

export interface CityOptions {
  readonly seed: number;
  readonly size: CitySize;
  /** Date of the first grid point, 00:00 UTC, `YYYY-MM-DD`. Calendar and season follow from it. Default 2026-10-19. */
  readonly origin?: string;
  /** Days to build, default those of the size. More days never change earlier values. */
  readonly days?: number;
}

export interface ElectricityMeterSeries extends MeterReadings {
  readonly deviceId: string;
}

/**
 * A city as its devices report it (`devices` … `notices`), and `truth`, which no device knows. Grid point k of a series is
 * the instant startMs + k * step (water: waterStartMs + k * step, air: airStartMs + k * step); electricity has a step of 15 minutes, water and air of one hour.
 */
export interface City {
  readonly seed: number;
  readonly size: CitySize;
  readonly startMs: number;
  readonly days: number;
  /** The first instant of any series, and those of water and air: some devices were there before the others. */
  readonly historyStartMs: number;
  readonly waterStartMs: number;
  readonly airStartMs: number;
  readonly devices: readonly DeviceRow[];
  readonly groups: readonly GroupRow[];
  readonly members: readonly MemberRow[];
  /** Gateway device id by the id of each device that speaks through one. */
  readonly gateways: ReadonlyMap<string, string>;
  /** Sorted by device id; arrays have 96 * days + 1 values. */
  readonly electricity: readonly ElectricityMeterSeries[];
  /** Sorted by device id; a value for each hour from waterStartMs to the end. */
  readonly water: readonly WaterMeterSeries[];
  /** Sorted by device id; a value for each hour from airStartMs to the end. */
  readonly air: readonly AirStation[];
  /** Sorted by device id. */
  readonly notices: readonly DeviceNotice[];
  readonly truth: CityTruth;
}

export const DEFAULT_ORIGIN = '2026-10-19';

/** Builds a city: a pure function of its options. */
export function buildCity(options: CityOptions): City {
  const size = SIZES[options.size];
  const origin = options.origin ?? DEFAULT_ORIGIN;
  const startMs = originMs(origin);
  const days = options.days ?? size.days;
  const { seed } = options;
  const setting: CitySetting = { seed, startMs, days, weather: cityWeather(seed, startMs, days) };

  const listed = drawListedCustomers(seed, size);
  const means = listed.map((customers) =>
    pilotMeans(customers, { ...setting, weather: cityWeather(seed, startMs, 7) }),
  );
  const plan = planFaults(
    seed,
    listed.flatMap((customers, area) =>
      customers.map(({ key }, index) => ({ key, area, meanWatts: means[area]?.[index] ?? 0 })),
    ),
    listed.length,
    { ...size.faults, historyDays: size.days },
  );
  const fed = listed.map((customers, area) => [
    ...customers.filter(({ key }) => key !== plan.misfiled?.key),
    ...listed
      .flat()
      .filter(({ key }) => key === plan.misfiled?.key && plan.misfiled.fedBy === area),
  ]);

  const lots = buildLots(seed, startMs);
  const devices: DeviceRow[] = [];
  const groups: GroupRow[] = [];
  const members: MemberRow[] = [];
  const gateways = new Map<string, string>();
  const series: ElectricityMeterSeries[] = [];
  const meterTruth: MeterTruth[] = [];
  const areaTruth: AreaTruth[] = [];
  const idOf = new Map<number, { deviceId: string; groupId: string }>();
  listed.forEach((customers, area) =>
    customers.forEach(({ key }, index) =>
      idOf.set(key, {
        deviceId: `E-A${area + 1}-${String(index + 1).padStart(4, '0')}`,
        groupId: `E-A${area + 1}`,
      }),
    ),
  );

  fed.forEach((customers, area) => {
    const groupId = `E-A${area + 1}`;
    const supplyId = `${groupId}-SUM`;
    const place = places(seed, area);
    const targetLoss = randomStream(seed, STREAM.grid, area, 1_000_000).uniform(0.017, 0.039);
    const simulation = simulateArea(area, customers, targetLoss, setting);
    groups.push({
      group_id: groupId,
      kind: 'electricity_area',
      name: place.station,
      technical_loss: '',
    });
    const gateway = gatewayOf(area);
    if (gateway !== undefined) devices.push(gatewayRow(gateway, place.at(0)));

    const supply = drawSupplyMeter(seed, lots, area, simulation.network.transformerKva);
    devices.push(deviceRow(supplyId, supply, place.at(0)));
    members.push(memberRow(groupId, supplyId, 'supply', ''));
    series.push({
      deviceId: supplyId,
      ...readMeter(seed, supply.nature, simulation.bus, undefined),
    });
    areaTruth.push(truthOfArea(groupId, supplyId, supply, simulation));

    customers.forEach((customer, index) => {
      const flow = simulation.customers[index];
      const listedAs = idOf.get(customer.key);
      if (flow === undefined || listedAs === undefined)
        throw new Error('a customer without a meter');
      const record = drawConsumerMeter(seed, lots, customer);
      const fault = plan.faults.get(customer.key);
      series.push({ deviceId: listedAs.deviceId, ...readMeter(seed, record.nature, flow, fault) });
      meterTruth.push({
        deviceId: listedAs.deviceId,
        listedIn: listedAs.groupId,
        fedBy: groupId,
        ...truthOfMeter(record, fault, days),
        meanWatts: (1000 * sum(flow.energy)) / (flow.energy.length / 4),
        phases: phasesOf(simulation, index),
        feeder: simulation.network.feeder[index] ?? 0,
      });
    });
  });

  // Rows as the archive has them: a misfiled meter looks like any other of the area it is listed in.
  const feederOf = new Map(meterTruth.map((meter) => [meter.deviceId, meter]));
  listed.forEach((customers, area) => {
    const place = places(seed, area);
    const feeders = Math.max(
      ...meterTruth.filter(({ fedBy }) => fedBy === `E-A${area + 1}`).map(({ feeder }) => feeder),
    );
    customers.forEach((customer, index) => {
      const id = idOf.get(customer.key);
      if (id === undefined) return;
      devices.push(
        deviceRow(id.deviceId, drawConsumerMeter(seed, lots, customer), place.at(index + 1)),
      );
      const gateway = gatewayOf(area);
      if (gateway !== undefined) gateways.set(id.deviceId, gateway);
      const truth = feederOf.get(id.deviceId);
      const feeder = truth?.fedBy === id.groupId ? truth.feeder : 1 + (customer.key % feeders);
      members.push(memberRow(id.groupId, id.deviceId, 'consumer', `F${feeder}`));
    });
  });

  const waterArea = randomStream(seed, STREAM.sharedHome, 0).integer(0, size.areas - 1);
  const street = places(seed, waterArea);
  const households = (listed[waterArea] ?? []).flatMap((customer, index): Household[] => {
    // whose meter is filed in the wrong area lives elsewhere
    if (customer.key === plan.misfiled?.key) return [];
    const isCounted = plan.faults.get(customer.key)?.kind !== 'stopped';
    return [{ customer, spot: street.at(index + 1), isCounted }];
  });
  const water = buildWaterDistrict(setting, size.water, {
    historyDays: size.days,
    street,
    residents: residentsOf(seed, size.water.homes, households),
  });
  const air = buildAirNetwork(setting, size.air, size.days);
  for (const part of [water, air]) {
    devices.push(...part.devices);
    groups.push(...part.groups);
    members.push(...part.members);
    for (const [device, gateway] of part.gateways) gateways.set(device, gateway);
  }
  return {
    seed,
    size: options.size,
    startMs,
    days,
    historyStartMs: Math.min(startMs, water.startMs, air.startMs),
    waterStartMs: water.startMs,
    airStartMs: air.startMs,
    devices: devices.toSorted((a, b) => compare(a.device_id, b.device_id)),
    groups: groups.toSorted((a, b) => compare(a.group_id, b.group_id)),
    members: members.toSorted(
      (a, b) => compare(a.group_id, b.group_id) || compare(a.device_id, b.device_id),
    ),
    gateways,
    electricity: series.toSorted((a, b) => compare(a.deviceId, b.deviceId)),
    water: water.meters,
    air: air.stations,
    notices: air.notices,
    truth: {
      seed,
      size: options.size,
      origin,
      days,
      asOf: new Date(startMs + days * 86_400_000).toISOString(),
      meters: meterTruth.toSorted((a, b) => compare(a.deviceId, b.deviceId)),
      areas: areaTruth,
      air: air.truths,
      water: water.histories,
    },
  };
}

/** Meters of every third area speak through a gateway: that of the area they are listed in. */
function gatewayOf(area: number): string | undefined {
  return area % 3 === 1 ? `G-A${area + 1}` : undefined;
}

function drawListedCustomers(seed: number, size: (typeof SIZES)[CitySize]): Customer[][] {
  return Array.from({ length: size.areas }, (_, area) => {
    const random = randomStream(seed, STREAM.customer, -1 - area);
    const count = random.integer(size.meters[0], size.meters[1]);
    return Array.from({ length: count }, (__, index) =>
      drawCustomer(seed, 1000 * (area + 1) + index),
    );
  });
}

function truthOfMeter(
  record: MeterRecord,
  fault: MeterFault | undefined,
  days: number,
): Pick<MeterTruth, 'baseError' | 'trueError' | 'clockError' | 'fault'> {
  return {
    baseError: record.nature.baseError,
    trueError: record.nature.baseError + driftAt(fault, days),
    clockError: record.nature.clockError,
    fault: fault ?? null,
  };
}

function truthOfArea(
  groupId: string,
  supplyId: string,
  supply: MeterRecord,
  simulation: AreaSimulation,
): AreaTruth {
  return {
    groupId,
    supplyId,
    supplyError: supply.nature.baseError,
    supplyClockError: supply.nature.clockError,
    lossRatio: sum(simulation.loss) / sum(simulation.bus.energy),
    lossKwh: simulation.loss,
    supplyKwh: simulation.bus.energy,
  };
}

function phasesOf(simulation: AreaSimulation, customer: number): number[] {
  const { customerPort, customerPorts, portPhase } = simulation.network.network;
  const first = customerPort[customer] ?? 0;
  return [...portPhase.subarray(first, first + (customerPorts[customer] ?? 0))].map((p) => p + 1);
}

function memberRow(
  groupId: string,
  deviceId: string,
  role: MemberRow['role'],
  feeder: string,
): MemberRow {
  return { group_id: groupId, device_id: deviceId, role, from: '', to: '', feeder };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Byte order, the same in every locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
