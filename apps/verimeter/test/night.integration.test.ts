import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type KeptArea, type NightSummary, openKeptFiles, runNight } from '@verimeter/analytics';
import { AUTO } from '@verimeter/open-store';
import { createServicePool } from '@verimeter/registry';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linearFit } from '../src/lib/bench/bench-analytics.ts';
import { fillStore, groupIdOf } from '../src/lib/bench/fill-store.ts';
import { makeTemplates, type Templates } from '../src/lib/bench/template-areas.ts';

const AREAS = 5;
const TENANT = 'night';
let database: TestDatabase;
let directory: string;
let templates: Templates;
let before: KeptArea | undefined;

const files = () => openKeptFiles(directory, TENANT);

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-night-'));
  templates = makeTemplates(1, () => undefined);
  const pool = createServicePool(database.url, { applicationName: 'test', max: 1 });
  await fillStore(pool, templates, {
    tenant: TENANT,
    directory,
    areas: AREAS,
    onStep: () => undefined,
  });
  await pool.end();
  before = await files().readArea(firstGroup);
}, 120_000);
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

const night = (threads: number): Promise<NightSummary | undefined> =>
  runNight({
    databaseUrl: database.url,
    readingStore: AUTO,
    tenant: TENANT,
    directory,
    asOfUs: templates.asOfUs,
    threads,
  });

const firstGroup = groupIdOf(0);

function keptBefore(): KeptArea {
  if (before === undefined) throw new Error('nothing was kept');
  return before;
}

/** Published estimates of an area by what follows its name. */
async function publishedOf(groupId: string): Promise<Map<string, number | null>> {
  const rows = await database.servicePool.query<{
    device_id: string;
    error_estimate: number | null;
  }>(
    'SELECT device_id, error_estimate FROM health WHERE tenant = $1 AND group_id = $2 ORDER BY device_id',
    [TENANT, groupId],
  );
  return new Map(rows.rows.map((row) => [row.device_id.slice(groupId.length), row.error_estimate]));
}

test('a night goes on with every area and publishes every device of it', async () => {
  expect(await night(2)).toMatchObject({ areas: AREAS, outcomes: { went_on: AREAS } });
  const first = await publishedOf(firstGroup);
  expect(first.size).toBe(61);
  // copies of one area: the same answers, whatever thread and batch they came in
  for (let area = 1; area < AREAS; area++)
    expect(await publishedOf(groupIdOf(area))).toEqual(first);
  const areas = await database.servicePool.query(
    "SELECT FROM group_health WHERE tenant = $1 AND status = 'ok'",
    [TENANT],
  );
  expect(areas.rowCount).toBe(AREAS);
}, 120_000);

test('again, as after a crash, it does only what is missing', async () => {
  const done = await files().readArea(firstGroup);
  await files().writeArea(keptBefore());
  const published = await publishedOf(firstGroup);
  expect((await night(1))?.outcomes).toEqual({ went_on: 1, already: AREAS - 1 });
  // but for what the other areas of the first time have taught the fleet
  expect([...(await publishedOf(firstGroup)).keys()]).toEqual([...published.keys()]);
  expect((await files().readArea(firstGroup))?.area?.sums).toEqual(done?.area?.sums);
}, 120_000);

test('an area is the same from its file, but for the precision of what is kept in single', async () => {
  const copies = openKeptFiles(directory, 'copies');
  const [template] = templates.frozen;
  if (template === undefined) throw new Error('a template');
  await copies.writeArea({ ...keptBefore(), groupId: 'copy', area: template });
  const read = await copies.readArea('copy');
  expect({ ...read?.area, sums: undefined, units: undefined }).toEqual({
    ...template,
    sums: undefined,
    units: undefined,
  });
  expect(read?.area?.sums.gram).toEqual(template.sums.gram);
  expect(read?.area?.sums.blockRows).toEqual(
    new Float64Array(new Float32Array(template.sums.blockRows)),
  );
});

test('a file that was torn counts as none', async () => {
  const copies = openKeptFiles(directory, 'copies');
  await copies.writeArea({ ...keptBefore(), groupId: 'copy' });
  const folder = path.join(directory, 'tenant-copies');
  const names = await readdir(folder, { recursive: true });
  const name = names.find((found) => found.endsWith('.area')) ?? '';
  for (const length of [200_000, 100_000, 1000, 3, 0]) {
    await truncate(path.join(folder, name), length);
    expect(await copies.readArea('copy')).toBeUndefined();
  }
});

test('without what the fleet knows from the night before, all areas are analysed in full', async () => {
  expect(await files().readArea('nowhere')).toBeUndefined();
  const folder = path.join(directory, `tenant-${TENANT}`);
  const [version = ''] = await readdir(folder);
  await rm(path.join(folder, version, 'fleet'));
  expect((await night(1))?.outcomes).toEqual({ new: AREAS });
}, 120_000);

test('the line through the sizes', () => {
  const fit = linearFit([
    { meters: 10_000, seconds: 12 },
    { meters: 20_000, seconds: 22 },
    { meters: 40_000, seconds: 42 },
  ]);
  expect(fit.seconds_at_zero).toBeCloseTo(2, 9);
  expect(fit.seconds_at_million).toBeCloseTo(1002, 6);
  expect(fit.largest_deviation).toBeCloseTo(0, 9);
});
