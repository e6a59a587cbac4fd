import { readingList } from '@verimeter/api-schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, expectShape, insertReadings, startFixture } from './fixture.ts';

let fixture: Fixture;
const REGISTER = { deviceId: 'm1', quantity: 'active_energy_import' };
const VOLTAGE = { deviceId: 'm1', quantity: 'voltage_l1' };

/** A register that gains exactly 1 per hour from 2026-01-01T00:00Z on, read every `minutes`. */
const HOUR_MS = 3600e3;
const EPOCH = Date.parse('2026-01-01T00:00:00Z');
function register(from: string, to: string, minutes: number) {
  const readings: { ts: string; value: number }[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += minutes * 60e3)
    readings.push({ ts: new Date(ms).toISOString(), value: (ms - EPOCH) / HOUR_MS });
  return readings;
}

beforeAll(async () => {
  fixture = await startFixture();
  await insertReadings(
    fixture.database,
    REGISTER,
    register('2026-01-01T00:00:00Z', '2026-05-01T00:00:00Z', 60),
  );
});
afterAll(() => fixture.stop());

interface Bucket {
  start: string;
  end: string;
  first: number;
  last: number;
  min: number;
  max: number;
  mean: number;
  sum: number | null;
  count: number;
  coverage: number | null;
}

async function buckets(query: string, channel = REGISTER): Promise<Bucket[]> {
  const { status, body } = await fixture.request(
    `/readings?device_id=${channel.deviceId}&quantity=${channel.quantity}&${query}`,
  );
  expect(status).toBe(200);
  expectShape(readingList, body);
  return body.items;
}

describe('readings', () => {
  test('from is inclusive, to exclusive, zones are honoured', async () => {
    const items = await buckets(
      `from=${encodeURIComponent('2026-02-01T07:00:00+07:00')}&to=2026-02-01T03:00:00Z`,
    );
    expect(items).toMatchObject([
      { ts: '2026-02-01T00:00:00.000Z' },
      { ts: '2026-02-01T01:00:00.000Z' },
      { ts: '2026-02-01T02:00:00.000Z' },
    ]);
  });

  test('an unencoded plus sign is understood, a date means 00:00 UTC', async () => {
    const items = await buckets('from=2026-02-01T07:00:00+07:00&to=2026-02-02');
    expect(items).toHaveLength(24);
  });

  test('quality codes and the source of the time are told', async () => {
    await insertReadings(fixture.database, VOLTAGE, [
      { ts: '2026-03-01T00:00:00Z', value: 230, flags: 1 },
      { ts: '2026-03-01T00:01:00Z', value: 231, flags: 2 | 4, receivedAt: '2026-03-01T00:01:02Z' },
    ]);
    const items = await buckets('from=2026-03-01&to=2026-03-02', VOLTAGE);
    expect(items).toMatchObject([
      { quality: ['future'], ts_source: 'device' },
      { quality: ['at_least_once'], ts_source: 'arrival', received_at: '2026-03-01T00:01:02.000Z' },
    ]);
  });

  test('conflicts are shown when asked for', async () => {
    await fixture.database.servicePool.query(
      `INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at)
       SELECT 'a', channel_id, '2026-02-01T00:00:00Z', 99, '2026-02-01T00:00:05Z' FROM channels
        WHERE device_id = 'm1' AND quantity = 'active_energy_import'`,
    );
    const range = 'from=2026-02-01T00:00:00Z&to=2026-02-01T00:30:00Z';
    expect(await buckets(range)).toMatchObject([{ value: 744, current: true }]);
    expect(await buckets(`${range}&include=conflicts`)).toMatchObject([
      { value: 744, current: true },
      { value: 99, current: false, received_at: '2026-02-01T00:00:05.000Z' },
    ]);
  });

  test('a quantity the device never sent is an empty list', async () => {
    expect(await buckets('', { deviceId: 'w1', quantity: 'water_volume' })).toEqual([]);
    expect(await buckets('resolution=1d', { deviceId: 'w1', quantity: 'water_volume' })).toEqual(
      [],
    );
  });
});

describe('buckets', () => {
  test('months in Asia/Ho_Chi_Minh begin at 17:00 UTC', async () => {
    const items = await buckets(
      `resolution=1mo&zone=Asia/Ho_Chi_Minh&from=2026-01-31T17:00:00Z&to=2026-03-31T17:00:00Z`,
    );
    expect(items.map(({ start, end, sum, count }) => ({ start, end, sum, count }))).toEqual([
      { start: '2026-01-31T17:00:00.000Z', end: '2026-02-28T17:00:00.000Z', sum: 672, count: 672 },
      { start: '2026-02-28T17:00:00.000Z', end: '2026-03-31T17:00:00.000Z', sum: 744, count: 744 },
    ]);
    expect(items[0]?.coverage).toBeCloseTo(1, 9);
  });

  test("the tenant's zone is used where none is given", async () => {
    const items = await buckets('resolution=1d&from=2026-02-01T17:00:00Z&to=2026-02-02T17:00:00Z');
    expect(items).toMatchObject([
      { start: '2026-02-01T17:00:00.000Z', end: '2026-02-02T17:00:00.000Z', sum: 24 },
    ]);
  });

  test('days over the change to summer time have 23 hours', async () => {
    const items = await buckets(
      'resolution=1d&zone=Europe/Berlin&from=2026-03-27T23:00:00Z&to=2026-03-30T22:00:00Z',
    );
    expect(items.map(({ start, end, sum, count }) => ({ start, end, sum, count }))).toEqual([
      { start: '2026-03-27T23:00:00.000Z', end: '2026-03-28T23:00:00.000Z', sum: 24, count: 24 },
      { start: '2026-03-28T23:00:00.000Z', end: '2026-03-29T22:00:00.000Z', sum: 23, count: 23 },
      { start: '2026-03-29T22:00:00.000Z', end: '2026-03-30T22:00:00.000Z', sum: 24, count: 24 },
    ]);
  });

  test('the month of the change to summer time is an hour shorter', async () => {
    const [march] = await buckets(
      'resolution=1mo&zone=Europe/Berlin&from=2026-02-28T23:00:00Z&to=2026-03-31T22:00:00Z',
    );
    expect(march).toMatchObject({
      start: '2026-02-28T23:00:00.000Z',
      end: '2026-03-31T22:00:00.000Z',
      sum: 743,
    });
  });

  test('15 minutes and hours of an instantaneous quantity', async () => {
    await insertReadings(
      fixture.database,
      VOLTAGE,
      [230, 232, 228, 234, 240].map((value, n) => ({
        ts: new Date(Date.parse('2026-04-01T00:00:00Z') + n * 600e3).toISOString(),
        value,
      })),
    );
    const quarters = await buckets(
      'resolution=15m&zone=UTC&from=2026-04-01&to=2026-04-02',
      VOLTAGE,
    );
    expect(quarters).toMatchObject([
      { start: '2026-04-01T00:00:00.000Z', first: 230, last: 232, count: 2, mean: 231 },
      { start: '2026-04-01T00:15:00.000Z', first: 228, last: 228, count: 1 },
      { start: '2026-04-01T00:30:00.000Z', first: 234, last: 240, count: 2, min: 234, max: 240 },
    ]);
    const [hour] = await buckets('resolution=1h&zone=UTC&from=2026-04-01&to=2026-04-02', VOLTAGE);
    expect(hour).toMatchObject({
      first: 230,
      last: 240,
      min: 228,
      max: 240,
      mean: 232.8,
      count: 5,
    });
  });

  test('data after a long gap is found, without asking for a range', async () => {
    const channel = { deviceId: 'm2', quantity: 'active_energy_import' };
    await insertReadings(fixture.database, channel, [
      { ts: '2025-12-01T00:30:00Z', value: 1 },
      { ts: '2026-07-01T00:30:00Z', value: 5 },
    ]);
    const items = await buckets('resolution=15m&zone=UTC&limit=1', channel);
    expect(items.map((item) => item.start)).toEqual(['2025-12-01T00:30:00.000Z']);
    const all = await buckets('resolution=15m&zone=UTC', channel);
    expect(all.map((item) => item.start)).toEqual([
      '2025-12-01T00:30:00.000Z',
      '2026-07-01T00:30:00.000Z',
    ]);
  });
});
