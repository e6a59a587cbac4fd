import {
  correctRegister,
  type DistrictInput,
  type WaterFleetInput,
  type WaterMeterSeries,
} from '@verimeter/drift';
import { errorLimit } from '@verimeter/metrology';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Device } from '@verimeter/registry';
import { zoneMinutes } from '@verimeter/telemetry';
import type { AsOf } from '../as-of.ts';
import { lotOf, validFrom } from '../electricity-input.ts';
import type { FleetRecords } from '../fleet-records.ts';
import { type Grid, WINDOW_US, gridBetween } from '../grid.ts';
import { uniteSpells } from '../member-spells.ts';
import { otherUseOf } from './other-use.ts';
import { readMinutes } from './read-minutes.ts';
import { type ReadPhases, readPhases } from './read-phases.ts';
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
  const untilUs = untilOf(meters, districts, asOf);
  const phases = await phasesOf(context, meters, districts, untilUs);
  const grid = await gridOf(context, meters, phases.minute, [lastUs - windowUs, lastUs]);
  if (grid === undefined) return undefined;
  const phaseUs = new Map(meters.map(({ deviceId }, i) => [deviceId, phases.meters[i] ?? 0]));
  const read = await readOnGrid(store, wanted, grid, {
    untilUs: byChannel(fleet, untilUs),
    phaseUs: byChannel(fleet, phaseUs),
    lastUs: [...new Set(phaseUs.values())].some((us) => us > 0) ? lastUs : undefined,
  });
  const others = await otherUseOf(context, meters, { grid, phaseUs, lastUs });
  return {
    grid,
    zoneMinutes: zoneMinutes(context.zone, lastUs),
    meters: meters.map((device) =>
      seriesOf(device, { fleet, asOf, untilUs, phaseUs, grid, lastUs, read, others }),
    ),
    districts: districts.map((district, i) => {
      const phase = phases.districts[i] ?? 0;
      return phase === 0 ? district : { ...district, phaseUs: phase };
    }),
  };
}

function districtsOf(fleet: FleetRecords, asOf: AsOf, meters: readonly Device[]): DistrictInput[] {
  const indexOf = new Map(meters.map(({ deviceId }, index) => [deviceId, index]));
  const spellsOf = Map.groupBy(uniteSpells(fleet.members), (spell) => spell.groupId);
  return fleet.groups.flatMap(({ groupId, kind }) => {
    const asOfUs = asOf.groups.get(groupId);
    if (kind !== 'water_district' || asOfUs === undefined) return [];
    const members = (spellsOf.get(groupId) ?? []).flatMap(({ deviceId, role, fromUs, toUs }) => {
      const meter = indexOf.get(deviceId);
      return meter !== undefined &&
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

/** What is known of devices, by each of their channels. */
function byChannel(fleet: FleetRecords, known: ReadonlyMap<string, number>): Map<number, number> {
  return new Map(
    [...known].flatMap(([deviceId, value]) =>
      [...(fleet.channels.get(deviceId)?.values() ?? [])].map(
        ({ channelId }) => [channelId, value] as const,
      ),
    ),
  );
}

/** At which minutes the registers of districts and meters are read, as far as they were before their own as-of. */
async function phasesOf(
  { fleet, store, lastInstants }: WaterContext,
  meters: readonly Device[],
  districts: readonly DistrictInput[],
  untilUs: ReadonlyMap<string, number>,
): Promise<ReadPhases> {
  const channels = meters.map(({ deviceId }) => channelOf(fleet, deviceId, VOLUME) ?? -1);
  const until = new Map(
    channels.flatMap((channelId, i): [number, number][] => {
      const last = lastInstants.get(channelId);
      const asked = untilUs.get(meters[i]?.deviceId ?? '') ?? Infinity;
      return last === undefined ? [] : [[channelId, Math.min(last, asked)]];
    }),
  );
  const minutes = await readMinutes(store, until);
  return readPhases(
    districts,
    channels.map((channelId) => minutes.get(channelId)),
  );
}

/** How long channels are looked at that are all in memory, microseconds. */
function windowOf(channels: number): number {
  const hours = Math.floor(MOST_POINTS / Math.max(1, channels));
  return Math.min(WINDOW_US, Math.max(LEAST_WINDOW_US, hours * HOUR_US));
}

/** Hours at a minute. */
async function gridOf(
  { fleet, store }: WaterContext,
  meters: readonly Device[],
  minute: number,
  [sinceUs, lastUs]: readonly [number, number],
): Promise<Grid | undefined> {
  const registers = meters.flatMap(({ deviceId }) => channelOf(fleet, deviceId, VOLUME) ?? []);
  const firsts = await store.firstInstants(registers, sinceUs);
  const firstUs = [...firsts.values()].reduce((a, b) => Math.min(a, b), Infinity);
  if (firstUs > lastUs) return undefined;
  const grid = gridBetween(firstUs - MINUTE_US, lastUs, HOUR_US, minute * MINUTE_US);
  return grid.count < 2 ? undefined : grid;
}

interface Readings {
  readonly fleet: FleetRecords;
  readonly asOf: AsOf;
  readonly untilUs: ReadonlyMap<string, number>;
  readonly phaseUs: ReadonlyMap<string, number>;
  readonly grid: Grid;
  readonly lastUs: number;
  readonly read: ReadonlyMap<number, OnGrid>;
  readonly others: ReadonlyMap<string, Float64Array>;
}

function seriesOf(
  device: Device,
  { fleet, asOf, untilUs, phaseUs, grid, lastUs, read, others }: Readings,
): WaterMeterSeries {
  const { deviceId } = device;
  const phase = phaseUs.get(deviceId) ?? 0;
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
          { ...grid, startUs: grid.startUs + phase },
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
    ...(phase === 0 ? {} : { phaseUs: phase }),
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
