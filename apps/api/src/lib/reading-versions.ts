import type { Reading } from '@verimeter/api-schema';
import type { ReadingRange, StoredReading, TenantReadings } from '@verimeter/reading-store';
import {
  correctedValue,
  type PoolClient,
  readCorrections,
  readValueVersions,
  type StoredCorrection,
  type ValueVersion,
} from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';

/** A reading, or a value beside it. */
export interface VersionedRow {
  readonly tsUs: number;
  readonly version: number;
  readonly item: Reading;
}

/** Where the page before ended. */
export interface VersionPosition {
  readonly tsUs: number;
  readonly version: number;
}

/**
 * At most `limit` readings and values beside them, by time and version. `toItem`: of a reading. The instant at which the page before ended is
 * read again: values beside its reading may have been left.
 */
export async function versionPage(
  { client, readings }: { client: PoolClient; readings: TenantReadings<PoolClient> },
  range: ReadingRange & { readonly tenant: string },
  options: { readonly limit: number; readonly after: VersionPosition | undefined },
  toItems: (rows: readonly StoredReading[]) => Promise<readonly Reading[]>,
): Promise<VersionedRow[]> {
  const { limit, after } = options;
  const fromUs = Math.max(range.fromUs, after?.tsUs ?? -Infinity);
  const rest = { ...range, fromUs };
  const raw = await readings.page(client, rest, {
    limit: limit + 1,
    conflicts: false,
    after: undefined,
  });
  const items = await toItems(raw);
  const estimates = await readValueVersions(
    client,
    range,
    { fromUs, toUs: range.toUs, afterUs: undefined },
    limit + 1,
  );
  const corrections = await readCorrections(client, range, fromUs, range.toUs);
  const rows: VersionedRow[] = estimates.map((value) => ({
    tsUs: value.tsUs,
    version: value.version,
    item: computed(value.tsUs, value.value, value),
  }));
  // what was said of this very value goes before what is said of a time
  const beside = new Set(estimates.map(({ tsUs }) => tsUs));
  for (const [k, reading] of raw.entries()) {
    const item = items[k];
    if (item !== undefined)
      rows.push({ tsUs: reading.tsUs, version: 0, item: { ...item, version: 0 } });
    const correction = beside.has(reading.tsUs)
      ? undefined
      : corrections.find((one) => one.fromUs <= reading.tsUs && reading.tsUs < one.toUs);
    if (correction !== undefined)
      rows.push({
        tsUs: reading.tsUs,
        version: correction.version,
        item: computed(reading.tsUs, correctedValue(correction, reading.value), correction),
      });
  }
  return rows
    .filter(
      ({ tsUs, version }) =>
        after === undefined ||
        tsUs > after.tsUs ||
        (tsUs === after.tsUs && version > after.version),
    )
    .toSorted((a, b) => a.tsUs - b.tsUs || a.version - b.version)
    .slice(0, limit);
}

const computed = (
  tsUs: number,
  value: number,
  of: Pick<ValueVersion & StoredCorrection, 'version' | 'code' | 'method' | 'model' | 'createdUs'>,
): Reading => ({
  ts: formatTimestamp(tsUs),
  value,
  quality: [of.code],
  received_at: formatTimestamp(of.createdUs),
  ts_source: 'computed',
  current: true,
  version: of.version,
  method: of.method,
  model: of.model,
});
