import {
  correctRegister,
  type DistrictInput,
  type WaterFleetInput,
  type WaterMeterSeries,
} from '@verimeter/drift';
import { errorLimit } from '@verimeter/metrology';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Device } from '@verimeter/registry';
import type { AsOf } from '../as-of.ts';
import { lotOf, validFrom } from '../electricity-input.ts';
import type { FleetRecords } from '../fleet-records.ts';
import { type Grid, WINDOW_US, gridBetween, mode } from '../grid.ts';
import { uniteSpells } from '../member-spells.ts';
import { zoneMinutes } from '../zone-minutes.ts';
import { otherUseOf } from './other-use.ts';
import { type OnGrid, readOnGrid } from './read-registers.ts';

const VOLUME = 'water_volume';
const REVERSE = 'water_volume_reverse';
const PRESSURE = 'water_pressure';
const REGISTERS: ReadonlySet<string> = new Set([VOLUME, REVERSE]);

const HOUR_US = 3600e6;
const MINUTE_US = 60e6;
const DAY_US = 86_400e6;
/** Points of channels that are in memory: with more channels than fill 400 days of hours the window is shorter, down to 120 days. */
const MOST_POINTS = 1e8;
const LEAST_WINDOW_US = 120 * DAY_US;

export interface WaterContext {
  readonly fleet: FleetRecords;
  readonly store: Pick<ReadingStore, 'series' | 'firstInstants' | 'matrix'>;
  readonly asOf: AsOf;
  /** Last instant not flagged `future` per channel. */
  readonly lastInstants: ReadonlyMap<number, number>;
  readonly zone: string;
}

const channelOf = (fleet: FleetRecords, deviceId: string, quantity: string): number | undefined =>
  fleet.channels.get(deviceId)?.get(quantity)?.channelId;

/** Everything the water estimators depend on; undefined where no water meter has a reading. */
export async function buildWaterInput(context: WaterContext): Promise<WaterFleetInput | undefined> {
  const { fleet, store, asOf } = context;
  const meters = fleet.devices.filter(
    ({ kind, deviceId }) =>
      kind === 'water_meter' && channelOf(fleet, deviceId, VOLUME) !== undefined,
  );
  const districts = districtsOf(fleet, asOf, meters);
  const lastUs = [
    ...districts.map((district) => district.asOfUs),
    ...meters.flatMap(({ deviceId }) => asOf.devices.get(deviceId) ?? []),
  ].reduce((latest, us) => Math.max(latest, us), -Infinity);
  if (lastUs === -Infinity) return undefined;
  const wanted = meters.flatMap(({ deviceId }) =>
    [VOLUME, REVERSE, PRESSURE].flatMap((quantity) => channelOf(fleet, deviceId, quantity) ?? []),
  );
  const windowUs = windowOf(wanted.length);
  const grid = await gridOf(context, meters, lastUs - windowUs, lastUs);
  if (grid === undefined) return undefined;
  const untilUs = untilOf(meters, districts, asOf);
  const read = await readOnGrid(store, wanted, grid, channelsUntil(fleet, untilUs));
  const others = await otherUseOf(context, meters, grid, lastUs);
  return {
    grid,
    zoneMinutes: zoneMinutes(context.zone, lastUs),
    meters: meters.map((device) =>
      seriesOf(device, { fleet, asOf, untilUs, grid, lastUs, read, others }),
    ),
    districts,
  };
}

function districtsOf(fleet: FleetRecords, asOf: AsOf, meters: readonly Device[]): DistrictInput[] {
  const indexOf = new Map(meters.map(({ deviceId }, index) => [deviceId, index]));
  const spells = uniteSpells(fleet.members);
  return fleet.groups.flatMap(({ groupId, kind }) => {
    const asOfUs = asOf.groups.get(groupId);
    if (kind !== 'water_district' || asOfUs === undefined) return [];
    const members = spells.flatMap(({ groupId: of, deviceId, role, fromUs, toUs }) => {
      const meter = indexOf.get(deviceId);
      return of === groupId &&
        meter !== undefined &&
        (role === 'supply' || role === 'supply_out' || role === 'consumer')
        ? [{ meter, role, fromUs, toUs }]
        : [];
    });
    return members.length === 0 ? [] : [{ groupId, members, asOfUs }];
  });
}

/** Until when a meter is looked at: the as-of of the district that it is in, first of one that it is a consumer of, else its own. */
function untilOf(
  meters: readonly Device[],
  districts: readonly DistrictInput[],
  asOf: AsOf,
): Map<string, number> {
  const until = new Map(asOf.devices);
  const settled = new Set<string>();
  for (const wanted of [true, false])
    for (const { members, asOfUs } of districts)
      for (const { meter, role, fromUs, toUs } of members) {
        const deviceId = meters[meter]?.deviceId;
        if (deviceId === undefined || settled.has(deviceId)) continue;
        if ((role === 'consumer') !== wanted || asOfUs < fromUs || asOfUs >= toUs) continue;
        until.set(deviceId, asOfUs);
        settled.add(deviceId);
      }
  return until;
}

/** The same by channel. */
function channelsUntil(
  fleet: FleetRecords,
  untilUs: ReadonlyMap<string, number>,
): Map<number, number> {
  return new Map(
    [...untilUs].flatMap(([deviceId, until]) =>
      [...(fleet.channels.get(deviceId)?.values() ?? [])].map(
        ({ channelId }) => [channelId, until] as const,
      ),
    ),
  );
}

/** How long channels are looked at that are all in memory, microseconds. */
function windowOf(channels: number): number {
  const hours = Math.floor(MOST_POINTS / Math.max(1, channels));
  return Math.min(WINDOW_US, Math.max(LEAST_WINDOW_US, hours * HOUR_US));
}

/** Hours at the minute that most registers are read at. */
async function gridOf(
  { fleet, store, lastInstants }: WaterContext,
  meters: readonly Device[],
  sinceUs: number,
  lastUs: number,
): Promise<Grid | undefined> {
  const registers = meters.flatMap(({ deviceId }) => channelOf(fleet, deviceId, VOLUME) ?? []);
  const lasts = registers.flatMap((channelId) => lastInstants.get(channelId) ?? []);
  const minutes = lasts.map((us) => Math.round((us % HOUR_US) / MINUTE_US) % 60);
  const phaseUs = (mode(minutes) ?? 0) * MINUTE_US;
  const firsts = await store.firstInstants(registers, sinceUs);
  const firstUs = [...firsts.values()].reduce((a, b) => Math.min(a, b), Infinity);
  if (firstUs > lastUs) return undefined;
  const grid = gridBetween(firstUs - MINUTE_US, lastUs, HOUR_US, phaseUs);
  return grid.count < 2 ? undefined : grid;
}

interface Readings {
  readonly fleet: FleetRecords;
  readonly asOf: AsOf;
  readonly untilUs: ReadonlyMap<string, number>;
  readonly grid: Grid;
  readonly lastUs: number;
  readonly read: ReadonlyMap<number, OnGrid>;
  readonly others: ReadonlyMap<string, Float64Array>;
}

function seriesOf(
  device: Device,
  { fleet, asOf, untilUs, grid, lastUs, read, others }: Readings,
): WaterMeterSeries {
  const { deviceId } = device;
  const limits = errorLimit('water_meter', device.accuracyClass ?? undefined, VOLUME);
  if (limits === undefined) throw new Error(`no limit for ${deviceId}`);
  const events = fleet.registerEvents.get(deviceId) ?? [];
  const shown = (quantity: string): OnGrid | undefined => {
    const channelId = channelOf(fleet, deviceId, quantity);
    return channelId === undefined ? undefined : read.get(channelId);
  };
  const register = (quantity: string): Float64Array | undefined => {
    const values = shown(quantity)?.values;
    return values === undefined
      ? undefined
      : correctRegister(
          values,
          grid,
          events.filter((event) => event.quantity === quantity),
          lastUs,
        );
  };
  const reads = shown(VOLUME)?.reads;
  const reverseRegister = register(REVERSE);
  const pressure = shown(PRESSURE)?.values;
  const otherUse = others.get(deviceId);
  const permanentFlow = flowOf(device.nominal);
  const asOfUs = asOf.devices.get(deviceId);
  const validFromUs = validFrom(
    device,
    fleet.verifications.get(deviceId) ?? [],
    untilUs.get(deviceId) ?? lastUs,
    events,
    REGISTERS,
  );
  return {
    deviceId,
    lot: lotOf(device),
    limit: limits.limit,
    inServiceLimit: limits.inServiceLimit,
    register: register(VOLUME) ?? new Float64Array(grid.count).fill(NaN),
    ...(permanentFlow === undefined ? {} : { permanentFlow }),
    ...(reverseRegister === undefined ? {} : { reverseRegister }),
    ...(pressure === undefined ? {} : { pressure }),
    ...(reads === undefined ? {} : { reads }),
    ...(otherUse === undefined ? {} : { otherUse }),
    ...(device.builtYear === null ? {} : { builtYear: device.builtYear }),
    ...(validFromUs === undefined ? {} : { validFromUs }),
    ...(asOfUs === undefined ? {} : { asOfUs }),
  };
}

/** Q3 in m3/h as name plates have it: `2.5`, `2,5 m3/h`, `Q3 2.5`. */
export function flowOf(nominal: string | null): number | undefined {
  const match = /^\s*(?:Q(?:3|n)?\s*=?\s*)?(\d+(?:[.,]\d+)?)\s*(?:m3\/h)?\s*$/i.exec(nominal ?? '');
  const flow = Number((match?.[1] ?? '').replace(',', '.'));
  return flow > 0 ? flow : undefined;
}
