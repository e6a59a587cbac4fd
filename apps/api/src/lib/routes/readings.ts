import type { Reading } from '@verimeter/api-schema';
import type { StoredReading } from '@verimeter/reading-store';
import { type PoolClient, readExceptionsOf, readJudgements } from '@verimeter/registry';
import {
  EARLIEST_TS_US,
  tsSourceOf,
  FUTURE_QUARANTINE_US,
  findQuantity,
  formatTimestamp,
} from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { qualityMarks } from '../quality-marks.ts';
import { aggregatePage, consumptionOf, type Range, type Source } from '../reading-buckets.ts';
import { versionPage } from '../reading-versions.ts';
import { requireDevice } from './fleet.ts';

const afterReading = z.tuple([z.number(), z.boolean(), z.number()]);
const afterBucket = z.tuple([z.number()]);
const afterVersion = z.tuple([z.number(), z.int()]);

export function registerReadingRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listReadings', async (client, { principal, query }) => {
    await requireDevice(client, query.device_id);
    const source: Source = { client, readings: await context.tenantReadings() };
    const range: Range = {
      tenant: principal.tenant,
      deviceId: query.device_id,
      quantity: query.quantity,
      fromUs: query.from ?? EARLIEST_TS_US,
      toUs: query.to ?? context.nowUs() + FUTURE_QUARANTINE_US,
    };
    const scope = { list: 'readings', tenant: principal.tenant };

    if (query.resolution !== undefined) {
      const zone = query.zone ?? principal.zone;
      const page = pageOf(scope, query, afterBucket);
      const buckets = await aggregatePage(source, range, {
        afterUs: page.after?.[0],
        resolution: query.resolution,
        zone,
        limit: page.limit + 1,
      });
      const rows =
        findQuantity(query.quantity)?.kind === 'register'
          ? await consumptionOf(source, range, buckets)
          : buckets;
      return page.of(
        rows,
        ({ start_at, end_at, steps_back: _back, top_rise: _rise, ...values }) => ({
          start: formatTimestamp(start_at),
          end: formatTimestamp(end_at),
          ...values,
        }),
        (row) => [row.end_at],
      );
    }

    if (query.include === 'versions') {
      const page = pageOf(scope, query, afterVersion);
      const [afterUs, version] = page.after ?? [];
      const rows = await versionPage(
        source,
        range,
        {
          limit: page.limit + 1,
          after:
            afterUs === undefined || version === undefined ? undefined : { tsUs: afterUs, version },
        },
        (readings) => readingItems(client, range, readings),
      );
      return page.of(
        rows,
        (row) => row.item,
        (row) => [row.tsUs, row.version],
      );
    }

    const page = pageOf(scope, query, afterReading);
    const [afterUs, afterCurrent, afterValue] = page.after ?? [];
    const rows = await source.readings.page(client, range, {
      limit: page.limit + 1,
      conflicts: query.include === 'conflicts',
      after:
        afterUs === undefined || afterCurrent === undefined || afterValue === undefined
          ? undefined
          : { tsUs: afterUs, current: afterCurrent, value: afterValue },
    });
    const items = await readingItems(client, range, rows);
    return page.of(
      rows.map((row, k) => ({ row, item: items[k] })),
      ({ item }) => item ?? never(),
      ({ row }) => [row.tsUs, row.current, row.value],
    );
  });
}

const never = (): never => {
  throw new Error('a reading without an item');
};

/** Readings as the API shows them, by time, with what validation found in them. */
async function readingItems(
  client: PoolClient,
  range: Range,
  rows: readonly StoredReading[],
): Promise<Reading[]> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return [];
  const quality = qualityMarks(await readExceptionsOf(client, range, first.tsUs, last.tsUs));
  const judgements = await readJudgements(client, range, first.tsUs, last.tsUs);
  const saidOf = ({ tsUs, value }: StoredReading): string[] => {
    const said = judgements.get(tsUs);
    // of another value at this instant, an estimate or a conflicting one, it says nothing
    return said?.value === value ? [said.code] : [];
  };
  return rows.map((row) => ({
    ts: formatTimestamp(row.tsUs),
    value: row.value,
    quality: [...quality(row.tsUs, row.flags), ...saidOf(row)],
    received_at: formatTimestamp(row.receivedAtUs),
    ts_source: tsSourceOf(row.flags),
    current: row.current,
  }));
}
