import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { float8Array, int4Array, int8Array, timestamptzArray } from '../src/lib/binary-arrays.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('PostgreSQL reads the arrays as they were meant', async () => {
  const us = fc.integer({ min: Date.UTC(1950, 0) * 1000, max: Date.UTC(2200, 0) * 1000 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      fc.array(fc.maxSafeInteger()),
      fc.array(fc.double()),
      fc.array(us),
      async (ints, longs, doubles, instants) => {
        const { rows } = await database.servicePool.query<Record<string, unknown>>(
          `SELECT $1::int4[] AS ints, $2::int8[]::text[] AS longs, $3::float8[] AS doubles,
                  ARRAY(SELECT (extract(epoch FROM t) * 1000000)::int8::text FROM unnest($4::timestamptz[]) t) AS instants`,
          [int4Array(ints), int8Array(longs), float8Array(doubles), timestamptzArray(instants)],
        );
        const [row] = rows;
        expect(row?.['ints']).toEqual(ints);
        expect(row?.['longs']).toEqual(longs.map(String));
        expect(row?.['doubles']).toEqual(doubles);
        expect(row?.['instants']).toEqual(instants.map(String));
      },
    ),
    { numRuns: 50 },
  );
});
