import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

let device = '';
let made = 0;
beforeEach(async () => {
  made += 1;
  device = `v${made}`;
  await fixture.database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, accuracy_class, phases) VALUES ('a', $1, 'electricity_meter', 'S-' || $1, '1', 1)`,
    [device],
  );
});

const send = (path: string, method: string, body: unknown, key = fixture.keys.a.operator) =>
  fixture.request(path, { method, key, body });
const record = (change: Record<string, unknown> = {}) => ({
  device_id: device,
  verified_on: '2026-03-02',
  kind: 'periodic',
  result: 'pass',
  valid_until: '2032-03',
  mark: 'mark_type_2',
  seal_no: 'QN 26-0153',
  seal_year: 2026,
  body: 'Trung tâm Kỹ thuật',
  procedure: 'ĐLVN 39:2012',
  as_found: true,
  points: [
    {
      test_point: '0.1 Ib, cosφ 1',
      error: -0.006,
      expanded_uncertainty: 0.001,
      coverage_factor: 2,
      limit: 0.015,
      pass: true,
    },
    {
      test_point: 'Ib, cosφ 1',
      error: -0.002,
      expanded_uncertainty: 0.001,
      coverage_factor: 2,
      limit: 0.01,
      pass: true,
    },
  ],
  ...change,
});
const standing = async () => (await fixture.request(`/devices/${device}/legal-state`)).body;

describe('a verification', () => {
  test('is entered as a whole, with its end in months, and weighted over its points', async () => {
    const answer = await send('/verifications', 'POST', record());
    expect(answer).toMatchObject({
      status: 200,
      body: {
        device_id: device,
        version: 1,
        valid_until: '2032-03',
        valid_until_day: '2032-03-31',
        certificate_no: '',
        seal_no: 'QN 26-0153',
        seal_year: 2026,
        as_found: true,
        entered_by: { id: 'a-operator', name: null },
        withdrawn: null,
        warnings: [],
        weighted_error: { method: 'ansi_c12_1' },
      },
    });
    expect(answer.body.points.map((point: { test_point: string }) => point.test_point)).toEqual([
      '0.1 Ib, cosφ 1',
      'Ib, cosφ 1',
    ]);
    expect(answer.body.weighted_error.error).toBeCloseTo(0.8 * -0.002 + 0.2 * -0.006, 12);
    expect(await standing()).toMatchObject({
      state: 'dated',
      due_on: '2032-03-31',
      due_precision: 'month',
      reasons: ['validity_recorded'],
    });
  });

  test('whose points contradict its result is kept, and says so', async () => {
    const { body } = await send(
      '/verifications',
      'POST',
      record({
        serial: 'another',
        points: [
          { test_point: 'Ib', error: 0.02, expanded_uncertainty: 0.004, limit: 0.01, pass: false },
        ],
      }),
    );
    expect(body.warnings.map((warning: { code: string }) => warning.code)).toEqual([
      'points_beyond_limit',
      'failed_points_in_pass',
      'uncertainty_too_large',
      'serial_differs',
    ]);
  });

  test('is held against the class of the meter where a point states no limit', async () => {
    const { body } = await send(
      '/verifications',
      'POST',
      record({
        points: [
          { test_point: 'Ib', error: 0.02 },
          { test_point: '0.05 Ib', error: 0.02 },
        ],
      }),
    );
    expect(body.warnings).toMatchObject([{ code: 'points_beyond_limit', test_point: 'Ib' }]);
  });

  test('of tomorrow is refused, and so is one that ends before it was made', async () => {
    const future = await send(
      '/verifications',
      'POST',
      record({ verified_on: '9999-12-31', valid_until: null }),
    );
    expect(future).toMatchObject({
      status: 400,
      body: {
        errors: [{ field: 'verified_on', message: expect.stringContaining('in the future') }],
      },
    });
    const early = await send('/verifications', 'POST', record({ valid_until: '2026-02' }));
    expect(early).toMatchObject({ status: 400, body: { errors: [{ field: 'valid_until' }] } });
  });

  test('is there once for a device, day and certificate', async () => {
    const first = await send('/verifications', 'POST', record());
    expect(await send('/verifications', 'POST', record())).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining(`Verification ${first.body.id} `) },
    });
    expect(
      await send('/verifications', 'POST', record({ certificate_no: '4302 - 26' })),
    ).toMatchObject({ status: 200 });
  });

  test('is corrected by another version, and the earlier one stays', async () => {
    const { body: first } = await send('/verifications', 'POST', record());
    const corrected = await send(`/verifications/${first.id}`, 'PUT', {
      reason: 'the day was mistyped',
      verification: record({ verified_on: '2026-03-03', points: [] }),
    });
    expect(corrected).toMatchObject({
      status: 200,
      body: {
        id: first.id,
        version: 2,
        verified_on: '2026-03-03',
        points: [],
        change_reason: 'the day was mistyped',
      },
    });
    const { body } = await fixture.request(`/verifications/${first.id}`);
    expect(body.history).toEqual([first]);
    expect((await standing()).verified_on).toBe('2026-03-03');
  });

  test('that is withdrawn counts nowhere, is kept with the reason, and may be put in force again', async () => {
    const { body: first } = await send('/verifications', 'POST', record());
    const path = `/verifications/${first.id}`;
    expect(await send(`${path}/withdraw`, 'POST', { reason: 'wrong meter' })).toMatchObject({
      status: 200,
      body: { version: 2, withdrawn: { reason: 'wrong meter', by: { id: 'a-operator' } } },
    });
    expect(await send(`${path}/withdraw`, 'POST', { reason: 'again' })).toMatchObject({
      status: 409,
    });
    expect(await standing()).toMatchObject({ status: 'unknown', due_on: null });
    const listed = await fixture.request(`/verifications?device_id=${device}`);
    expect(listed.body.items).toEqual([]);
    const withdrawn = await fixture.request(`/verifications?device_id=${device}&withdrawn=true`);
    expect(withdrawn.body.items).toMatchObject([{ id: first.id }]);
    expect(await send('/verifications', 'POST', record())).toMatchObject({ status: 409 });
    expect(
      await send(path, 'PUT', { reason: 'it was the right meter', verification: record() }),
    ).toMatchObject({ status: 200, body: { version: 3, withdrawn: null } });
    expect((await standing()).state).toBe('dated');
  });

  test('may be entered by operators only, and not for a device of another tenant', async () => {
    expect(await send('/verifications', 'POST', record(), fixture.keys.a.viewer)).toMatchObject({
      status: 403,
    });
    expect(await send('/verifications', 'POST', record(), fixture.keys.b.operator)).toMatchObject({
      status: 404,
    });
    const { body } = await send('/verifications', 'POST', record());
    for (const [path, method, input] of [
      [`/verifications/${body.id}`, 'GET', undefined],
      [`/verifications/${body.id}/withdraw`, 'POST', { reason: 'x' }],
    ] as const)
      expect(await send(path, method, input, fixture.keys.b.operator)).toMatchObject({
        status: 404,
      });
  });
});

/** Ids on all pages of one. */
async function ids(query: string): Promise<number[]> {
  const found: number[] = [];
  let cursor = '';
  do {
    // oxlint-disable-next-line no-await-in-loop -- page after page
    const { body, status } = await fixture.request(
      `/verifications?device_id=${device}&limit=1${query}${cursor}`,
    );
    expect(status).toBe(200);
    found.push(...body.items.map((item: { id: number }) => item.id));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  return found;
}

test('verifications are listed newest first, by what is asked for, page by page', async () => {
  const { body: one } = await send(
    '/verifications',
    'POST',
    record({ verified_on: '2021-01-05', valid_until: null }),
  );
  const { body: two } = await send(
    '/verifications',
    'POST',
    record({
      verified_on: '2022-01-05',
      valid_until: null,
      kind: 'cross_check',
      result: 'fail',
      body: 'Chi cục',
    }),
  );
  expect(await ids('')).toEqual([two.id, one.id]);
  expect(await ids('&kind=cross_check')).toEqual([two.id]);
  expect(await ids('&result=pass')).toEqual([one.id]);
  expect(await ids(`&body=${encodeURIComponent('Chi cục')}`)).toEqual([two.id]);
  expect(await ids('&from=2021-01-05&to=2021-12-31')).toEqual([one.id]);
});

test.each([
  ['a NUL character', { note: 'a\0b' }, 'note'],
  ['half of a character', { body: '\uD800' }, 'body'],
  ['a day that there is not', { verified_on: '0000-00-00' }, 'verified_on'],
  ['a huge error', { points: [{ test_point: 'x', error: 1e300 }] }, 'points.0.error'],
  ['a point twice', { points: [{ test_point: 'x' }, { test_point: 'x' }] }, 'points'],
])('%s is refused by name', async (_, change, field) => {
  expect(await send('/verifications', 'POST', record(change))).toMatchObject({
    status: 400,
    body: { errors: [{ field }] },
  });
});
