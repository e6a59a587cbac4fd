import { lookForDays } from '@verimeter/analytics';
import { type TestDatabase, createTestDatabase, runSql } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { typedColumns } from '../src/lib/export/column-types.ts';
import { EXPORTS, type Row, exportCells } from '../src/lib/export/exports.ts';
import { queryRows } from '../src/lib/export/query-rows.ts';
import { readingRows } from '../src/lib/export/reading-rows.ts';
import { csvFormat } from '../src/lib/export/text-formats.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  // Ids of channels in another order than that of devices and quantities.
  await runSql(
    database.url,
    `INSERT INTO tenants (tenant) VALUES ('demo'), ('other'), ('silent');
     INSERT INTO devices (tenant, device_id, kind)
     SELECT t, d, 'electricity_meter' FROM unnest('{demo,other}'::text[]) t, unnest('{b,B,a,c}'::text[]) d;
     INSERT INTO channels (tenant, device_id, quantity, unit)
     SELECT t, d, q.name, q.unit
       FROM unnest('{demo,other}'::text[]) t, unnest('{c,a,b,B}'::text[]) d,
            (VALUES ('voltage_l1', 'V'), ('active_energy_import', 'kW.h')) AS q (name, unit);
     SELECT ensure_reading_partitions('2026-09-01Z', '2026-11-30Z');
     -- a silent channel, and one of which nothing but conflicts is there: B active_energy_import, a voltage_l1
     INSERT INTO readings (channel_id, ts, value, flags, received_at)
     SELECT channel_id, '2026-09-30T20:00Z'::timestamptz + k * interval '1 minute', 1000 * channel_id + k / 8.0, 8 * (k % 2),
            '2026-11-01T00:00:00.123456Z'::timestamptz + k * interval '1 second'
       FROM channels, generate_series(0, 700) k
      WHERE (device_id, quantity) NOT IN (('B', 'active_energy_import'), ('a', 'voltage_l1'));
     INSERT INTO reading_conflicts (tenant, channel_id, ts, value, received_at)
     SELECT tenant, channel_id, '2026-09-30T20:00Z'::timestamptz + k * interval '1 minute', v, '2026-11-02Z'
       FROM channels, generate_series(0, 2600) k, unnest('{7,-7.5}'::float8[]) v
      WHERE (device_id, quantity) IN (('a', 'active_energy_import'), ('a', 'voltage_l1'), ('c', 'voltage_l1'))`,
  );
});
afterAll(() => database.drop());

const exported = async (tenant: string): Promise<Row[]> => {
  const rows: Row[] = [];
  const store = createTimescaleStore(database.servicePool);
  for await (const piece of readingRows(database.servicePool, store, tenant)) {
    expect(piece.length).toBeLessThanOrEqual(5000);
    rows.push(...piece);
  }
  return rows;
};

/** As one statement over both tables says it: a conflict comes with the reading that it conflicts with, or not at all. */
const ALL = `
  SELECT c.device_id, c.quantity, c.unit, r.ts, r.value, r.flags, r.received_at, r.current
    FROM channels c JOIN (
      SELECT channel_id, ts, value, flags, received_at, true AS current FROM readings
      UNION ALL
      SELECT channel_id, ts, x.value, x.flags, x.received_at, false
        FROM reading_conflicts x JOIN readings USING (channel_id, ts)) r USING (channel_id)
   WHERE c.tenant = $1
   ORDER BY c.device_id COLLATE "C", c.quantity COLLATE "C", r.ts, r.current DESC, r.value`;

test('an export has all readings of a tenant and their conflicts, in the order of one statement', async () => {
  const expected = await database.servicePool.query<Row>(ALL, ['demo']);
  const rows = await exported('demo');
  expect(rows.length).toBe(6 * 701 + 2 * 701 * 2);
  expect(rows).toEqual(expected.rows);
});

test('a tenant without channels has none', async () => {
  expect(await exported('silent')).toEqual([]);
});

test('the line of a conflict says that it is not current', async () => {
  const rows = (await exported('demo')).slice(701, 704);
  async function* pieces() {
    yield rows;
  }
  const text: string[] = [];
  const cells = exportCells(EXPORTS.readings, pieces(), () => undefined);
  for await (const piece of csvFormat(typedColumns(EXPORTS.readings), cells))
    text.push(String(piece));
  const at = '2026-09-30T20:00:00.000Z';
  expect(text.join('').split('\n')).toEqual([
    'device_id,quantity,ts,value,unit,quality,received_at,ts_source,current',
    `a,active_energy_import,${at},${String(rows[0]?.['value'])},kW.h,,2026-11-01T00:00:00.123456Z,device,true`,
    `a,active_energy_import,${at},-7.5,kW.h,,2026-11-02T00:00:00.000Z,device,false`,
    `a,active_energy_import,${at},7,kW.h,,2026-11-02T00:00:00.000Z,device,false`,
    '',
  ]);
});

test('intervals of registers are quarter-hours with the version of their day', async () => {
  const { servicePool: pool } = database;
  await lookForDays({ pool, store: createTimescaleStore(pool), tenant: 'demo' });
  await pool.query(
    `INSERT INTO device_clocks (tenant, device_id, state, offset_s, uncertainty_s, since, last_received_at)
     VALUES ('demo', 'a', 'ahead', 90, 1.5, '2026-10-01T07:00Z', '2026-11-01Z')`,
  );
  const text: string[] = [];
  let rows = 0;
  const { sql = '', fetchRows } = EXPORTS.intervals;
  const cells = exportCells(
    EXPORTS.intervals,
    queryRows(pool, 'demo', { sql, fetchRows }),
    (count) => {
      rows += count;
    },
  );
  for await (const piece of csvFormat(typedColumns(EXPORTS.intervals), cells))
    text.push(String(piece));
  const [header, ...lines] = text.join('').trimEnd().split('\n');
  expect(header).toBe(
    'device_id,quantity,start,end,from,to,amount,unit,coverage,quality,clock_offset_s,clock_uncertainty_s,clock_state,version',
  );
  // a, b and c from 20:00 to 07:45, across midnight
  expect(rows).toBe(3 * 47);
  expect(lines).toHaveLength(rows);
  const [eight, quarter] = ['2026-09-30T20:00:00.000Z', '2026-09-30T20:15:00.000Z'];
  expect(lines[0]).toBe(
    `a,active_energy_import,${eight},${quarter},${eight},${quarter},1.875,kW.h,1,exact,,,ahead,1`,
  );
  expect(lines[46]?.split(',').slice(3)).toEqual([
    '2026-10-01T07:45:00.000Z',
    '2026-10-01T07:30:00.000Z',
    '2026-10-01T07:40:00.000Z',
    '1.25',
    'kW.h',
    String(2 / 3),
    'shifted',
    '90',
    '1.5',
    'ahead',
    '1',
  ]);
  expect(lines[47]).toMatch(/^b,/);
});
