import { report, type Report } from '@verimeter/api-schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem, expectShape, type Fixture, startFixture } from './fixture.ts';
import { textOf } from './pdf-text.ts';

let fixture: Fixture;

const METERS = [
  // valid to the end of June 2026
  ['r1', 'EMIC', 'CE-18G', 2019],
  // fails in May
  ['r2', 'EMIC', 'CE-18G', 2019],
  // seal broken in July
  ['r3', 'Emic ', 'ce-18g', 2019],
  // cross-checked in May, and never heard of before
  ['r4', 'Gelex', 'VSE11', 2022],
] as const;

beforeAll(async () => {
  fixture = await startFixture();
  const { servicePool } = fixture.database;
  for (const [id, manufacturer, model, year] of METERS)
    // oxlint-disable-next-line no-await-in-loop
    await servicePool.query(
      `INSERT INTO devices (tenant, device_id, kind, manufacturer, model, built_year, accuracy_class, installed_on)
       VALUES ('a', $1, 'electricity_meter', $2, $3, $4, '1', $5)`,
      [id, manufacturer, model, year, id === 'r4' ? '2026-05-20' : '2020-01-01'],
    );
  await servicePool.query(`
    INSERT INTO groups (tenant, group_id, kind, name) VALUES ('a', 'HG', 'electricity_area', 'Hồng Gai');
    INSERT INTO members (tenant, group_id, device_id, role, valid_from, valid_to)
    VALUES ('a', 'HG', 'r1', 'consumer', '-infinity', '2026-06-15Z'), ('a', 'HG', 'r2', 'consumer', '-infinity', 'infinity');
    INSERT INTO verifications (tenant, device_id, verified_on, certificate_no, test_point, result, kind, valid_until, error, point_limit)
    VALUES ('a', 'r1', '2020-07-01', '1', '', 'pass', 'initial', '2026-06-30', NULL, NULL),
           ('a', 'r2', '2020-07-01', '2', '', 'pass', 'initial', '2026-12-31', NULL, NULL),
           ('a', 'r2', '2026-05-10', '3', 'Ib', 'fail', 'periodic', NULL, -0.024, 0.01),
           ('a', 'r2', '2026-05-10', '3', '0.1 Ib', 'pass', 'periodic', NULL, -0.004, 0.015),
           ('a', 'r3', '2021-01-01', '4', '', 'pass', 'initial', '2027-01-01', NULL, NULL),
           ('a', 'r4', '2026-05-25', '5', 'Ib', 'pass', 'cross_check', '2032-05-25', 0.002, 0.01);
    INSERT INTO verifications (tenant, device_id, verified_on, certificate_no, result, kind, withdrawn_at, withdrawn_by)
    VALUES ('a', 'r1', '2026-05-11', '6', 'fail', 'periodic', now(), 'k');
    INSERT INTO legal_events (tenant, device_id, kind, happened_on, entered_by) VALUES ('a', 'r3', 'seal_broken', '2026-07-10', 'k');
    INSERT INTO customer_requests (tenant, device_id, kind, utility, received_on, due_on, status, answered_on, entered_by)
    VALUES ('a', 'r1', 'check', 'electricity', '2026-05-04', '2026-05-07', 'answered', '2026-05-06', 'k'),
           ('a', 'r1', 'check', 'electricity', '2026-05-05', '2026-05-08', 'closed', '2026-06-02', 'k'),
           ('a', 'r2', 'complaint', 'electricity', '2026-05-30', NULL, 'open', NULL, 'k');
    INSERT INTO ledger_hours (tenant, device_id, topic, hour, source, received, stored, duplicate, conflicting, rejected)
    VALUES ('a', 'm1', NULL, '2026-04-30T17:00:00Z', 'mqtt', 100, 90, 5, 1, 4),
           ('a', 'm1', NULL, '2026-04-30T16:00:00Z', 'mqtt', 7, 7, 0, 0, 0)`);
});
afterAll(() => fixture.stop());

const reportOf = async (period: string): Promise<Report> => {
  const { status, body } = await fixture.request(`/reports/${period}`);
  expect(status).toBe(200);
  expectShape(report, body);
  return body;
};

describe('a report', () => {
  test('counts what was verified in the month and how devices stood at its end', async () => {
    const may = await reportOf('2026-05');
    expect(may).toMatchObject({ as_of: '2026-05-31', complete: true });
    // m1 was verified in 2019; the other devices of the tenant came later
    expect(may.totals).toMatchObject({
      registered: 5,
      verified: 1,
      cross_checked: 1,
      passed: 1,
      failed: 1,
      overdue: 0,
      due_next_month: 1,
      void: 1,
    });
    expect(may.by_verification_kind).toContainEqual({
      kind: 'periodic',
      verified: 1,
      passed: 0,
      failed: 1,
    });
    expect(may.failures).toEqual({
      count: 1,
      over: 0,
      under: 1,
      both: 0,
      unknown: 0,
      median_error: -0.024,
    });
    expect(may.requests).toEqual({
      received: 3,
      answered: 1,
      in_time: 1,
      late: 0,
      without_clock: 0,
      open: 2,
      overdue: 1,
    });
    // nothing had been published of them before they were verified
    expect(may.track_record).toMatchObject({ scored: 0, precision: { n: 0, enough: false } });
    // the hour from 17:00 UTC is the first of May where the tenant is
    expect(may.data_quality).toMatchObject({ received: 100, stored: 90, rejected: 4 });
  });

  test('a past month stays what it was when more happens later', async () => {
    const april = await reportOf('2026-04');
    expect(april.totals).toMatchObject({ registered: 4, verified: 0, failed: 0, void: 0 });
    const june = await reportOf('2026-06');
    expect(june.totals).toMatchObject({ overdue: 0, void: 1 });
    const july = await reportOf('2026-07');
    expect(july.totals).toMatchObject({ overdue: 1, void: 2, due_next_month: 0 });
    expect((await reportOf('2026-06')).totals).toEqual(june.totals);
  });

  test('is told by kind, area and lot, which add up to the totals', async () => {
    const may = await reportOf('2026-05');
    const lots = may.by_lot.filter(({ manufacturer }) => manufacturer === 'EMIC');
    expect(lots).toMatchObject([
      { manufacturer: 'EMIC', model: 'CE-18G', year: '2019', registered: 3, failed: 1 },
    ]);
    expect(may.by_area.find(({ group_id: id }) => id === 'HG')).toMatchObject({
      name: 'Hồng Gai',
      registered: 2,
    });
    // r1 left the area in the middle of June
    const june = await reportOf('2026-06');
    expect(june.by_area.find(({ group_id: id }) => id === 'HG')?.registered).toBe(1);
    for (const list of [may.by_kind, may.by_area, may.by_lot, may.rows])
      for (const name of ['registered', 'failed', 'void', 'not_stated'] as const)
        expect(list.reduce((sum, row) => sum + row[name], 0)).toBe(may.totals[name]);
    expect(may.rows_left_out).toBe(0);
  });

  test('of a year that goes on is as of today', async () => {
    const year = await reportOf('2126');
    expect(year.complete).toBe(false);
    expect(year.as_of < '2126').toBe(true);
    expect((await reportOf('2026')).totals.verified).toBe(1);
  });

  test('is a PDF with its definitions, and a workbook', async () => {
    const key = { authorization: `Bearer ${fixture.keys.a.viewer}` };
    const get = (path: string) =>
      fetch(`${fixture.api.url}/api/v1/reports/${path}`, { headers: key });
    const pdf = await get('2026-05.pdf?lang=vi');
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const text = await textOf(new Uint8Array(await pdf.arrayBuffer()));
    for (const said of ['tháng 05/2026', 'Không đạt', 'Hồng Gai', '−2,40 %', 'Định nghĩa'])
      expect(text).toContain(said);
    const xlsx = await get('2026-05.xlsx?lang=en');
    expect(xlsx.headers.get('content-disposition')).toContain('report-2026-05-en.xlsx');
    const bytes = new Uint8Array(await xlsx.arrayBuffer());
    expect(Buffer.from(bytes).toString('latin1', 0, 2)).toBe('PK'); // a ZIP
  });

  test.each(['2026-13', '2026-00', '99', '2026-5', '0000', '2026-05.docx', 'x'])(
    'of %s is refused',
    async (period) => {
      expectProblem(await fixture.request(`/reports/${period}`), 'invalid_request');
    },
  );

  test('tells nothing of another tenant', async () => {
    const { body } = await fixture.request('/reports/2026-11', { key: fixture.keys.b.viewer });
    expect(body.totals.registered).toBeLessThanOrEqual(1);
    expect(JSON.stringify(body)).not.toContain('EMIC');
  });
});
