import { checkDevice, type DeviceSeries, type OwnFinding } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, readReportedEvents, type ReportedEvent } from '@verimeter/registry';
import type { AsOf } from '../as-of.ts';
import { type Cadence, validFrom } from '../electricity-input.ts';
import type { FleetRecords } from '../fleet-records.ts';
import { WINDOW_US } from '../grid.ts';
import { windowOf } from './device-quantities.ts';
import { type GroupVoltages, readGroupVoltages } from './group-voltages.ts';
import { type DeviceWindow, readDeviceSeries } from './read-device-series.ts';

/** Devices whose channels are in memory at a time: 25 MB of twelve channels over four weeks of quarter hours. */
const DEVICES_AT_A_TIME = 100;
/** Devices whose events are read at a time. */
const EVENTS_AT_A_TIME = 1000;
/** As-ofs that one reading of the store covers. */
const AS_OF_SPAN_US = 86_400e6;

export interface OwnContext {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly cadence: Cadence;
  readonly signal?: AbortSignal | undefined;
}

interface Looked {
  readonly deviceId: string;
  readonly asOfUs: number;
  /** Data before does not count. */
  readonly validFromUs: number;
  readonly groupId: string | undefined;
}

/**
 * What the own channels and events of electricity meters contradict, by device; those in order are absent. A pure function of readings and
 * events up to each device's as-of, some devices in memory at a time.
 */
export async function ownFindings(
  context: OwnContext,
  fleet: FleetRecords,
  asOf: AsOf,
): Promise<Map<string, OwnFinding>> {
  const looked = lookedAt(fleet, asOf);
  const events = await eventsOf(context, looked);
  const found = new Map<string, OwnFinding>();
  const note = (device: Looked, series: DeviceSeries): void => {
    const own = (events.get(device.deviceId) ?? []).filter(
      ({ tsUs }) => tsUs <= device.asOfUs && tsUs >= device.validFromUs,
    );
    const { finding } = checkDevice(series, own, device.asOfUs);
    if (finding !== undefined) found.set(device.deviceId, finding);
  };
  const silent = looked.filter(
    ({ deviceId }) => events.has(deviceId) && windowOf(fleet, deviceId) === undefined,
  );
  for (const device of silent) note(device, withoutChannels(device));
  for (const page of pagesOf(fleet, looked)) {
    context.signal?.throwIfAborted();
    // oxlint-disable-next-line no-await-in-loop -- one page in memory at a time
    await checkPage(context, fleet, page, note);
  }
  return found;
}

async function checkPage(
  context: OwnContext,
  fleet: FleetRecords,
  page: readonly Looked[],
  note: (device: Looked, series: DeviceSeries) => void,
): Promise<void> {
  const windows = page.map((device): DeviceWindow => ({
    deviceId: device.deviceId,
    fromUs: Math.max(device.validFromUs, device.asOfUs - (windowOf(fleet, device.deviceId) ?? 0)),
    asOfUs: device.asOfUs,
  }));
  const series = new Map(
    (await readDeviceSeries({ ...context, fleet }, windows)).map((own) => [own.deviceId, own]),
  );
  const voltages = await groupVoltagesOf(context, page);
  for (const device of page) {
    const own = series.get(device.deviceId) ?? withoutChannels(device);
    const group = voltages.get(device.groupId ?? '')?.of(device.deviceId);
    note(device, group === undefined ? own : { ...own, groupVoltage: group });
  }
}

function lookedAt(fleet: FleetRecords, asOf: AsOf): Looked[] {
  const homes = homesOf(fleet);
  return fleet.devices.flatMap((device): Looked[] => {
    const { deviceId, kind } = device;
    const groupId = homes.get(deviceId);
    const group = groupId === undefined ? undefined : asOf.groups.get(groupId);
    const asOfUs = group ?? asOf.devices.get(deviceId);
    if (kind !== 'electricity_meter' || asOfUs === undefined) return [];
    const from = validFrom(
      device,
      fleet.verifications.get(deviceId) ?? [],
      asOfUs,
      fleet.registerEvents.get(deviceId),
    );
    return [{ deviceId, asOfUs, validFromUs: from ?? -Infinity, groupId }];
  });
}

/** The electricity area that each device is a member of now, or was last; as consumer before as supply. */
function homesOf({ groups, members }: FleetRecords): Map<string, string> {
  const areas = new Set(
    groups.flatMap(({ groupId, kind }) => (kind === 'electricity_area' ? groupId : [])),
  );
  const homes = new Map<string, { groupId: string; rank: number }>();
  for (const { deviceId, groupId, role, toUs } of members) {
    if (!areas.has(groupId)) continue;
    const rank = role === 'consumer' ? toUs : -Infinity;
    const before = homes.get(deviceId);
    if (before === undefined || rank > before.rank) homes.set(deviceId, { groupId, rank });
  }
  return new Map([...homes].map(([deviceId, { groupId }]) => [deviceId, groupId]));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Devices with channels to compare, in pages whose as-ofs lie close together. */
function* pagesOf(fleet: FleetRecords, looked: readonly Looked[]): Generator<Looked[]> {
  const sorted = looked
    .filter(({ deviceId }) => windowOf(fleet, deviceId) !== undefined)
    .toSorted((a, b) => a.asOfUs - b.asOfUs || compare(a.groupId ?? '', b.groupId ?? ''));
  let page: Looked[] = [];
  for (const device of sorted) {
    const first = page[0];
    const isFull = page.length >= DEVICES_AT_A_TIME;
    if (first !== undefined && (isFull || device.asOfUs - first.asOfUs > AS_OF_SPAN_US)) {
      yield page;
      page = [];
    }
    page.push(device);
  }
  if (page.length > 0) yield page;
}

async function eventsOf(
  { pool, tenant }: OwnContext,
  looked: readonly Looked[],
): Promise<Map<string, ReportedEvent[]>> {
  const events = new Map<string, ReportedEvent[]>();
  for (let first = 0; first < looked.length; first += EVENTS_AT_A_TIME) {
    const some = looked.slice(first, first + EVENTS_AT_A_TIME);
    const untilUs = Math.max(...some.map(({ asOfUs }) => asOfUs));
    // oxlint-disable-next-line no-await-in-loop
    const read = await readReportedEvents(
      pool,
      { tenant, deviceIds: some.map(({ deviceId }) => deviceId) },
      untilUs - WINDOW_US,
      untilUs,
    );
    for (const event of read) {
      const own = events.get(event.deviceId);
      if (own === undefined) events.set(event.deviceId, [event]);
      else own.push(event);
    }
  }
  return events;
}

async function groupVoltagesOf(
  context: OwnContext,
  page: readonly Looked[],
): Promise<Map<string, GroupVoltages>> {
  const byGroup = Map.groupBy(page, ({ groupId }) => groupId ?? '');
  const found = new Map<string, GroupVoltages>();
  for (const [groupId, devices] of byGroup) {
    const [first] = devices;
    if (groupId === '' || first === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- one group in memory at a time
    const voltages = await readGroupVoltages(
      context,
      groupId,
      first.asOfUs,
      devices.map(({ deviceId }) => deviceId),
    );
    if (voltages !== undefined) found.set(groupId, voltages);
  }
  return found;
}

/** A device of which only events are known. */
const withoutChannels = ({ deviceId, asOfUs }: Looked): DeviceSeries => ({
  deviceId,
  grid: { startUs: asOfUs, stepUs: 900e6, count: 0 },
  voltages: [undefined, undefined, undefined],
  currents: [undefined, undefined, undefined],
});
