import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectProblem, type Fixture, startFixture } from './fixture.ts';
import { textOf } from './pdf-text.ts';

let fixture: Fixture;
let plan: number;

beforeAll(async () => {
  fixture = await startFixture();
  await fixture.database.servicePool.query(`
    INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, address, valid_until, installed_on)
    SELECT 'a', 'HL-' || i, 'electricity_meter', 'S-' || i, 'EMIC', 'CE-18G', '1', 'Số ' || i || ' phố Lê Lợi, phường Hồng Gai, Hạ Long',
           date '2026-10-01' + i, '2020-01-01'
      FROM generate_series(1, 9) i;
    INSERT INTO verifications (tenant, device_id, verified_on, result, kind) VALUES ('a', 'HL-1', '2020-10-02', 'pass', 'periodic')`);
  const send = (path: string, body: unknown) =>
    fixture.request(path, { method: 'POST', key: fixture.keys.a.operator, body });
  const made = await send('/plans', {
    period: '2026-12',
    as_of: '2026-11-29',
    teams: [{ team: 'Đội 1', kinds: ['electricity_meter'], visits: 9 }],
    save: true,
  });
  expect(made.status).toBe(200);
  plan = made.body.id;
  expect((await send(`/plans/${plan}/issue`, undefined)).status).toBe(200);
});
afterAll(() => fixture.stop());

const get = (path: string) =>
  fetch(`${fixture.api.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${fixture.keys.a.viewer}` },
  });

test('work orders tell what, where and why, with places to write down the result', async () => {
  const answer = await get(`/plans/${plan}/work-orders.pdf?lang=vi`);
  expect(answer.headers.get('content-type')).toBe('application/pdf');
  const text = await textOf(new Uint8Array(await answer.arrayBuffer()));
  for (const said of [
    'Phiếu công tác kiểm định tháng 12/2026',
    `2026-12-${plan}-01`,
    'Đội 1',
    'HL-1 · số S-1',
    'Số 1 phố Lê Lợi',
    'Kiểm định gần nhất 02/10/2020: Đạt.',
    'giới hạn ±1,0 %',
    'Kẹp chì',
    'không phải kết luận',
  ])
    expect(text).toContain(said);
  const one = await get(`/plans/${plan}/work-orders.pdf?lang=en&order=2026-12-${plan}-01`);
  expect(await textOf(new Uint8Array(await one.arrayBuffer()))).toContain('Work order 2026-12');
});

test('the plan is a workbook as well', async () => {
  const answer = await get(`/plans/${plan}.xlsx?lang=vi`);
  expect(answer.headers.get('content-disposition')).toContain(`plan-2026-12-${plan}.xlsx`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(Buffer.from(bytes).toString('latin1', 0, 2)).toBe('PK');
});

test('what is not there is not found', async () => {
  expectProblem(await fixture.request('/plans/999/work-orders.pdf'), 'not_found');
  expectProblem(await fixture.request(`/plans/${plan}/work-orders.pdf?order=x`), 'not_found');
  expectProblem(await fixture.request('/plans/999.xlsx'), 'not_found');
  expectProblem(
    await fixture.request(`/plans/${plan}.xlsx`, { key: fixture.keys.b.viewer }),
    'not_found',
  );
});
