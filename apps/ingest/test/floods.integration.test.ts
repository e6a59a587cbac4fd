import { trimMessageFloods } from '@verimeter/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BURST } from '../src/lib/floods/message-rates.ts';
import { type World, createWorld, message } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** A worker that takes so many messages beyond the burst of each topic at once, and stops. */
async function flood(...topics: readonly (readonly [topic: string, beyond: number])[]) {
  const pipeline = world.pipeline();
  await Promise.all(
    topics.flatMap(([topic, beyond]) =>
      Array.from({ length: BURST + beyond }, () => pipeline.accept(message(topic, '{'))),
    ),
  );
  await pipeline.close();
}

const floods = () =>
  world.rows(
    'SELECT tenant, sender, beyond, until >= since AS ends, top_rate_per_s > 50 AS fast FROM message_floods ORDER BY since, sender',
  );

test('who sends too much is one row as long as it goes on, whichever worker sees it', async () => {
  const row = { tenant: 'demo', ends: true, fast: true };
  const gateway = 'verimeter/v1/demo/GW/children/M1/readings';
  const begun = Date.now() * 1000;
  // Tokens come back while a burst is taken: how many are beyond it is not said to the last.
  await flood([gateway, 400], ['verimeter/v1/nowhere/X/readings', 300], ['a/b', 300]);
  const first = await floods();
  expect(first).toHaveLength(3);
  expect(first).toEqual(
    expect.arrayContaining(
      ['GW', 'a/b', 'nowhere/X'].map((sender) => ({ ...row, sender, beyond: expect.any(Number) })),
    ),
  );
  const [since] = await world.rows<{ since: number; until: number }>(
    `SELECT since, until FROM message_floods WHERE sender = 'GW'`,
  );
  expect(since?.since).toBeGreaterThanOrEqual(begun);
  expect(since?.until).toBeLessThanOrEqual(Date.now() * 1000);

  await flood([gateway, 300]);
  const again = await floods();
  expect(again).toHaveLength(3);
  const beyond = (rows: typeof again) =>
    Number(rows.find(({ sender }) => sender === 'GW')?.['beyond']);
  expect(beyond(again)).toBeGreaterThan(beyond(first));

  // After minutes of quiet it is another flood.
  await world.rows(
    `UPDATE message_floods SET since = since - interval '9 minutes', until = until - interval '9 minutes'`,
  );
  await flood([gateway, 300]);
  const senders = await world.rows('SELECT sender FROM message_floods ORDER BY sender COLLATE "C"');
  expect(senders.map(({ sender }) => sender)).toEqual(['GW', 'GW', 'a/b', 'nowhere/X']);
});

test('who sends within the rate is not noted, and what was is kept for a month and in number', async () => {
  await world.rows('DELETE FROM message_floods');
  await flood(['verimeter/v1/demo/M1/readings', 0]);
  expect(await floods()).toEqual([]);
  await world.rows(
    `INSERT INTO message_floods
     SELECT 'demo', 'S' || k, now() - k * interval '40 minutes', now() - k * interval '40 minutes', 1, 60, 60
       FROM generate_series(0, 1200) k`,
  );
  await world.rows(
    `INSERT INTO message_floods SELECT 'demo', 'T' || k, now(), now(), 1, 60, 60 FROM generate_series(1, 100) k`,
  );
  await trimMessageFloods(world.pool);
  expect(
    await world.rows(
      `SELECT count(*) FILTER (WHERE sender LIKE 'T%') AS newest, count(*) FILTER (WHERE sender = 'S900') AS ninth_hundredth, count(*) AS kept
         FROM message_floods`,
    ),
  ).toEqual([{ newest: 100, ninth_hundredth: 0, kept: 1000 }]);
  await world.rows(
    `UPDATE message_floods SET until = now() - interval '31 days' WHERE sender <> 'S0'`,
  );
  await trimMessageFloods(world.pool);
  expect(await world.rows('SELECT sender FROM message_floods')).toEqual([{ sender: 'S0' }]);
});
