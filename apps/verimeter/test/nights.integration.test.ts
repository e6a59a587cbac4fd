import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type NightSummary,
  markLateReadings,
  openKeptFiles,
  runAnalysis,
  runNight,
} from '@verimeter/analytics';
import { AUTO } from '@verimeter/open-store';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { TINY } from '../src/lib/evaluate/cells.ts';
import { planFleet } from '../src/lib/evaluate/fleet-plan.ts';
import { simulateFleet, type TrialFleet } from '../src/lib/evaluate/trial-fleet.ts';
import { registerFleet, type StoredFleet } from './stored-fleet.ts';

const TENANT = 'nights';
const AREAS = 7;
const DAYS = 34;
const PER_DAY = 96;

let database: TestDatabase;
let directory: string;
let fleet: TrialFleet;
let stored: StoredFleet;
/** A quarter of a day of one meter, twelve days before the first night. */
const HELD_BACK = { deviceId: '', from: 18 * PER_DAY, to: 18 * PER_DAY + 24 };

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-nights-'));
  const options = { ...TINY.options, areas: AREAS, days: DAYS, archive: 'unregistered' as const };
  fleet = simulateFleet(planFleet(options, { seed: 3, fleet: 0 }, []), options);
  stored = await registerFleet(database.servicePool, TENANT, fleet.input);
  // a consumer of the second area, which feeds nobody that is in no list
  HELD_BACK.deviceId = idOf(fleet.input.areas[1]?.members[2]?.meter ?? -1);
  await stored.store(0, 30 * PER_DAY, HELD_BACK);
}, 240_000);
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

const idOf = (meter: number): string => fleet.input.meters[meter]?.deviceId ?? '';

async function night(where = directory): Promise<NightSummary['outcomes']> {
  const summary = await runNight({
    databaseUrl: database.url,
    readingStore: AUTO,
    tenant: TENANT,
    directory: where,
  });
  return summary?.outcomes ?? {};
}

interface Row {
  readonly device_id: string;
  readonly group_id: string | null;
  readonly indication: string;
  readonly error_estimate: number | null;
  readonly standard_error: number | null;
  readonly [column: string]: unknown;
}

async function published(): Promise<Row[]> {
  const result = await database.servicePool.query<{ row: Row }>(
    `SELECT to_jsonb(h) - 'run_id' AS row FROM health h WHERE tenant = $1 ORDER BY device_id, quantity`,
    [TENANT],
  );
  return result.rows.map(({ row }) => row);
}

async function groups(): Promise<unknown> {
  const result = await database.servicePool.query<{ row: unknown }>(
    `SELECT jsonb_build_object('group', group_id, 'as_of', as_of, 'status', status, 'candidates',
            (SELECT jsonb_agg(c ->> 'device_id') FROM jsonb_array_elements(candidates) c)) AS row
       FROM group_health WHERE tenant = $1 ORDER BY group_id`,
    [TENANT],
  );
  return result.rows.map(({ row }) => row);
}

/** Largest difference of estimates in standard errors; infinite where only one of two has an estimate. */
function largest(some: readonly Row[], others: readonly Row[]): number {
  const differences = some.flatMap((row, k) => {
    const other = others[k];
    const said = other?.error_estimate ?? null;
    if (row.error_estimate === null && said === null) return [];
    if (row.error_estimate === null || said === null) return Infinity;
    return Math.abs(row.error_estimate - said) / (other?.standard_error ?? 1);
  });
  expect(differences.length).toBeGreaterThan(some.length / 2);
  return Math.max(...differences);
}

const store = () => createTimescaleStore(database.servicePool);
const markLate = () => markLateReadings(database.servicePool, store(), TENANT);
const instantOf = (point: number): number => fleet.input.grid.startUs + point * 900e6;

/** Groups whose published answer is provisional, and from when on. */
async function marks(): Promise<unknown> {
  const result = await database.servicePool.query(
    'SELECT group_id, late_from FROM group_health WHERE tenant = $1 AND late_noticed_at IS NOT NULL',
    [TENANT],
  );
  return result.rows;
}

const toVerify = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ device_id, recommendation }) => (recommendation === 'reverify' ? device_id : []));

const analyzeAll = () =>
  runAnalysis({
    pool: database.servicePool,
    store: store(),
    tenant: TENANT,
  });

const shape = (rows: readonly Row[]) =>
  rows.map(({ device_id, quantity, group_id, as_of, evidence_days, limit, legal_status }) => ({
    device_id,
    quantity,
    group_id,
    as_of,
    evidence_days,
    limit,
    legal_status,
  }));

test('a first night says what a full analysis of the whole fleet says', async () => {
  await analyzeAll();
  const whole = await published();
  const wholeGroups = await groups();
  const outcomes = await night();
  const rows = await published();
  // the first, fourth and seventh area feed a customer in no list
  expect(outcomes).toEqual({ new: AREAS - 3, candidate: 3 });
  expect(await groups()).toEqual(wholeGroups);
  expect(shape(rows)).toEqual(shape(whole));
  // 48 meters of few lots have taught it, the 36 of areas with another customer not yet
  expect(largest(rows, whole)).toBeLessThan(0.8);
  expect(toVerify(rows)).toEqual(toVerify(whole));
}, 240_000);

test('without new readings nothing is done again, and the same is said', async () => {
  const before = await published();
  expect(await night()).toEqual({ already: AREAS });
  expect(await published()).toEqual(before);
}, 240_000);

test('the next night goes on', async () => {
  await stored.send(30 * PER_DAY + 1, 31 * PER_DAY);
  const outcomes = await night();
  const rows = await published();
  const nightGroups = await groups();
  await analyzeAll();
  const whole = await published();
  expect(outcomes.went_on).toBeGreaterThanOrEqual(AREAS - 3);
  expect(shape(rows)).toEqual(shape(whole));
  expect(nightGroups).toEqual(await groups());
  expect(largest(rows, whole)).toBeLessThan(0.25);
  expect(toVerify(rows)).toEqual(toVerify(whole));
}, 240_000);

/** What was looked at is not looked at again, as soon as whoever else writes in this cluster has ended. */
const untilLookedAt = (): Promise<void> =>
  vi.waitFor(async () => {
    expect(await markLate()).toEqual([]);
  }, 30_000);

test('readings that come late have their area analysed in full, and no other', async () => {
  expect(await markLate()).toEqual([]);
  await stored.arrive(HELD_BACK);
  const groupId = fleet.input.areas[1]?.groupId ?? '';
  expect(await markLate()).toEqual([groupId]);
  await untilLookedAt();
  expect(await marks()).toEqual([{ group_id: groupId, late_from: instantOf(HELD_BACK.from) }]);
  await stored.send(31 * PER_DAY + 1, 32 * PER_DAY);
  const kept = await openKeptFiles(directory, TENANT).readFleet();
  const outcomes = await night();
  expect(outcomes.late).toBe(1);
  const rows = await published();
  expect(await marks()).toEqual([]);
  await untilLookedAt();
  const ofArea = (all: readonly Row[]): Row[] => all.filter((row) => row.group_id === groupId);
  // With nothing kept but what the fleet knew, all areas are analysed in full.
  const elsewhere = await mkdtemp(path.join(tmpdir(), 'verimeter-nights-'));
  try {
    if (kept === undefined) throw new Error('the fleet kept nothing');
    await openKeptFiles(elsewhere, TENANT).writeFleet(kept);
    await night(elsewhere);
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
  expect(ofArea(rows)).toEqual(ofArea(await published()));
  expect(ofArea(rows)).toHaveLength(13);
}, 240_000);

test('a change of what is registered has its area analysed in full', async () => {
  const deviceOf = (area: number): string => idOf(fleet.input.areas[area]?.members[0]?.meter ?? -1);
  await database.servicePool.query(
    'UPDATE devices SET built_year = 2020 WHERE tenant = $1 AND device_id = $2',
    [TENANT, deviceOf(2)],
  );
  await database.servicePool.query(
    `INSERT INTO verifications (tenant, device_id, verified_on, result) VALUES ($1, $2, $3, 'pass')`,
    [
      TENANT,
      deviceOf(4),
      new Date((fleet.input.grid.startUs + 20 * PER_DAY * 900e6) / 1000).toISOString().slice(0, 10),
    ],
  );
  await database.servicePool.query(
    `INSERT INTO register_events (tenant, device_id, quantity, ts, value, kind, found_kind, certainty, before_ts, before_value,
                                  after_ts, after_value, settled_ts)
     VALUES ($1, $2, 'active_energy_import', $3, 0, 'reset', 'reset', 'likely', $3, 0, $3, 0, $3)`,
    [TENANT, deviceOf(3), new Date((fleet.input.grid.startUs + 25 * PER_DAY * 900e6) / 1000)],
  );
  expect(await night()).toMatchObject({ already: AREAS - 3 });
  expect(await night()).toEqual({ already: AREAS });
  // what a person says of it counts, and the file of the area is renewed
  await database.servicePool.query(
    `UPDATE register_events SET kind = 'swap', state = 'confirmed', decided_at = now() WHERE tenant = $1`,
    [TENANT],
  );
  expect(await night()).toMatchObject({ already: AREAS - 1 });
  const rows = await published();
  const swapped = rows.find(({ device_id }) => device_id === deviceOf(3));
  expect(swapped?.['evidence_days']).toBeLessThan(8);
  const verified = rows.find(({ device_id }) => device_id === deviceOf(4));
  expect(verified?.['evidence_days']).toBeLessThan(12);
}, 240_000);

test('a reading of the last hours that comes late is seen without a word of its arrival', async () => {
  const late = { deviceId: idOf(fleet.input.areas[5]?.members[1]?.meter ?? -1), from: 0, to: 0 };
  const held = { ...late, from: 33 * PER_DAY - 2, to: 33 * PER_DAY - 2 };
  await stored.store(32 * PER_DAY + 1, 33 * PER_DAY, held);
  await night();
  await stored.arrive(held, 'when it was read');
  await stored.store(33 * PER_DAY + 1, DAYS * PER_DAY);
  const outcomes = await night();
  expect(outcomes.late).toBe(1);
}, 240_000);
