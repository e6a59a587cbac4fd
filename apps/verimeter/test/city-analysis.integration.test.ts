import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runAnalysis, runNight } from '@verimeter/analytics';
import { acceptedList, analyzeAllKinds, type DeviceResult } from '@verimeter/drift';
import { AUTO } from '@verimeter/open-store';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, withTransaction } from '@verimeter/registry';
import { type City, cityStartedAt, truth } from '@verimeter/simulator';
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
/** `up` is started in the middle of a day and shows what there is by then: neither a whole day nor a whole hour. */
const AT_MS = Date.parse('2026-11-29T02:42:29Z');
const city = partOf(cityStartedAt(102, 'small', AT_MS));
const kindOf = new Map(city.devices.map((device) => [device.device_id, device.kind]));
const electricity = fleetOfCity(city, AT_MS);
const estimated = analyzeAllKinds({
  electricity,
  water: waterOfCity(city, AT_MS),
  sensors: sensorsOfCity(city, AT_MS),
});

/** Water and air, and of the electricity the area whose addresses the water homes share and one other: a whole city takes too long here. */
function partOf(whole: City): City {
  const addresses = new Set(
    whole.devices.filter(({ kind }) => kind === 'water_meter').map(({ address }) => address),
  );
  const shared = whole.devices.find(
    ({ kind, address }) => kind === 'electricity_meter' && addresses.has(address),
  );
  const own = whole.members.find(({ device_id: id }) => id === shared?.device_id)?.group_id;
  const areas = whole.groups.filter(({ kind }) => kind === 'electricity_area');
  const left = areas.filter(({ group_id: id }) => id !== own).slice(1);
  const out = new Set(left.map(({ group_id: id }) => id));
  const members = whole.members.filter(({ group_id: id }) => !out.has(id));
  const ids = new Set(members.map(({ device_id: id }) => id));
  return {
    ...whole,
    devices: whole.devices.filter(({ device_id: id }) => ids.has(id)),
    groups: whole.groups.filter(({ group_id: id }) => !out.has(id)),
    members,
    electricity: whole.electricity.filter(({ deviceId }) => ids.has(deviceId)),
  };
}

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-city-'));
  const store = createTimescaleStore(database.servicePool);
  await registerCity(database.servicePool, city, {
    store,
    tenant: TENANT,
    zone: 'Asia/Ho_Chi_Minh',
    directory,
  });
  await writeSeries();
  for (const { deviceId, atMs, event } of city.notices)
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

/** What the devices of the city have sent by then. */
async function writeSeries(): Promise<void> {
  const series = [
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
    ...city.electricity.flatMap(({ deviceId, register, voltages }) =>
      [
        ['active_energy_import', register] as const,
        ...voltages.map((values, phase) => [`voltage_l${phase + 1}`, values] as const),
      ].map(([quantity, values]) => ({
        deviceId,
        quantity,
        values,
        startMs: city.startMs,
        stepUs: HOUR_US / 4,
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
        const tsUs = 1000 * startMs + k * stepUs;
        if (Number.isNaN(value) || tsUs > 1000 * AT_MS) continue;
        const row = batch.length++;
        batch.channelId[row] = channel.channelId;
        batch.tsUs[row] = tsUs;
        batch.value[row] = value;
        batch.receivedAtUs[row] = tsUs;
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

test('what is published of water meters is what the estimator says of their registers', async () => {
  const rows = (await published()).filter((row) => kindOf.get(row.device_id) === 'water_meter');
  const { devices } = estimated.water;
  expect(rows).toMatchObject(devices.toSorted(byKey).map(expected));
  expect(new Set(rows.map(({ model_version: model }) => model)).size).toBe(1);
  expect(rows.filter(({ recommendation }) => recommendation === 'reverify')).not.toEqual([]);
});

test('the stopped water meter has the electricity meter at its address as a witness', async () => {
  const stopped = truth(city, AT_MS).water.find(({ fault }) => fault?.kind === 'stopped');
  const { rows } = await database.servicePool.query<{ indication: string; said: string[] }>(
    `SELECT indication, jsonb_path_query_array(evidence, '$[*].code') AS said
       FROM health WHERE tenant = $1 AND device_id = $2`,
    [TENANT, stopped?.deviceId],
  );
  expect(rows).toMatchObject([{ indication: 'stopped' }]);
  expect(rows[0]?.said).toContain('other_use_goes_on');
});

test('what is published of electricity meters is what the estimator says of them, up to the same quarter hour', async () => {
  const rows = (await published()).filter((row) => row.device_id.startsWith('E-'));
  const { devices } = estimated.electricity;
  expect(rows).toMatchObject(devices.toSorted(byKey).map(expected));
  expect(rows.filter(({ recommendation }) => recommendation === 'reverify')).not.toEqual([]);
  const { rows: instants } = await database.servicePool.query<{ at_ms: number }>(
    `SELECT DISTINCT (extract(epoch FROM as_of) * 1000)::int8 AS at_ms FROM group_health WHERE tenant = $1 AND group_id LIKE 'E-%'`,
    [TENANT],
  );
  expect(instants).toEqual([{ at_ms: Date.parse('2026-11-29T02:30:00Z') }]);
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

const keyOf = ({ device_id: id, quantity }: Row): string => `${id} ${quantity}`;

const entriesOf = (rows: readonly Row[]) =>
  rows.flatMap((row) =>
    row.probability_drifted === null
      ? []
      : { deviceId: keyOf(row), probabilityDrifted: row.probability_drifted },
  );

const listedTogether = (rows: readonly Row[]): string[] =>
  [...acceptedList(entriesOf(rows), 0.1)].toSorted();

const listedKindByKind = (rows: readonly Row[]): string[] =>
  [...Map.groupBy(rows, (row) => kindOf.get(row.device_id)).values()]
    .flatMap((own) => [...acceptedList(entriesOf(own), 0.1)])
    .toSorted();

/** What the contract says of lists, from what is published alone. */
function expectOneList(rows: readonly Row[]): void {
  const reverify = acceptedList(entriesOf(rows), 0.02);
  const listed = rows.filter(({ recommendation: word }) => word === 'reverify' || word === 'watch');
  expect(listed.map(keyOf).toSorted()).toEqual(listedTogether(rows));
  for (const row of listed)
    if (row.recommendation === 'reverify') expect(reverify).toContain(keyOf(row));
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
  expect(listedKindByKind(rows)).not.toEqual(listedTogether(rows));
});
