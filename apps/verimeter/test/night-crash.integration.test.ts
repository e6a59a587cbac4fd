import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openKeptFiles, runNight } from '@verimeter/analytics';
import { AUTO } from '@verimeter/open-store';
import { createServicePool } from '@verimeter/registry';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fillStore, groupIdOf } from '../src/lib/bench/fill-store.ts';
import { makeTemplates, type Templates } from '../src/lib/bench/template-areas.ts';

const NIGHT = fileURLToPath(new URL('../src/lib/bench/night-process.ts', import.meta.url));
/** Three batches of one thread. */
const AREAS = 20;
const FIRST_BATCH = 8;

let database: TestDatabase;
let directory: string;
let templates: Templates;
let child: ChildProcess | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-crash-'));
  templates = makeTemplates(1, () => undefined);
  for (const tenant of ['calm', 'killed']) {
    const pool = createServicePool(database.url, { applicationName: 'test', max: 1 });
    // oxlint-disable-next-line no-await-in-loop -- temporary tables of one connection
    await fillStore(pool, templates, { tenant, directory, areas: AREAS, onStep: () => undefined });
    // oxlint-disable-next-line no-await-in-loop
    await pool.end();
    // oxlint-disable-next-line no-await-in-loop
    await loseSome(tenant);
  }
}, 240_000);
afterAll(async () => {
  child?.kill('SIGKILL');
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

/** An area of each batch has no file: it is analysed in full. */
async function loseSome(tenant: string): Promise<void> {
  const files = openKeptFiles(directory, tenant);
  for (const area of [2, 11, 19]) {
    // oxlint-disable-next-line no-await-in-loop
    const kept = await files.readArea(groupIdOf(area));
    // oxlint-disable-next-line no-await-in-loop
    if (kept !== undefined) await files.writeArea({ ...kept, generation: 'another' });
  }
}

const request = (tenant: string) => ({
  databaseUrl: database.url,
  readingStore: AUTO,
  tenant,
  directory,
  asOfUs: templates.asOfUs,
  threads: 1,
});

/** Everything that is published of a tenant but for the numbers of its runs. */
async function publishedBy(tenant: string): Promise<unknown> {
  const rows = (table: string, order: string) =>
    database.servicePool.query(
      `SELECT to_jsonb(t) - 'run_id' - 'tenant' AS row FROM ${table} t WHERE tenant = $1 ORDER BY ${order}`,
      [tenant],
    );
  return {
    health: (await rows('health', 'device_id, quantity')).rows,
    history: (await rows('health_history', 'device_id, quantity, as_of')).rows,
    groups: (await rows('group_health', 'group_id')).rows,
    findings: (
      await database.servicePool.query(
        `SELECT device_id, group_id, quantity, indication, recommendation, group_status, status
           FROM findings WHERE tenant = $1 ORDER BY device_id, group_id, quantity`,
        [tenant],
      )
    ).rows,
  };
}

/** Areas that are published and kept for the night. */
async function keptAreas(tenant: string): Promise<number> {
  const files = openKeptFiles(directory, tenant);
  const kept = await Promise.all(
    Array.from({ length: AREAS }, (_, area) => files.readArea(groupIdOf(area))),
  );
  return kept.filter((area) => area?.generation !== 'another' && area?.asOfUs === templates.asOfUs)
    .length;
}

test('a night that is killed in the middle goes on where it was, and says what an undisturbed one says', async () => {
  await runNight(request('calm'));
  child = spawn(process.execPath, [NIGHT, JSON.stringify(request('killed'))], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await vi.waitFor(
    async () => expect(await keptAreas('killed')).toBeGreaterThanOrEqual(FIRST_BATCH - 1),
    { timeout: 60_000, interval: 10 },
  );
  child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  const done = await keptAreas('killed');
  expect(done).toBeLessThan(AREAS);
  expect(await publishedBy('killed')).not.toEqual(await publishedBy('calm'));

  const summary = await runNight(request('killed'));
  expect(summary?.outcomes.already).toBe(done);
  expect(await publishedBy('killed')).toEqual(await publishedBy('calm'));
}, 240_000);
