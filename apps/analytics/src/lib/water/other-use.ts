import type { ReadingStore } from '@verimeter/reading-store';
import type { Device } from '@verimeter/registry';
import type { FleetRecords } from '../fleet-records.ts';
import type { Grid } from '../grid.ts';

const IMPORT = 'active_energy_import';
/** Longer ago than this nobody asks whether someone was at home. */
const WINDOW_US = 120 * 86_400e6;

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
  grid: Grid,
  lastUs: number,
): Promise<Map<string, Float64Array>> {
  const water = single(meters);
  const electricity = single(fleet.devices.filter(({ kind }) => kind === 'electricity_meter'));
  const pairs = [...water].flatMap(([address, deviceId]) => {
    const other = electricity.get(address);
    const channelId =
      other === undefined ? undefined : fleet.channels.get(other)?.get(IMPORT)?.channelId;
    return channelId === undefined ? [] : [{ deviceId, channelId }];
  });
  if (pairs.length === 0) return new Map();
  const skipped = Math.max(0, grid.count - 1 - Math.floor(WINDOW_US / grid.stepUs));
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
  return new Map(
    pairs.flatMap(({ deviceId, channelId }) => {
      const row = rowOf.get(channelId);
      if (row === undefined) return [];
      const use = new Float64Array(grid.count).fill(NaN);
      for (let k = 1; k < count; k += 1)
        use[skipped + k] =
          (matrix.values[row * count + k] ?? NaN) - (matrix.values[row * count + k - 1] ?? NaN);
      return [[deviceId, use] as const];
    }),
  );
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
