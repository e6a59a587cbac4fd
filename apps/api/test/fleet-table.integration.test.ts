import { DEVICE_KINDS, INDICATIONS, LEGAL_STATUSES, RECOMMENDATIONS } from '@verimeter/telemetry';
import { FINDING_STATUSES, FLEET_SORTS, fleetFacets, fleetList } from '@verimeter/api-schema';
import { runSql } from '@verimeter/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';
import { type Filters, type OracleRow, askOracle } from './fleet-oracle.ts';
import { generateFleet } from './generated-fleet.ts';

const TENANT = 'b';
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture({ rateLimit: { perSecond: 1e6, burst: 1e6 } });
  await generateFleet(fixture.database.servicePool, TENANT, { from: 1, to: 500 });
  // The questions of the tests look at every row of everything.
  await runSql(fixture.database.url, 'ANALYZE');
});
afterAll(() => fixture.stop());

const key = (): string => fixture.keys.b.viewer;

function pathOf(filters: Filters, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams(more);
  for (const [name, value] of Object.entries(filters))
    if (value !== undefined) params.set(name, value);
  return params.toString();
}

interface Page {
  readonly items: readonly OracleRow[];
  readonly total: number;
  readonly next_cursor: string | null;
}

async function page(filters: Filters, more: Readonly<Record<string, string>>): Promise<Page> {
  const answer = await fixture.request(`/fleet?${pathOf(filters, more)}`, { key: key() });
  expect(answer.body).toMatchObject({ total: expect.any(Number) });
  return answer.body;
}

/** Columns that the place of a row depends on. */
const SORTED_BY = [
  'rank',
  'error_estimate',
  'of_limit',
  'probability_over_limit',
  'probability_drifted',
  'minimum_detectable',
  'exit_date_median',
  'due_on',
  'last_seen',
];

const nameOf = (row: OracleRow): string => `${row.device_id} ${row.quantity ?? ''}`;

const someOf = (values: readonly string[]) =>
  fc.option(
    fc.subarray([...values], { minLength: 1, maxLength: 3 }).map((chosen) => chosen.join(',')),
    { nil: undefined, freq: 1 },
  );
const oneOf = (...values: readonly string[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });

const countNew = async (): Promise<number> => (await page({ q: 'ORDER-' }, {})).total;
const insert = (id: string): string =>
  `INSERT INTO devices (tenant, device_id, kind) VALUES ('${TENANT}', 'ORDER-${id}', 'gateway')`;

/** Mostly one or two filters: with all of them nothing is left. */
const filters = fc
  .record({
    kind: someOf(DEVICE_KINDS),
    recommendation: someOf(RECOMMENDATIONS),
    indication: someOf(INDICATIONS.slice(0, 9)),
    legal_status: someOf(LEGAL_STATUSES),
    finding_status: someOf([...FINDING_STATUSES, 'none']),
    online: someOf(['true', 'false', 'unknown']),
    due_before: oneOf('2026-06-30', '2027-01-31', '1990-01-01'),
    group: oneOf('G1', 'G5', 'G12', 'NO-SUCH'),
    manufacturer: oneOf('EMIC', 'Itron, "Inc"', 'emic'),
    model: oneOf('M1', 'M2'),
    accuracy_class: oneOf('0.5S', '1', '9'),
    q: oneOf('d-1', 'le loi', 'Lê', 'SE1', 'đien', 'phu 1', '.', 'hong 7', '\0', '\u0300'),
  })
  .chain((all) =>
    fc
      .subarray(Object.keys(all), { maxLength: 3 })
      .map((kept): Filters =>
        Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name))),
      ),
  );
const sorts = fc.constantFrom(...FLEET_SORTS.flatMap((sort) => [sort, `-${sort}`]));

describe('GET /fleet', () => {
  test('answers what SQL answers, for any filters, order and length of pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        filters,
        sorts,
        fc.constantFrom(7, 100, 1000),
        async (chosen, sort, limit) => {
          const expected = await askOracle(fixture.database.servicePool, TENANT, chosen, sort);
          const found: string[] = [];
          let cursor: string | null | undefined;
          // All pages of long lists, and the first few of short pages.
          for (let pages = 0; cursor !== null && pages < 6; pages++) {
            // oxlint-disable-next-line no-await-in-loop -- each page gives the cursor of the next
            const answer = await page(chosen, {
              sort,
              limit: String(limit),
              ...(cursor === undefined ? {} : { cursor }),
            });
            expect(answer.total).toBe(expected.length);
            found.push(...answer.items.map(nameOf));
            cursor = answer.next_cursor;
          }
          expect(found).toEqual(expected.slice(0, found.length).map(nameOf));
          if (cursor === null) expect(found).toHaveLength(expected.length);
        },
      ),
      { numRuns: 120 },
    );
  }, 120_000);

  test('counts for each value what choosing it instead would show', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (chosen) => {
        const { body } = await fixture.request(`/fleet/facets?${pathOf(chosen)}`, { key: key() });
        expectShape(fleetFacets, body);
        for (const column of ['kind', 'legal_status', 'online', 'group', 'finding_status']) {
          // oxlint-disable-next-line no-await-in-loop
          const rows = await askOracle(
            fixture.database.servicePool,
            TENANT,
            { ...chosen, [column]: undefined },
            'device_id',
          );
          const counts = new Map<unknown, number>();
          for (const row of rows) {
            const value = row[column === 'group' ? 'group_id' : column] ?? null;
            const text = value === null ? null : `${value}`;
            counts.set(text, (counts.get(text) ?? 0) + 1);
          }
          const found = body.facets[column].values.map(
            (entry: { value: string | null; count: number }) => [entry.value, entry.count],
          );
          expect({ column, counts: new Map(found) }).toEqual({ column, counts });
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  test('follows changes between the pages: nothing twice, and nothing left out that has not moved', async () => {
    const { servicePool } = fixture.database;
    await fc.assert(
      fc.asyncProperty(sorts, fc.integer({ min: 0, max: 96 }), async (sort, salt) => {
        const before = await askOracle(servicePool, TENANT, {}, sort);
        const found: string[] = [];
        let cursor: string | null | undefined;
        for (let pages = 0; cursor !== null; pages++) {
          // oxlint-disable-next-line no-await-in-loop
          const answer = await page(
            {},
            { sort, limit: '100', ...(cursor === undefined ? {} : { cursor }) },
          );
          found.push(...answer.items.map(nameOf));
          cursor = answer.next_cursor;
          const step = salt + pages;
          // oxlint-disable-next-line no-await-in-loop
          await servicePool.query(
            `UPDATE health SET probability_drifted = (abs(hashtext(device_id)) % 20) / 20.0, recommendation = 'watch', exit_date_median = '2027-02-02'
              WHERE tenant = '${TENANT}' AND abs(hashtext(device_id || quantity)) % 97 = ${step % 97};
             DELETE FROM findings WHERE tenant = '${TENANT}' AND id % 97 = ${step % 97};
             UPDATE devices SET online = NOT online, manufacturer = 'New ' || manufacturer
              WHERE tenant = '${TENANT}' AND abs(hashtext(device_id)) % 97 = ${step % 97};
             DELETE FROM health WHERE tenant = '${TENANT}' AND abs(hashtext(device_id || quantity)) % 499 = ${step};
             INSERT INTO devices (tenant, device_id, kind, valid_until) VALUES ('${TENANT}', 'N-${salt}-${sort}-${pages}', 'water_meter', '2026-07-0${1 + (pages % 9)}')
             ON CONFLICT DO NOTHING`,
          );
        }
        const after = await askOracle(servicePool, TENANT, {}, sort);
        const places = (rows: readonly OracleRow[]): Map<string, string> =>
          new Map(
            rows.map((row) => [
              nameOf(row),
              JSON.stringify(SORTED_BY.map((column) => row[column])),
            ]),
          );
        const [old, now] = [places(before), places(after)];
        const seen = new Set(found);
        const stayed = [...old]
          .filter(([name, place]) => now.get(name) === place)
          .map(([name]) => name);
        expect(stayed.filter((name) => !seen.has(name))).toEqual([]);
        expect(stayed.filter((name) => found.indexOf(name) !== found.lastIndexOf(name))).toEqual(
          [],
        );
        // What is asked for now is what is there now.
        const fresh = await page({}, { sort, limit: '1000' });
        expect(fresh.items.map(nameOf)).toEqual(after.slice(0, 1000).map(nameOf));
        expect(fresh.total).toBe(after.length);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  test('sees what other connections commit, in whatever order they do', async () => {
    const { servicePool } = fixture.database;
    const [early, late] = [await servicePool.connect(), await servicePool.connect()];
    try {
      await early.query('BEGIN');
      await early.query(insert('1'));
      await late.query('BEGIN');
      await late.query(insert('2'));
      await late.query('COMMIT');
      expect(await countNew()).toBe(1);
      await early.query('COMMIT');
      expect(await countNew()).toBe(2);
      expect(await countNew()).toBe(2);
    } finally {
      early.release();
      late.release();
    }
  });

  test('a change of very many devices is there soon, and is not waited for', async () => {
    const { servicePool } = fixture.database;
    await generateFleet(servicePool, TENANT, { from: 2001, to: 7000, prefix: 'MANY-' });
    await expect
      .poll(async () => (await page({ q: 'MANY-' }, {})).total, { timeout: 20_000 })
      .toBe((await askOracle(servicePool, TENANT, { q: 'MANY-' }, 'risk')).length);
    await servicePool.query(`DELETE FROM findings WHERE tenant = $1 AND device_id LIKE 'MANY-%'`, [
      TENANT,
    ]);
    await servicePool.query(`DELETE FROM health WHERE tenant = $1 AND device_id LIKE 'MANY-%'`, [
      TENANT,
    ]);
    await servicePool.query(
      `DELETE FROM device_clocks WHERE tenant = $1 AND device_id LIKE 'MANY-%'`,
      [TENANT],
    );
    await servicePool.query(`DELETE FROM members WHERE tenant = $1 AND device_id LIKE 'MANY-%'`, [
      TENANT,
    ]);
    await servicePool.query(`DELETE FROM devices WHERE tenant = $1 AND device_id LIKE 'MANY-%'`, [
      TENANT,
    ]);
    await expect
      .poll(async () => (await page({ q: 'MANY-' }, {})).total, { timeout: 20_000 })
      .toBe(0);
  });

  test('rows have everything the table shows, and instants are instants', async () => {
    const { body } = await fixture.request('/fleet?q=m1');
    expectShape(fleetList, body);
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      device_id: 'm1',
      quantity: 'active_energy_import',
      serial: 'S1',
      last_seen: '2026-03-10T00:15:02.000Z',
      group_id: 'g1',
      group_name: 'Area 1',
      error_estimate: -0.031,
      legal_status: 'expired',
      due_on: '2024-05-01',
      finding_status: 'open',
    });
    // a device of which nothing is published
    const { body: without } = await fixture.request('/fleet?q=w1');
    expectShape(fleetList, without);
    expect(without.items[0]).toMatchObject({
      device_id: 'w1',
      quantity: null,
      indication: null,
      legal_status: 'unknown',
    });
  });

  test('shows no device of another tenant', async () => {
    const { body } = await fixture.request('/fleet?limit=1000');
    expect(body.items.map((row: OracleRow) => row.device_id)).toEqual([
      'm1',
      'm2',
      'm3',
      'supply',
      'w1',
    ]);
    expect(body.total).toBe(5);
  });

  test('refuses what it does not know, and cursors of other filters', async () => {
    expectProblem(await fixture.request('/fleet?colour=red'), 'invalid_request');
    expectProblem(await fixture.request('/fleet?sort=colour'), 'invalid_request');
    for (const date of ['0000-00-00', '2026-02-30', '9999-12-31', '2026-2-3', ''])
      // oxlint-disable-next-line no-await-in-loop
      expectProblem(await fixture.request(`/fleet?due_before=${date}`), 'invalid_request');
    const first = await page({}, { limit: '2' });
    expectProblem(
      await fixture.request(`/fleet?kind=gateway&cursor=${first.next_cursor}`, { key: key() }),
      'invalid_cursor',
    );
    for (const q of ['%00', '%ED%A0%80', 'a'.repeat(100)])
      // oxlint-disable-next-line no-await-in-loop
      expect((await fixture.request(`/fleet?q=${q}&manufacturer=${q}`)).body.items).toEqual([]);
  });
});

test('GET /fleet.csv has all rows that pass, in order, with texts as they are', async () => {
  const filter = { kind: 'water_meter', finding_status: 'none' };
  const response = await fetch(
    `${fixture.api.url}/api/v1/fleet.csv?${pathOf(filter, { sort: '-due_on' })}`,
    {
      headers: { authorization: `Bearer ${key()}` },
    },
  );
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const lines = (await response.text()).split('\r\n');
  const expected = await askOracle(fixture.database.servicePool, TENANT, filter, '-due_on');
  expect(lines.shift()).toMatch(/^device_id,quantity,kind,serial,/);
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => line.split(',')[0])).toEqual(expected.map((row) => row.device_id));
  expect(lines.filter((line) => line.includes('Itron, ""Inc"""')).length).toBe(
    expected.filter((row) => String(row['manufacturer']).endsWith('Itron, "Inc"')).length,
  );
});

test('while a large fleet is read the answer is 503 with a time to come back', async () => {
  const impatient = await startFixture({ fleetLimits: { patienceMs: 0 } });
  try {
    const answer = await impatient.request('/fleet');
    expectProblem(answer, 'not_ready');
    expect(answer.headers.get('retry-after')).toBe('3');
    await expect.poll(async () => (await impatient.request('/fleet')).status).toBe(200);
  } finally {
    await impatient.stop();
  }
});

test('views are kept, shared and withdrawn', async () => {
  const { viewer, operator } = fixture.keys.a;
  const save = (body: unknown, by = viewer) =>
    fixture.request('/saved-views', { method: 'POST', key: by, body });
  const mine = await save({ page: 'fleet', name: 'Quá hạn', query: 'legal_status=expired' });
  expect(mine.body).toMatchObject({ name: 'Quá hạn', shared: false, own: true });
  expectProblem(await save({ page: 'fleet', name: 'Quá hạn', query: '' }), 'conflict');
  expectProblem(await save({ page: 'fleet', name: 'x', query: '', shared: true }), 'forbidden');
  for (const name of ['', ' ', 'a\0b', '\ud800', 'n'.repeat(81)])
    // oxlint-disable-next-line no-await-in-loop
    expectProblem(await save({ page: 'fleet', name, query: '' }), 'invalid_request');
  const ours = await save(
    { page: 'fleet', name: 'Shared', query: 'sort=due_on', shared: true },
    operator,
  );
  const list = async (by: string) =>
    (await fixture.request('/saved-views?page=fleet', { key: by })).body.items.map(
      (view: { name: string; own: boolean }) => [view.name, view.own],
    );
  expect(await list(viewer)).toEqual([
    ['Quá hạn', true],
    ['Shared', false],
  ]);
  expect(await list(operator)).toEqual([['Shared', true]]);
  expect(await list(fixture.keys.b.operator)).toEqual([]);
  const withdraw = (id: number, by: string) =>
    fixture.request(`/saved-views/${id}`, { method: 'DELETE', key: by });
  expectProblem(await withdraw(ours.body.id, viewer), 'forbidden');
  expectProblem(await withdraw(mine.body.id, operator), 'not_found');
  expectProblem(await withdraw(ours.body.id, fixture.keys.b.admin), 'not_found');
  expect((await withdraw(mine.body.id, viewer)).status).toBe(204);
  expect((await withdraw(ours.body.id, fixture.keys.a.admin)).status).toBe(204);
  expect(await list(viewer)).toEqual([]);
  expectProblem(await withdraw(mine.body.id, viewer), 'not_found');
  const kept = await fixture.database.servicePool.query(
    'SELECT name, withdrawn_by FROM saved_views ORDER BY id',
  );
  expect(kept.rows).toEqual([
    { name: 'Quá hạn', withdrawn_by: 'a-viewer' },
    { name: 'Shared', withdrawn_by: 'a-admin' },
  ]);
});
