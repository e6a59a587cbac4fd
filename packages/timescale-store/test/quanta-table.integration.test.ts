import { OUTCOME, createReadingBatch } from '@verimeter/reading-store';
import { type TestDatabase, createTestDatabase, transaction } from '@verimeter/test-support';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChannelDecimals, quantaColumns } from '../src/lib/hypertable/quanta.ts';
import { quantaTable, viewOfHypertable } from '../src/lib/hypertable/schema.ts';
import { createQuantaForm } from '../src/lib/hypertable/write-form.ts';
import { prepareWrite, writeBatch } from '../src/lib/write.ts';

// The table of the hypertable without TimescaleDB: what it keeps, and what a reader gets, do not depend on the extension.

let database: TestDatabase;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`${quantaTable('some_quanta')} ${viewOfHypertable('some_readings', 'some_quanta')}
    GRANT SELECT, INSERT ON some_quanta TO verimeter_service; GRANT SELECT ON some_readings TO verimeter_service`);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const START_US = Date.UTC(2026, 2, 1) * 1000;
const RECEIVED_US = Date.UTC(2026, 2, 20, 3) * 1000 + 999_999;

/** Doubles of all sizes, registers among them. The generator is congruential: any spread of bits will do. */
function values(count: number): number[] {
  const bits = new DataView(new ArrayBuffer(8));
  let state = 12_345;
  const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0);
  return Array.from({ length: count }, (_, k) => {
    if (k % 3 === 0) return next() / 1000;
    if (k % 3 === 1) return next() / 10 ** (k % 23);
    bits.setUint32(0, next());
    bits.setUint32(4, next());
    const any = bits.getFloat64(0);
    return Number.isFinite(any) ? any : k;
  });
}

describe.each([
  ['copied', 2000],
  ['inserted', 300],
])('rows in quanta, %s', (_, count) => {
  test('read as they were sent, to the last bit, with whole seconds of arrival', async () => {
    const form = createQuantaForm(createChannelDecimals(), 'some_quanta');
    const batch = createReadingBatch(count);
    batch.length = count;
    for (const [row, value] of values(count).entries()) {
      batch.channelId[row] = count; // channels of its own
      batch.tsUs[row] = START_US + row;
      batch.value[row] = value;
      batch.flags[row] = row % 7;
      batch.receivedAtUs[row] = RECEIVED_US + row;
    }
    const outcomes = await transaction(database.servicePool, (client) =>
      writeBatch(client, batch, prepareWrite(batch, form, true), false),
    );
    expect(new Set(outcomes)).toEqual(new Set([OUTCOME.stored]));
    const { rows } = await database.servicePool.query<{
      value: number;
      flags: number;
      received_at: number;
    }>(
      'SELECT value, flags, received_at FROM some_readings WHERE channel_id = $1 ORDER BY channel_id, ts',
      [count],
    );
    expect(rows).toEqual(
      Array.from({ length: count }, (__, row) => ({
        value: (batch.value[row] ?? 0) + 0,
        flags: row % 7,
        received_at: Math.floor((RECEIVED_US + row) / 1e6) * 1e6,
      })),
    );
    const all = Uint32Array.from({ length: count }, (__, row) => row);
    const kept = quantaColumns(batch, all, createChannelDecimals());
    const inQuanta = [...kept.decimals].filter((decimals) => decimals >= 0).length;
    const found = await admin.query(
      `SELECT count(quanta)::int AS quanta, count(value)::int AS value FROM some_quanta WHERE channel_id = ${count}`,
    );
    expect(found.rows).toEqual([{ quanta: inQuanta, value: count - inQuanta }]);
    expect(inQuanta).toBeGreaterThan(count / 3);
    expect(inQuanta).toBeLessThan(count);
  });
});

test('a row has one form', async () => {
  for (const [quanta, decimals, value] of [
    [null, null, null],
    [1, 0, 1],
    [1, null, null],
    [1, 23, null],
  ])
    // oxlint-disable-next-line no-await-in-loop
    await expect(
      admin.query(
        'INSERT INTO some_quanta (channel_id, ts, quanta, decimals, value, received_s) VALUES (1, now(), $1, $2, $3, 0)',
        [quanta, decimals, value],
      ),
    ).rejects.toMatchObject({ code: '23514' });
});
