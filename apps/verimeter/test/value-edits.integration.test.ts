import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, withTransaction } from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const pool = database.servicePool;
  await pool.query(
    `INSERT INTO tenants VALUES ('demo');
     INSERT INTO devices (tenant, device_id, kind) VALUES ('demo', 'w1', 'water_meter')`,
  );
  await withTransaction(pool, async (client) => {
    const [channel] = await ensureChannels(client, [
      { tenant: 'demo', deviceId: 'w1', quantity: 'water_volume', unit: 'm3' },
    ]);
    const batch = createReadingBatch(1);
    batch.length = 1;
    batch.channelId[0] = channel?.channelId ?? 0;
    batch.tsUs[0] = Date.UTC(2026, 2, 1, 10) * 1000;
    batch.value[0] = 83.5;
    batch.receivedAtUs[0] = Date.UTC(2026, 2, 1, 10, 1) * 1000;
    await createTimescaleStore(pool).write(client, batch);
  });
});
afterAll(() => database.drop());

const AT = ['--device', 'w1', '--quantity', 'water_volume', '--at', '2026-03-01T10:00:00Z'];
const validation = (...args: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram(['validation', ...args, ...AT], { DATABASE_URL: database.url });

test('a value is replaced, the edit undone, and its history told', async () => {
  const reason = ['--reason', 'photo of the meter'];
  const made = await validation('edit', 'replace', '--value', '82.5', ...reason, '--json');
  expect(made).toMatchObject({ status: 0 });
  expect(JSON.parse(made.stdout)).toMatchObject({
    ts: '2026-03-01T10:00:00.000Z',
    version: 1,
    value: 82.5,
    code: '3.7.0',
    action: 'replace',
    edited_by: expect.stringMatching(/ \(command line\)$/),
    reason: 'photo of the meter',
    in_force: true,
  });
  const undone = await validation('edit', 'undo', '--version', '1', '--reason', 'wrong meter');
  expect(undone).toMatchObject({ status: 0 });
  const history = await validation('history', '--json');
  const items: unknown = JSON.parse(history.stdout);
  expect(items).toMatchObject([
    { version: 0, value: 83.5, in_force: true },
    { version: 1, value: 82.5, in_force: false },
    { version: 2, value: 83.5, in_force: false },
  ]);
  expect(items).toHaveLength(3);
  const told = await validation('history');
  expect(told.stdout).toMatch(/replace\s+.*photo of the meter/);
  const { rows } = await database.servicePool.query('SELECT value FROM readings');
  expect(rows).toEqual([{ value: 83.5 }]);
});

test('where nothing was read a value is filled, and no reading is said to stay', async () => {
  const at = [...AT.slice(0, -1), '2026-03-01T11:00:00Z'];
  const filled = await runProgram(
    ['validation', 'edit', 'fill', '--value', '83.6', '--reason', 'photo', ...at],
    { DATABASE_URL: database.url },
  );
  expect(filled).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('there is no reading beside it'),
  });
});

test.each([
  ['2026-03-01', /--at must be an instant \(2026-11-23T07:15:00Z\), not 2026-03-01/],
  ['2026-03-01T10:00:00', /has no time zone; add Z or an offset/],
])('no value is edited at %s', async (at, message) => {
  const answer = await runProgram(
    ['validation', 'edit', 'fill', '--value', '1', '--reason', 'r', ...AT.slice(0, -1), at],
    { DATABASE_URL: database.url },
  );
  expect(answer).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
});

test.each([
  [['edit', 'undo', '--reason', 'r'], 2, /--version is required.*verimeter validation history/],
  [['edit', 'replace', '--value', '1'], 2, /--reason is required: say why the value is edited/],
  [['edit', 'replace', '--reason', 'r'], 2, /--value is required to replace/],
  [['edit', 'replace', '--value', 'much', '--reason', 'r'], 2, /--value must be a number/],
  [['edit', 'change', '--reason', 'r'], 2, /replace.*fill.*confirm.*reject.*undo/],
  [
    ['edit', 'fill', '--value', '1', '--reason', 'r'],
    1,
    /There is a reading at this instant; replace it/,
  ],
  [['edit', 'undo', '--version', '9', '--reason', 'r'], 1, /not an edit/],
  [['history', 'surplus'], 2, /surplus is too much/],
])('%j: %i', async (args, status, message) => {
  const answer = await validation(...args);
  expect({ status: answer.status, stderr: answer.stderr }).toEqual({
    status,
    stderr: expect.stringMatching(message),
  });
});

test('a value more than a day ahead is not edited', async () => {
  const at = new Date(Date.now() + 25 * 3600e3).toISOString();
  const place = ['--device', 'w1', '--quantity', 'water_volume', '--at', at];
  const answer = await runProgram(
    ['validation', 'edit', 'fill', '--value', '1', '--reason', 'photo of the meter'].concat(place),
    { DATABASE_URL: database.url },
  );
  expect({ status: answer.status, stderr: answer.stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(/--at is more than a day ahead; give the time of a value/),
  });
});
