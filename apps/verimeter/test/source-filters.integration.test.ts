import { overlappingFilters } from '@verimeter/payload-codecs';
import { type TestDatabase, createTestDatabase, runSql } from '@verimeter/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const level = fc.constantFrom('a', 'b', 'c d', '', '+');
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));
const filters = fc
  .tuple(fc.array(filter, { minLength: 1, maxLength: 3 }), fc.constantFrom(',', ', ', '\n', '\r\n'))
  .map(([list, separator]) => list.join(separator));

test('database and decoder agree on which filters overlap', async () => {
  const pairs = fc.sample(fc.tuple(filters, filters), { numRuns: 3000, seed: 50 });
  const json = JSON.stringify(pairs).replaceAll("'", "''");
  const rows = await runSql<{ overlap: boolean }>(
    database.url,
    `SELECT filters_overlap(p ->> 0, p ->> 1) AS overlap
       FROM jsonb_array_elements('${json}'::jsonb) WITH ORDINALITY AS e (p, n) ORDER BY n`,
  );
  expect(rows.map(({ overlap }) => overlap)).toEqual(
    pairs.map(([left, right]) => overlappingFilters(left, right)),
  );
  expect(rows.some(({ overlap }) => overlap) && rows.some(({ overlap }) => !overlap)).toBe(true);
});
