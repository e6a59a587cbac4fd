import { afterAll, beforeAll, expect, test } from 'vitest';
import { startClockRounds } from '../src/lib/clocks/clock-rounds.ts';
import { type World, createWorld, message, silent } from './support/world.ts';

const SLOT_MS = 6 * 3_600_000;
const topic = (device: string): string => `verimeter/v1/demo/${device}/readings`;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.rows(`UPDATE tenants SET zone = 'Asia/Ho_Chi_Minh'`);
});
afterAll(() => world.close());

test('what is seen while messages are committed is written when the worker stops, workers add up', async () => {
  const now = Math.floor(Date.now() / SLOT_MS) * SLOT_MS + 900_000;
  const send = (device: string, ts: number | undefined, lagMs: number) => {
    const payload = { ...(ts === undefined ? {} : { ts }), values: { active_power: 1 } };
    return message(topic(device), payload, { receivedAtUs: ((ts ?? now) + lagMs) * 1000 });
  };
  for (const lags of [
    [4000, 3000],
    [-25_200_000, 5000],
  ]) {
    const pipeline = world.pipeline();
    // oxlint-disable-next-line no-await-in-loop -- two workers, one after the other
    await Promise.all(
      lags.map((lagMs, k) => pipeline.accept(send('M1', now + k * 900_000, lagMs))),
    );
    // oxlint-disable-next-line no-await-in-loop
    await pipeline.accept(send('M2', undefined, 0));
    // oxlint-disable-next-line no-await-in-loop
    await pipeline.accept(
      message(topic('M3'), { ts: 946_684_800_000, values: { active_power: 1 } }),
    );
    // oxlint-disable-next-line no-await-in-loop
    await pipeline.accept(send('nobody', now, 0));
    // oxlint-disable-next-line no-await-in-loop
    await pipeline.close();
  }
  const seen = await world.rows(
    `SELECT device_id, sum(messages)::int AS messages, min(lag_min_ms) AS least, max(lag_max_ms) AS most, min(step_ms) AS step,
            sum(future)::int AS future, sum(unset)::int AS unset, sum(arrival)::int AS arrival
       FROM clock_observations GROUP BY device_id ORDER BY device_id`,
  );
  const nothing = {
    messages: 0,
    least: null,
    most: null,
    step: null,
    future: 0,
    unset: 0,
    arrival: 0,
  };
  expect(seen).toEqual([
    {
      ...nothing,
      device_id: 'M1',
      messages: 4,
      least: -25_200_000,
      most: 5000,
      step: 900_000,
      future: 1,
    },
    { ...nothing, device_id: 'M2', arrival: 2 },
    { ...nothing, device_id: 'M3', unset: 2 },
  ]);
});

test('a round classifies the clocks of which something was seen, by their history, zone and area', async () => {
  await world.rows('DELETE FROM clock_observations');
  // five slots of 24 quarter-hours before this one, each a moment late, seven hours ahead, or right
  await world.rows(
    `INSERT INTO clock_observations
       SELECT 'demo', d.device_id, date_bin('6 hours', now(), 'epoch') - s * interval '6 hours', now(), 24, d.lag, d.lag + 9000, 0, 900000,
              0, 0, 0, 0, 0
         FROM generate_series(1, 5) s CROSS JOIN (VALUES ('M4', 2000), ('M5', -25199000), ('M6', 1000)) AS d (device_id, lag)`,
  );
  await world.rows(
    `WITH run AS (INSERT INTO analysis_runs (tenant, model_version, configuration) VALUES ('demo', 'm', '{}') RETURNING run_id)
     INSERT INTO health (tenant, device_id, run_id, indication, recommendation, legal_status, model_version, evidence)
       SELECT 'demo', 'M6', run_id, 'clock_fault', 'inspect', 'unknown', 'm', '[{"code":"stamps_shifted","values":{"minutes":-15}}]' FROM run`,
  );
  const rounds = startClockRounds(world.pool, silent);
  const pipeline = world.pipeline({ clocks: rounds });
  const now = Date.now();
  for (const [device, offset] of [
    ['M4', 0],
    ['M5', 25_200_000],
    ['M6', 0],
  ] as const)
    // oxlint-disable-next-line no-await-in-loop
    await pipeline.accept(
      message(
        topic(device),
        { ts: now - 1000 + offset, values: { active_power: 1 } },
        { receivedAtUs: now * 1000 },
      ),
    );
  await rounds.round();
  const clocks = () =>
    world.rows(
      'SELECT device_id, state, zone_minutes, steps, offset_s FROM device_clocks ORDER BY device_id',
    );
  expect(await clocks()).toEqual([
    {
      device_id: 'M4',
      state: 'ok',
      zone_minutes: null,
      steps: null,
      offset_s: expect.closeTo(-0.5, 0),
    },
    {
      device_id: 'M5',
      state: 'wrong_zone',
      zone_minutes: 420,
      steps: null,
      offset_s: expect.closeTo(25_199, -1),
    },
    { device_id: 'M6', state: 'interval_shift', zone_minutes: null, steps: -1, offset_s: -900 },
  ]);
});

test('observations end with their window, and a device that is removed takes them along', async () => {
  await world.rows(
    `INSERT INTO clock_observations
       SELECT 'demo', 'M7', now() - s * interval '1 day', now(), 1, 0, 0, 0, NULL, 0, 0, 0, 0, 0 FROM generate_series(34, 37) s`,
  );
  const rounds = startClockRounds(world.pool, silent);
  await rounds.round();
  await rounds.stop();
  const own = `SELECT count(*)::int AS count FROM clock_observations WHERE device_id = 'M7'`;
  expect(await world.rows(own)).toEqual([{ count: 1 }]);
  await world.rows(`DELETE FROM devices WHERE device_id = 'M7'`);
  expect(await world.rows(own)).toEqual([{ count: 0 }]);
});
