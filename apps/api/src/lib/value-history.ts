import { readingVersionItem, type ValueVersionItem, versionItem } from '@verimeter/api-schema';
import type { StoredReading, TenantReadings } from '@verimeter/reading-store';
import { isReplaced, type PoolClient, readValueHistory } from '@verimeter/registry';

/** The instant of a value of a channel. */
export interface ValuePlace {
  readonly tenant: string;
  readonly deviceId: string;
  readonly quantity: string;
  readonly channelId: number;
  readonly tsUs: number;
}

interface Versions {
  readonly client: PoolClient;
  readonly readings: TenantReadings<PoolClient>;
}

/** The reading at an instant; undefined where there is none. */
export async function readingAt(
  { client, readings }: Versions,
  { deviceId, quantity, tsUs }: Omit<ValuePlace, 'channelId'>,
): Promise<StoredReading | undefined> {
  const [reading] = await readings.page(
    client,
    { deviceId, quantity, fromUs: tsUs, toUs: tsUs + 1 },
    { limit: 1, conflicts: false, after: undefined },
  );
  return reading;
}

/** At most `limit` versions of a value, after a version: the reading first, as version 0. */
export async function versionsAt(
  from: Versions,
  place: ValuePlace,
  page: { readonly limit: number; readonly afterVersion?: number | undefined },
): Promise<ValueVersionItem[]> {
  const { tsUs } = place;
  const { limit, afterVersion } = page;
  const after = afterVersion === undefined ? undefined : { tsUs, version: afterVersion };
  const rows = await readValueHistory(
    from.client,
    place,
    { fromUs: tsUs, untilUs: tsUs, after },
    limit,
  );
  const versions = rows.map((row) => versionItem(place, row));
  const reading = after === undefined ? await readingAt(from, place) : undefined;
  if (reading === undefined) return versions;
  const inForce = !(await isReplaced(from.client, place));
  return [readingVersionItem(place, reading, inForce), ...versions].slice(0, limit);
}
