import { FLAG } from '@verimeter/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadingRange, TenantReadings, Transaction } from '../src/index.ts';
import { type ReadingStoreFixture, type Row, writeRows } from './reading-store-contract.ts';

export interface TenantReadingsFixture<T extends Transaction> extends ReadingStoreFixture<T> {
  readonly tenantReadings: TenantReadings<T>;
  /** Runs `work` in a transaction of a request of the tenant. */
  asTenant<R>(tenant: string, work: (client: T) => Promise<R>): Promise<R>;
  /** Device and quantity of a channel that `createChannels` made: a register in kW.h. */
  nameOf(channelId: number): Promise<Pick<ReadingRange, 'deviceId' | 'quantity'>>;
}

const T0 = Date.UTC(2026, 10, 1) * 1000;
const QUARTER_US = 900e6;
const HOUR_US = 3600e6;
const RECEIVED_US = Date.UTC(2026, 10, 24, 4) * 1000;

/** So many quarters of an hour from T0 on. */
const span = (
  { deviceId, quantity }: Pick<ReadingRange, 'deviceId' | 'quantity'>,
  steps: number,
): ReadingRange => ({ deviceId, quantity, fromUs: T0, toUs: T0 + steps * QUARTER_US });

/** Runs the suite that every implementation of `TenantReadings` has to pass. */
export function describeTenantReadings<T extends Transaction>(
  name: string,
  createFixture: () => Promise<TenantReadingsFixture<T>>,
): void {
  describe(`tenant readings contract: ${name}`, () => {
    let fixture: TenantReadingsFixture<T>;
    beforeAll(async () => {
      fixture = await createFixture();
    });
    afterAll(() => fixture.close());

    const write = (rows: readonly Row[]): Promise<unknown> => writeRows(fixture, rows);
    /** A channel with readings each quarter of an hour from T0 on. */
    async function channelWith(values: readonly number[], flags: readonly number[] = []) {
      const [channelId = 0] = await fixture.createChannels(1);
      await write(
        values.map((value, step) => ({
          channelId,
          tsUs: T0 + step * QUARTER_US,
          value,
          flags: flags[step] ?? 0,
          receivedAtUs: RECEIVED_US,
        })),
      );
      const { deviceId, quantity } = await fixture.nameOf(channelId);
      const tenant = await fixture.tenantOf(channelId);
      return { channelId, deviceId, quantity, tenant };
    }

    test('the latest reading is the newest one whose time has come, null where there is none', async () => {
      const counting = await channelWith([1, 2, 3], [0, 0, FLAG.future]);
      const silent = await channelWith([]);
      const ahead = Date.now() * 1000 + 20 * HOUR_US;
      await write([{ channelId: counting.channelId, tsUs: ahead, value: 9, flags: FLAG.future }]);
      const latest = await fixture.asTenant(counting.tenant, (client) =>
        fixture.tenantReadings.latest(client, [counting.deviceId, silent.deviceId, 'nobody']),
      );
      const unit = 'kW.h';
      expect(latest).toHaveLength(2);
      expect(latest).toContainEqual({
        deviceId: counting.deviceId,
        quantity: counting.quantity,
        unit,
        latest: { tsUs: T0 + 2 * QUARTER_US, value: 3, flags: FLAG.future },
      });
      expect(latest).toContainEqual({
        deviceId: silent.deviceId,
        quantity: silent.quantity,
        unit,
        latest: null,
      });
    });

    test('a page ends after its limit and the next one begins behind it, conflicts behind the current value', async () => {
      const channel = await channelWith([1, 2, 3]);
      const { channelId, tenant } = channel;
      const again = (value: number): Row => ({ channelId, tsUs: T0 + QUARTER_US, value });
      await write([again(20)]);
      await write([again(10)]);
      const page = (options: Parameters<TenantReadings<T>['page']>[2], steps = 3) =>
        fixture.asTenant(tenant, (client) =>
          fixture.tenantReadings.page(client, span(channel, steps), options),
        );
      const values = async (...args: Parameters<typeof page>): Promise<number[]> =>
        (await page(...args)).map(({ value }) => value);
      const all = { limit: 10, conflicts: true, after: undefined };
      expect(await values(all)).toEqual([1, 2, 10, 20, 3]);
      expect(await values({ ...all, conflicts: false })).toEqual([1, 2, 3]);
      expect(await values(all, 1)).toEqual([1]); // the end is not included
      const seen: number[] = [];
      for (let after: Parameters<typeof page>[0]['after']; ;) {
        // oxlint-disable-next-line no-await-in-loop -- one page after the other
        const [row] = await page({ limit: 1, conflicts: true, after });
        if (row === undefined) break;
        seen.push(row.value);
        after = row;
      }
      expect(seen).toEqual([1, 2, 10, 20, 3]);
      const [first] = await page(all);
      expect(first).toEqual({
        tsUs: T0,
        value: 1,
        receivedAtUs: RECEIVED_US,
        flags: 0,
        current: true,
      });
    });

    test('buckets of a register have its consumption and where it ran back', async () => {
      const channel = await channelWith([10, 11, 12, 13, 15, 14, 16, 17, 20]);
      const buckets = await fixture.asTenant(channel.tenant, (client) =>
        fixture.tenantReadings.buckets(client, span(channel, 8), {
          register: true,
          resolution: '1h',
          zone: 'UTC',
          limit: 10,
        }),
      );
      expect(buckets).toEqual([
        {
          startUs: T0,
          endUs: T0 + HOUR_US,
          first: 10,
          last: 13,
          min: 10,
          max: 13,
          mean: 11.5,
          sum: 5,
          count: 4,
          coverage: 1,
          stepsBack: 0,
          topRise: 2,
        },
        {
          startUs: T0 + HOUR_US,
          endUs: T0 + 2 * HOUR_US,
          first: 15,
          last: 17,
          min: 14,
          max: 17,
          mean: 15.5,
          sum: null,
          count: 4,
          coverage: 1,
          stepsBack: 1,
          topRise: 3,
        },
      ]);
    });

    test('buckets of samples have their sum, are those of the zone, and end at the limit', async () => {
      const channel = await channelWith(Array.from({ length: 200 }, (_, step) => step));
      const days = (limit: number) =>
        fixture.asTenant(channel.tenant, (client) =>
          fixture.tenantReadings.buckets(client, span(channel, 200), {
            register: false,
            resolution: '1d',
            zone: 'Asia/Ho_Chi_Minh',
            limit,
          }),
        );
      const found = await days(10);
      expect(found.map(({ count, sum, topRise }) => [count, sum, topRise])).toEqual([
        [68, (67 * 68) / 2, null],
        [96, ((68 + 163) * 96) / 2, null],
        [36, ((164 + 199) * 36) / 2, null],
      ]);
      expect(found[1]?.startUs).toBe(Date.UTC(2026, 10, 1, 17) * 1000);
      expect(await days(2)).toEqual(found.slice(0, 2));
    });

    test('a series has some readings before and behind it', async () => {
      const channel = await channelWith([1, 2, 3, 4, 5, 6, 7, 8]);
      const series = await fixture.asTenant(channel.tenant, (client) =>
        fixture.tenantReadings.series(
          client,
          { ...span(channel, 4), fromUs: T0 + 3 * QUARTER_US },
          { before: 2, after: 1 },
        ),
      );
      expect(series.map(({ tsUs, value }) => [(tsUs - T0) / QUARTER_US, value])).toEqual([
        [1, 2],
        [2, 3],
        [3, 4],
        [4, 5],
        [5, 6],
      ]);
    });

    test('another tenant sees nothing of it', async () => {
      const channel = await channelWith([1, 2, 3]);
      const range = span(channel, 3);
      const { tenantReadings } = fixture;
      const seen = await fixture.asTenant('another', async (client) => [
        await tenantReadings.latest(client, [channel.deviceId]),
        await tenantReadings.page(client, range, { limit: 9, conflicts: true, after: undefined }),
        await tenantReadings.buckets(client, range, {
          register: true,
          resolution: '1h',
          zone: 'UTC',
          limit: 9,
        }),
        await tenantReadings.series(client, range, { before: 9, after: 9 }),
      ]);
      expect(seen).toEqual([[], [], [], []]);
    });

    test('requests can be answered', async () => {
      await expect(
        fixture.asTenant('another', (client) => fixture.tenantReadings.check(client)),
      ).resolves.toBeUndefined();
    });
  });
}
