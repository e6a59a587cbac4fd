import {
  KEPT_STEP_US,
  type KeptInterval,
  type PoolClient,
  readClockObservation,
  readIntervalDays,
} from '@verimeter/registry';
import {
  EARLIEST_TS_US,
  formatTimestamp,
  INTERVAL_STEPS_US,
  type RegisterInterval,
} from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { type IntervalRange, intervalsOf } from '../interval-page.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { rounded } from '../register-sums.ts';
import { requireDevice } from './fleet.ts';

const DAY_US = 86_400e6;
const afterInterval = z.tuple([z.number()]);

export function registerIntervalRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listIntervals', async (client, { principal, query }) => {
    await requireDevice(client, query.device_id);
    const { tenant } = principal;
    const stepUs = INTERVAL_STEPS_US[query.step ?? '15m'];
    const page = pageOf({ list: 'intervals', tenant }, query, afterInterval);
    const range: IntervalRange = {
      tenant,
      deviceId: query.device_id,
      quantity: query.quantity,
      fromUs: page.after?.[0] ?? query.from ?? EARLIEST_TS_US,
      toUs: query.to ?? context.nowUs(),
    };
    const clock = await readClockObservation(client, tenant, query.device_id);
    const intervals = await intervalsOf(
      { client, readings: await context.tenantReadings() },
      range,
      {
        stepUs,
        atLeast: page.limit + 1,
        nowUs: context.nowUs(),
        clock,
      },
    );
    const shown = intervals.slice(0, page.limit + 1);
    const versionOf =
      stepUs === KEPT_STEP_US ? await keptVersions(client, range, shown) : () => null;
    return {
      ...page.of(
        shown,
        (interval) => ({
          start: formatTimestamp(interval.startUs),
          end: formatTimestamp(interval.endUs),
          from: formatTimestamp(interval.fromUs),
          to: formatTimestamp(interval.toUs),
          amount: interval.amount === undefined ? null : rounded(interval.amount),
          coverage: interval.coverage,
          quality: [...interval.quality],
          clock_offset_s: interval.clockOffset?.seconds ?? null,
          clock_uncertainty_s: interval.clockOffset?.uncertainty ?? null,
          version: versionOf(interval),
        }),
        ({ endUs }) => [endUs],
      ),
      clock_state: clock?.state ?? null,
    };
  });
}

/** The version of the day in which an interval ends, where it is in it just so. */
async function keptVersions(
  client: PoolClient,
  range: IntervalRange,
  intervals: readonly RegisterInterval[],
): Promise<(interval: RegisterInterval) => number | null> {
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (first === undefined || last === undefined) return () => null;
  const days = await readIntervalDays(client, range, first.endUs - DAY_US, last.endUs);
  const kept = new Map(
    days.flatMap(({ version, intervals: own }) =>
      own.map((interval) => [interval.endUs, { version, interval }] as const),
    ),
  );
  return (interval) => {
    const found = kept.get(interval.endUs);
    return found !== undefined && isSame(found.interval, interval) ? found.version : null;
  };
}

const isSame = (kept: KeptInterval, interval: RegisterInterval): boolean =>
  kept.startUs === interval.startUs &&
  kept.fromUs === interval.fromUs &&
  kept.toUs === interval.toUs &&
  kept.amount === (interval.amount === undefined ? undefined : rounded(interval.amount)) &&
  kept.coverage === interval.coverage &&
  kept.quality.join() === interval.quality.join();
