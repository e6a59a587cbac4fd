import type { DeviceSeries } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Cadence } from '../electricity-input.ts';
import type { FleetRecords } from '../fleet-records.ts';
import { type Grid, gridBetween, medianGap } from '../grid.ts';
import { DEVICE_QUANTITIES, perPhase } from './device-quantities.ts';

/** A device and the window that it is looked at in, microseconds. */
export interface DeviceWindow {
  readonly deviceId: string;
  readonly fromUs: number;
  readonly asOfUs: number;
}

interface Context {
  readonly fleet: FleetRecords;
  readonly store: ReadingStore;
  readonly cadence: Cadence;
}

type Own = ReadonlyMap<string, Float64Array>;

/**
 * Channels of some devices, each on a grid that ends at its own as-of. A device that reads at other instants than the fleet has its readings put at
 * the nearest point: all quantities of a message at the same one.
 */
export async function readDeviceSeries(
  context: Context,
  windows: readonly DeviceWindow[],
): Promise<DeviceSeries[]> {
  const { fleet, store, cadence } = context;
  const wanted = windows.map((window) => ({
    window,
    channels: channelsOf(fleet, window.deviceId),
  }));
  const fromUs = Math.min(...windows.map((window) => window.fromUs));
  const untilUs = Math.max(...windows.map((window) => window.asOfUs));
  const grid = gridBetween(fromUs, untilUs, cadence.stepUs, cadence.phaseUs);
  if (grid.count < 2) return [];
  const ids = wanted.flatMap(({ channels }) => [...channels.values()]);
  const matrix = await store.matrix(ids, { ...grid, asOfUs: untilUs });
  const rowOf = new Map(matrix.channelIds.map((channelId, row) => [channelId, row]));
  const found: DeviceSeries[] = [];
  for (const { window, channels } of wanted) {
    const onGrid = new Map(
      [...channels].flatMap(([quantity, channelId]): [string, Float64Array][] => {
        const row = rowOf.get(channelId);
        return row === undefined
          ? []
          : [[quantity, matrix.values.subarray(row * grid.count, (row + 1) * grid.count)]];
      }),
    );
    const { first, end } = boundsOf(window, grid);
    const isThere = [...onGrid.values()].some((values) =>
      values.subarray(first, end).some(Number.isFinite),
    );
    const own = isThere
      ? onGrid
      : // oxlint-disable-next-line no-await-in-loop -- few devices keep other times than the fleet
        await nearestPoints(store, channels, window, grid);
    const series = seriesOf(window, own, grid);
    if (series !== undefined) found.push(series);
  }
  return found;
}

function channelsOf(fleet: FleetRecords, deviceId: string): Map<string, number> {
  const known = fleet.channels.get(deviceId);
  return new Map(
    DEVICE_QUANTITIES.flatMap((quantity): [string, number][] => {
      const channel = known?.get(quantity);
      return channel === undefined ? [] : [[quantity, channel.channelId]];
    }),
  );
}

/** Of several readings nearest to one point the last. */
async function nearestPoints(
  store: ReadingStore,
  channels: ReadonlyMap<string, number>,
  { fromUs, asOfUs }: DeviceWindow,
  grid: Grid,
): Promise<Own> {
  const byChannel = new Map<number, Float64Array>();
  await store.series([...channels.values()], fromUs, asOfUs, (channelId, tsUs, value) => {
    const values = byChannel.get(channelId) ?? new Float64Array(grid.count).fill(NaN);
    byChannel.set(channelId, values);
    const k = Math.round((tsUs - grid.startUs) / grid.stepUs);
    if (k >= 0 && k < grid.count) values[k] = value;
  });
  return new Map(
    [...channels].flatMap(([quantity, channelId]): [string, Float64Array][] => {
      const values = byChannel.get(channelId);
      return values === undefined ? [] : [[quantity, values]];
    }),
  );
}

/** Points of the grid in a device's window, the second one exclusive. */
function boundsOf({ fromUs, asOfUs }: DeviceWindow, grid: Grid): { first: number; end: number } {
  const point = (us: number): number => (us - grid.startUs) / grid.stepUs;
  return {
    first: Math.max(0, Math.ceil(point(fromUs))),
    end: Math.min(grid.count, Math.floor(point(asOfUs)) + 1),
  };
}

/** The part of the grid that is the device's own window, at the cadence at which it reads. */
function seriesOf(window: DeviceWindow, own: Own, grid: Grid): DeviceSeries | undefined {
  const { first, end } = boundsOf(window, grid);
  const every = strideOf(own, first, end);
  if (every === undefined) return undefined;
  const from = first + every.phase;
  const count = Math.floor((end - 1 - from) / every.stride) + 1;
  const series = (quantity: string): Float64Array | undefined => {
    const values = own.get(quantity);
    if (values === undefined) return undefined;
    const part =
      every.stride === 1
        ? values.subarray(from, end)
        : Float64Array.from({ length: count }, (_, k) => values[from + k * every.stride] ?? NaN);
    return part.some(Number.isFinite) ? part : undefined;
  };
  return {
    deviceId: window.deviceId,
    grid: {
      startUs: grid.startUs + from * grid.stepUs,
      stepUs: grid.stepUs * every.stride,
      count,
    },
    importRegister: series('active_energy_import'),
    exportRegister: series('active_energy_export'),
    activePower: series('active_power'),
    powerFactor: series('power_factor'),
    voltages: perPhase(series, 'voltage'),
    currents: perPhase(series, 'current'),
    neutralCurrent: series('current_n'),
  };
}

/** Points of the grid from reading to reading, and the first one; undefined with hardly any. */
function strideOf(
  own: Own,
  first: number,
  end: number,
): { readonly stride: number; readonly phase: number } | undefined {
  let stride = Infinity;
  let phase = 0;
  for (const values of own.values()) {
    const part = values.subarray(first, end);
    const gap = medianGap(part, 1);
    if (gap === undefined || gap >= stride) continue;
    stride = gap;
    phase = gap === 1 ? 0 : part.findIndex(Number.isFinite) % gap;
  }
  return stride === Infinity ? undefined : { stride, phase };
}
