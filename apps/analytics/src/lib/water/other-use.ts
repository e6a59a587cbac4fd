import type { ReadingStore } from '@verimeter/reading-store';
import type { Device } from '@verimeter/registry';
import type { FleetRecords } from '../fleet-records.ts';
import type { Grid } from '../grid.ts';

const IMPORT = 'active_energy_import';
/** Points that are in memory: absences of the past tell how a home looks when it is empty, at least those of 120 days. */
const MOST_POINTS = 3e7;
const LEAST_WINDOW_US = 120 * 86_400e6;

/** Electricity meters are read at quarters of an hour: the one before a water meter is read is near enough to tell whether somebody is there. */
const QUARTER_US = 15 * 60e6;

/** When water meters are read: on a grid, or by device so much later. */
interface WaterGrid {
  readonly grid: Grid;
  readonly phaseUs: ReadonlyMap<string, number>;
  /** Nothing after it is looked at. */
  readonly lastUs: number;
}

/** The same address whatever its spaces and capitals; undefined where none is stated. */
export function addressKey(address: string | null): string | undefined {
  const text = (address ?? '').normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
  return text === '' ? undefined : text;
}

/**
 * kW.h per step that the electricity meter at the same address counted, by water meter; NaN where it was not read. Addresses that
 * several electricity meters or water meters share (a block of flats without door numbers) say nothing of one home.
 */
export async function otherUseOf(
  { fleet, store }: { readonly fleet: FleetRecords; readonly store: Pick<ReadingStore, 'matrix'> },
  meters: readonly Device[],
  { grid, phaseUs, lastUs }: WaterGrid,
): Promise<Map<string, Float64Array>> {
  const water = single(meters);
  const electricity = single(fleet.devices.filter(({ kind }) => kind === 'electricity_meter'));
  const pairs = [...water].flatMap(([address, deviceId]) => {
    const other = electricity.get(address);
    const channelId =
      other === undefined ? undefined : fleet.channels.get(other)?.get(IMPORT)?.channelId;
    return channelId === undefined ? [] : [{ deviceId, channelId }];
  });
  const found = new Map<string, Float64Array>();
  const quarterOf = ({ deviceId }: Pair): number =>
    QUARTER_US * Math.floor((phaseUs.get(deviceId) ?? 0) / QUARTER_US);
  for (const [shift, own] of Map.groupBy(pairs, quarterOf)) {
    const shifted = { ...grid, startUs: grid.startUs + shift };
    // oxlint-disable-next-line no-await-in-loop -- one matrix in memory at a time
    for (const [deviceId, use] of await usesOf(store, own, shifted, lastUs))
      found.set(deviceId, use);
  }
  return found;
}

interface Pair {
  readonly deviceId: string;
  /** Of the electricity meter. */
  readonly channelId: number;
}

async function usesOf(
  store: Pick<ReadingStore, 'matrix'>,
  pairs: readonly Pair[],
  grid: Grid,
  lastUs: number,
): Promise<[string, Float64Array][]> {
  const points = Math.max(
    Math.floor(LEAST_WINDOW_US / grid.stepUs),
    Math.floor(MOST_POINTS / pairs.length),
  );
  const skipped = Math.max(0, grid.count - 1 - points);
  const count = grid.count - skipped;
  const matrix = await store.matrix(
    pairs.map(({ channelId }) => channelId),
    {
      startUs: grid.startUs + skipped * grid.stepUs,
      stepUs: grid.stepUs,
      count,
      asOfUs: lastUs,
    },
  );
  const rowOf = new Map(matrix.channelIds.map((channelId, row) => [channelId, row]));
  return pairs.flatMap(({ deviceId, channelId }): [string, Float64Array][] => {
    const row = rowOf.get(channelId);
    if (row === undefined) return [];
    const use = new Float64Array(grid.count).fill(NaN);
    for (let k = 1; k < count; k += 1)
      use[skipped + k] =
        (matrix.values[row * count + k] ?? NaN) - (matrix.values[row * count + k - 1] ?? NaN);
    return [[deviceId, use]];
  });
}

/** Device by address, of addresses that have one such device only. */
function single(devices: readonly Device[]): Map<string, string> {
  const found = new Map<string, string>();
  const several = new Set<string>();
  for (const { deviceId, address } of devices) {
    const key = addressKey(address);
    if (key === undefined) continue;
    if (found.has(key)) several.add(key);
    found.set(key, deviceId);
  }
  for (const key of several) found.delete(key);
  return found;
}
