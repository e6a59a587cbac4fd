import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runAnalysis, runNight } from '@verimeter/analytics';
import {
  acceptedList,
  analyzeAllKinds,
  analyzeElectricityFleet,
  type DeviceResult,
  type FleetInput,
} from '@verimeter/drift';
import { AUTO } from '@verimeter/open-store';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, withTransaction } from '@verimeter/registry';
import { buildCity } from '@verimeter/simulator';
import { findQuantity } from '@verimeter/telemetry';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetOfCity } from '../src/lib/evaluate/city-fleet.ts';
import { sensorsOfCity } from '../src/lib/evaluate/city-sensors.ts';
import { waterOfCity } from '../src/lib/evaluate/city-water.ts';
import { registerCity } from '../src/lib/register-city.ts';

const TENANT = 'demo';
const HOUR_US = 3600e6;
const city = buildCity({ seed: 102, size: 'small' });
const kindOf = new Map(city.devices.map((device) => [device.device_id, device.kind]));
/** Of the electricity areas one is enough for the lists to be other ones than those of each kind. */
const AREA = 'E-A1';
const electricity = areaOf(fleetOfCity(city), AREA);
const metersOfArea = new Set(electricity.meters.map(({ deviceId }) => deviceId));
const isThere = (deviceId: string): boolean =>
  kindOf.get(deviceId) === 'water_meter' ||
  kindOf.get(deviceId) === 'environment_sensor' ||
  metersOfArea.has(deviceId);
const estimated = analyzeAllKinds({
  electricity,
  water: waterOfCity(city),
  sensors: sensorsOfCity(city),
});

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-city-'));
  const store = createTimescaleStore(database.servicePool);
  await registerCity(
    database.servicePool,
    {
      devices: city.devices.filter(({ device_id: id }) => isThere(id)),
      groups: city.groups.filter(
        ({ kind, group_id: id }) => kind !== 'electricity_area' || id === AREA,
      ),
      members: city.members.filter(({ device_id: id }) => isThere(id)),
    },
    { store, tenant: TENANT, zone: 'Asia/Ho_Chi_Minh', directory },
  );
  await writeSeries();
  for (const { deviceId, atMs, event } of city.notices.filter((notice) => isThere(notice.deviceId)))
    // oxlint-disable-next-line no-await-in-loop -- a few
    await database.servicePool.query(
      `INSERT INTO device_events (tenant, device_id, ts, event, state, received_at)
       VALUES ($1, $2, $3, $4, 'past', $3) ON CONFLICT DO NOTHING`,
      [TENANT, deviceId, new Date(atMs).toISOString(), event],
    );
  await runAnalysis({ pool: database.servicePool, store, tenant: TENANT });
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

/** What the devices would have sent. */
async function writeSeries(): Promise<void> {
  const series = [
    ...electricity.meters.flatMap((meter) =>
      [
        ['active_energy_import', meter.importRegister] as const,
        ...meter.voltages.map((values, k) => [`voltage_l${k + 1}`, values] as const),
      ].map(([quantity, values]) => ({
        deviceId: meter.deviceId,
        quantity,
        values,
        startMs: city.startMs,
        stepUs: electricity.grid.stepUs,
      })),
    ),
    ...city.water.flatMap((meter) =>
      (
        [
          ['water_volume', meter.register],
          ['water_volume_reverse', meter.reverseRegister],
          ['water_pressure', meter.pressure],
        ] as const
      ).map(([quantity, values]) => ({
        deviceId: meter.deviceId,
        quantity,
        values,
        startMs: city.waterStartMs,
        stepUs: HOUR_US,
      })),
    ),
    ...city.air.flatMap(({ deviceId, quantities }) =>
      Object.entries(quantities).map(([quantity, values]) => ({
        deviceId,
        quantity,
        values,
        startMs: city.airStartMs,
        stepUs: HOUR_US,
      })),
    ),
  ];
  const store = createTimescaleStore(database.servicePool);
  for (const { deviceId, quantity, values, startMs, stepUs } of series) {
    if (values === undefined) continue;
    const unit = findQuantity(quantity)?.unit ?? '';
    const batch = createReadingBatch(values.length);
    // oxlint-disable-next-line no-await-in-loop -- one channel in memory at a time
    await withTransaction(database.servicePool, async (client) => {
      const [channel] = await ensureChannels(client, [
        { tenant: TENANT, deviceId, quantity, unit },
      ]);
      if (channel === undefined) throw new Error(`no channel for ${deviceId}`);
      for (const [k, value] of values.entries()) {
        if (Number.isNaN(value)) continue;
        const row = batch.length++;
        batch.channelId[row] = channel.channelId;
        batch.tsUs[row] = 1000 * startMs + k * stepUs;
        batch.value[row] = value;
        batch.receivedAtUs[row] = 1000 * startMs + k * stepUs;
      }
      await store.write(client, batch);
    });
  }
}

interface Row {
  readonly device_id: string;
  readonly quantity: string;
  readonly indication: string;
  readonly recommendation: string;
  readonly error_estimate: number | null;
  readonly offset_estimate: number | null;
  readonly offset_unit: string | null;
  readonly model_version: string;
  readonly probability_drifted: number | null;
}

const published = async (): Promise<Row[]> =>
  (
    await database.servicePool.query<Row>(
      `SELECT device_id, quantity, indication, recommendation, error_estimate, offset_estimate, offset_unit, model_version,
              probability_drifted
         FROM health WHERE tenant = $1 ORDER BY device_id COLLATE "C", quantity`,
      [TENANT],
    )
  ).rows;

const expected = (result: DeviceResult) => ({
  device_id: result.deviceId,
  quantity: result.quantity ?? 'active_energy_import',
  indication: result.indication,
  recommendation: result.recommendation,
  error_estimate:
    result.errorEstimate === undefined ? null : expect.closeTo(result.errorEstimate, 6),
  offset_estimate:
    result.offsetEstimate === undefined ? null : expect.closeTo(result.offsetEstimate, 6),
});

const byKey = (a: DeviceResult, b: DeviceResult): number =>
  `${a.deviceId} ${a.quantity ?? ''}` < `${b.deviceId} ${b.quantity ?? ''}` ? -1 : 1;

test('what is published of electricity meters is what the estimator says of their registers', async () => {
  const rows = (await published()).filter((row) => metersOfArea.has(row.device_id));
  expect(rows).toMatchObject(estimated.electricity.devices.toSorted(byKey).map(expected));
  expect(rows.filter(({ recommendation }) => recommendation === 'reverify')).not.toEqual([]);
});

test('what is published of water meters is what the estimator says of their registers', async () => {
  const rows = (await published()).filter((row) => kindOf.get(row.device_id) === 'water_meter');
  const { devices } = estimated.water;
  expect(rows).toMatchObject(devices.toSorted(byKey).map(expected));
  expect(new Set(rows.map(({ model_version: model }) => model)).size).toBe(1);
  expect(rows.filter(({ recommendation }) => recommendation === 'reverify')).not.toEqual([]);
});

test('what is published of sensors is what the estimator says of their series, one row per quantity', async () => {
  const rows = (await published()).filter(
    (row) => kindOf.get(row.device_id) === 'environment_sensor',
  );
  const { devices } = estimated.sensors;
  expect(rows).toMatchObject(devices.toSorted(byKey).map(expected));
  expect(rows.filter(({ recommendation }) => recommendation === 'reverify')).not.toEqual([]);
  const thermometers = rows.filter(({ quantity }) => quantity === 'temperature');
  expect(new Set(thermometers.map(({ offset_unit: unit }) => unit))).toEqual(new Set(['Cel']));
  expect(thermometers.every((row) => row.error_estimate === null)).toBe(true);
});

test('values of a sensor that is certainly off are corrected beside the raw ones', async () => {
  const { corrections } = estimated.sensors;
  const kept = await database.servicePool.query<{ corrections: number }>(
    `SELECT count(*)::int AS corrections FROM value_corrections
      WHERE tenant = $1 AND superseded_at IS NULL`,
    [TENANT],
  );
  expect(corrections.length).toBeGreaterThan(0);
  expect(kept.rows).toEqual([{ corrections: corrections.length }]);
});

/** What the contract says of lists, from what is published alone. */
function expectOneList(rows: readonly Row[]): void {
  const entries = rows.flatMap(({ device_id: id, quantity, probability_drifted: p }) =>
    p === null ? [] : { deviceId: `${id} ${quantity}`, probabilityDrifted: p },
  );
  const reverify = acceptedList(entries, 0.02);
  const watch = acceptedList(entries, 0.1);
  const listed = rows.filter(({ recommendation: word }) => word === 'reverify' || word === 'watch');
  const keys = listed.map(({ device_id: id, quantity }) => `${id} ${quantity}`);
  expect(keys.toSorted()).toEqual([...watch].toSorted());
  listed.forEach(({ recommendation: word }, k) => {
    if (word === 'reverify') expect(reverify).toContain(keys[k]);
  });
}

const words = (rows: readonly Row[]): unknown =>
  rows.map(({ device_id: id, quantity, recommendation }) => [id, quantity, recommendation]);

test('the lists are over all kinds of devices together, after a full analysis and after a night', async () => {
  const whole = await published();
  expectOneList(whole);
  await runNight({ databaseUrl: database.url, readingStore: AUTO, tenant: TENANT, directory });
  const rows = await published();
  expectOneList(rows);
  expect(words(rows)).toEqual(words(whole));
  // among electricity meters alone there would not be that much room
  const alone = analyzeElectricityFleet(electricity).devices;
  const watched = rows.filter(
    (row) => metersOfArea.has(row.device_id) && row.recommendation === 'watch',
  );
  expect(watched.map(({ device_id: id }) => id)).toEqual(['E-A1-0001']);
  expect(alone.filter(({ recommendation }) => recommendation === 'watch')).toEqual([]);
});

/** A fleet with one of its areas, and the members of that. */
function areaOf({ grid, meters, areas }: FleetInput, groupId: string): FleetInput {
  const area = areas.find((one) => one.groupId === groupId);
  if (area === undefined) throw new Error(`no area ${groupId}`);
  const listed = new Set(area.members.map(({ meter }) => meter));
  const kept = [...meters.keys()].filter((index) => listed.has(index));
  return {
    grid,
    meters: meters.filter((_, index) => listed.has(index)),
    areas: [
      {
        ...area,
        members: area.members.map((member) => ({ ...member, meter: kept.indexOf(member.meter) })),
      },
    ],
  };
}
