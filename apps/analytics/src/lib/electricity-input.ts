import {
  type AreaInput,
  type AreaMember,
  correctRegister,
  type FleetInput,
  type MeterSeries,
} from '@verimeter/drift';
import { addDays, errorLimit, lotKey } from '@verimeter/metrology';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Device, StoredRegisterEvent, Verification } from '@verimeter/registry';
import type { AsOf } from './as-of.ts';
import { dateUs } from './date-us.ts';
import type { FleetRecords } from './fleet-records.ts';
import { type Grid, WINDOW_US, commonStep, gridBetween, medianGap, mode } from './grid.ts';
import { uniteSpells } from './member-spells.ts';

export const IMPORT = 'active_energy_import';
export const EXPORT = 'active_energy_export';
const VOLTAGES = ['voltage_l1', 'voltage_l2', 'voltage_l3'] as const;

const MINUTE_US = 60e6;
const DAY_US = 86_400e6;
/** So many meters per area tell the cadence of all. */
const CADENCE_SAMPLE = 10;

/** How often registers are read: microseconds, and what is over 1970. */
export interface Cadence {
  readonly stepUs: number;
  readonly phaseUs: number;
}

/** Where no register tells. */
export const USUAL_CADENCE: Cadence = { stepUs: 15 * MINUTE_US, phaseUs: 0 };

/** Quantities of a meter that an area's balance is estimated from. */
export const BALANCE_QUANTITIES: readonly string[] = [IMPORT, EXPORT, ...VOLTAGES];

const REGISTERS: ReadonlySet<string> = new Set([IMPORT, EXPORT]);

const channelOf = (fleet: FleetRecords, deviceId: string, quantity: string): number | undefined =>
  fleet.channels.get(deviceId)?.get(quantity)?.channelId;

/**
 * Data of a device counts from the day after its last verification (on that day it may still have been in the
 * laboratory), from the day it was installed, or from the reading after its register was swapped, as a person confirmed, whichever is
 * later; later than `asOfUs` is not known yet.
 */
export function validFrom(
  device: Device,
  verifications: readonly Verification[],
  asOfUs: number,
  registerEvents: readonly StoredRegisterEvent[] = [],
  registers: ReadonlySet<string> = REGISTERS,
): number | undefined {
  const swaps = registerEvents.flatMap(({ kind, state, quantity, tsUs, after }) =>
    kind === 'swap' && state === 'confirmed' && registers.has(quantity)
      ? (after?.tsUs ?? tsUs)
      : [],
  );
  const dates = [
    ...verifications.map((verification) => addDays(verification.verifiedOn, 1)),
    ...(device.verifiedOn === null ? [] : [addDays(device.verifiedOn, 1)]),
    ...(device.installedOn === null ? [] : [device.installedOn]),
  ];
  const instants = [...dates.map(dateUs), ...swaps].filter((instant) => instant <= asOfUs);
  return instants.length === 0 ? undefined : Math.max(...instants);
}

export interface Area {
  readonly groupId: string;
  readonly technicalLoss: number | null;
  readonly asOfUs: number;
  readonly members: readonly {
    deviceId: string;
    role: AreaMember['role'];
    fromUs: number;
    toUs: number;
    feeder: string | null;
  }[];
}

export function areasOf(fleet: FleetRecords, asOf: AsOf): Area[] {
  const meters = new Set(
    fleet.devices.flatMap((device) =>
      device.kind === 'electricity_meter' ? [device.deviceId] : [],
    ),
  );
  const spellsOf = Map.groupBy(uniteSpells(fleet.members), (spell) => spell.groupId);
  return fleet.groups.flatMap(({ groupId, kind, technicalLoss }) => {
    const asOfUs = asOf.groups.get(groupId);
    if (kind !== 'electricity_area' || asOfUs === undefined) return [];
    const members = (spellsOf.get(groupId) ?? []).flatMap((member) =>
      meters.has(member.deviceId) &&
      (member.role === 'supply' || member.role === 'supply_out' || member.role === 'consumer')
        ? [{ ...member, role: member.role }]
        : [],
    );
    return members.length === 0 ? [] : [{ groupId, technicalLoss, asOfUs, members }];
  });
}

/** Channels of the registers of all meters. */
export const registersOf = (fleet: Pick<FleetRecords, 'channels'>): number[] =>
  [...fleet.channels.values()].flatMap((channels) => channels.get(IMPORT)?.channelId ?? []);

/** Cadence and phase of the registers, from a day of readings of supply and some consumers of each area. */
export async function findCadence(
  areas: readonly Area[],
  context: Pick<ElectricityContext, 'fleet' | 'store' | 'lastInstants'>,
  lastUs: number,
): Promise<Cadence> {
  const { fleet, store, lastInstants } = context;
  const lasts = registersOf(fleet).flatMap((channelId) => lastInstants.get(channelId) ?? []);
  const phaseMinute = mode(lasts.map((instant) => instant % MINUTE_US)) ?? 0;
  const sampleOf = (wanted: (role: string) => boolean): number[] =>
    areas.flatMap(({ members }) =>
      members
        .filter(({ role }) => wanted(role))
        .slice(0, CADENCE_SAMPLE)
        .flatMap(({ deviceId }) => channelOf(fleet, deviceId, IMPORT) ?? []),
    );
  const supplies = sampleOf((role) => role === 'supply');
  const consumers = sampleOf((role) => role === 'consumer');
  const fine = gridBetween(lastUs - DAY_US, lastUs, MINUTE_US, phaseMinute);
  const sampled = await store.matrix([...supplies, ...consumers], { ...fine, asOfUs: lastUs });
  const gaps = sampled.channelIds.map((_channelId, row) =>
    medianGap(sampled.values.subarray(row * fine.count, (row + 1) * fine.count), MINUTE_US),
  );
  const known = (from: number, to: number): number[] =>
    gaps.slice(from, to).filter((gap) => gap !== undefined);
  const stepUs = commonStep(known(0, supplies.length), known(supplies.length, gaps.length));
  return { stepUs, phaseUs: mode(lasts.map((instant) => instant % stepUs)) ?? 0 };
}

/** The grid from the first reading of any register in the window of an analysis; undefined where there is none. */
export async function gridOf(
  store: Pick<ReadingStore, 'firstInstants'>,
  registers: readonly number[],
  { stepUs, phaseUs }: Cadence,
  lastUs: number,
): Promise<Grid | undefined> {
  const firsts = await store.firstInstants(registers, lastUs - WINDOW_US);
  const firstUs = [...firsts.values()].reduce((a, b) => Math.min(a, b), Infinity);
  if (firstUs > lastUs) return undefined;
  const grid = gridBetween(firstUs, lastUs, stepUs, phaseUs);
  return grid.count < 2 ? undefined : grid;
}

export interface ElectricityContext {
  readonly fleet: FleetRecords;
  readonly store: ReadingStore;
  readonly asOf: AsOf;
  /** Last instant not flagged `future` per channel. */
  readonly lastInstants: ReadonlyMap<number, number>;
}

/** Everything the estimator depends on; undefined where no electricity meter has a register. */
export async function buildElectricityInput(
  context: ElectricityContext,
): Promise<FleetInput | undefined> {
  const { fleet, asOf, store } = context;
  const areas = areasOf(fleet, asOf);
  const inAreas = new Set(areas.flatMap((area) => area.members.map(({ deviceId }) => deviceId)));
  const meters = fleet.devices.filter(
    (device) =>
      device.kind === 'electricity_meter' &&
      (inAreas.has(device.deviceId) || asOf.devices.has(device.deviceId)),
  );
  const lastUs = [
    ...areas.map((area) => area.asOfUs),
    ...meters.flatMap(({ deviceId }) => asOf.devices.get(deviceId) ?? []),
  ].reduce((latest, us) => Math.max(latest, us), -Infinity);
  if (lastUs === -Infinity) return undefined;
  const cadence = await findCadence(areas, context, lastUs);
  const grid = await gridOf(context.store, registersOf(fleet), cadence, lastUs);
  if (grid === undefined) return undefined;

  return readInput({ fleet, store, lastUs }, { areas, meters, grid });
}

/** Readings of some meters on a grid, and the areas they are members of. */
export async function readInput(
  context: Pick<ElectricityContext, 'fleet' | 'store'> & {
    /** Later readings are not seen, nor later verifications. */
    readonly lastUs: number;
  },
  wanted: {
    readonly areas: readonly Area[];
    readonly meters: readonly Device[];
    readonly grid: Grid;
    /** Default: all that a balance is estimated from. */
    readonly quantities?: readonly string[];
  },
): Promise<FleetInput> {
  const { fleet, store, lastUs } = context;
  const { areas, meters, grid, quantities = BALANCE_QUANTITIES } = wanted;
  const channels = meters.flatMap(({ deviceId }) =>
    quantities.flatMap((quantity) => channelOf(fleet, deviceId, quantity) ?? []),
  );
  const matrix = await store.matrix(channels, { ...grid, asOfUs: lastUs });
  const rowOf = new Map(matrix.channelIds.map((channelId, row) => [channelId, row]));
  const never = new Float64Array(grid.count).fill(NaN);
  const series = (deviceId: string, quantity: string): Float64Array | undefined => {
    const channelId = channelOf(fleet, deviceId, quantity);
    const row = channelId === undefined ? undefined : rowOf.get(channelId);
    return row === undefined
      ? undefined
      : matrix.values.subarray(row * grid.count, (row + 1) * grid.count);
  };

  /** With what is known of its resets, rollovers, swaps and glitches. */
  const register = (deviceId: string, quantity: string): Float64Array | undefined => {
    const shown = series(deviceId, quantity);
    const events = fleet.registerEvents.get(deviceId) ?? [];
    if (shown === undefined || events.length === 0) return shown;
    const own = events.filter((event) => event.quantity === quantity);
    return correctRegister(shown, grid, own, lastUs);
  };

  const indexOf = new Map(meters.map(({ deviceId }, index) => [deviceId, index]));
  return {
    grid,
    meters: meters.map((device): MeterSeries => {
      const { deviceId } = device;
      const limits = errorLimit(device.kind, device.accuracyClass ?? undefined, IMPORT);
      if (limits === undefined) throw new Error(`no limit for ${deviceId}`);
      const exported = register(deviceId, EXPORT);
      const from = validFrom(
        device,
        fleet.verifications.get(deviceId) ?? [],
        lastUs,
        fleet.registerEvents.get(deviceId),
      );
      return {
        deviceId,
        lot: lotOf(device),
        limit: limits.limit,
        inServiceLimit: limits.inServiceLimit,
        importRegister: register(deviceId, IMPORT) ?? never,
        ...(exported === undefined ? {} : { exportRegister: exported }),
        voltages: VOLTAGES.flatMap((quantity) => series(deviceId, quantity) ?? []),
        ...(from === undefined ? {} : { validFromUs: from }),
      };
    }),
    areas: areas.map((area): AreaInput => ({
      groupId: area.groupId,
      ...(area.technicalLoss === null ? {} : { technicalLoss: area.technicalLoss }),
      asOfUs: area.asOfUs,
      members: area.members.flatMap(({ deviceId, role, fromUs, toUs, feeder }) => {
        const meter = indexOf.get(deviceId);
        return meter === undefined
          ? []
          : [{ meter, role, fromUs, toUs, ...(feeder === null ? {} : { feeder }) }];
      }),
    })),
  };
}

export function lotOf(device: Device): string {
  return lotKey({
    kind: device.kind,
    ...(device.manufacturer === null ? {} : { manufacturer: device.manufacturer }),
    ...(device.model === null ? {} : { model: device.model }),
    ...(device.accuracyClass === null ? {} : { accuracyClass: device.accuracyClass }),
    ...(device.nominal === null ? {} : { nominal: device.nominal }),
    ...(device.builtYear === null ? {} : { builtYear: device.builtYear }),
    ...(device.verifiedOn === null ? {} : { verifiedOn: device.verifiedOn }),
  });
}
