import {
  capacityList,
  madePlan,
  planDetail,
  planItem,
  planItemList,
  planList,
  planSettings,
  planSimulation,
  workOrderList,
} from '@verimeter/api-schema';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  // 2026-03-12 in Vietnam
  fixture = await startFixture({ nowUs: () => Date.UTC(2026, 2, 12, 3) * 1000 });
  await fixture.database.servicePool.query(`
    UPDATE devices SET address = '12 Lê Lợi, Hòn Gai', manufacturer = 'Gelex', model = 'VSE11' WHERE device_id IN ('m1', 'm3');
    UPDATE devices SET address = '14 Lê Lợi, Hòn Gai' WHERE device_id = 'm3';
    UPDATE devices SET valid_until = '2026-04-20' WHERE tenant = 'a' AND device_id = 'w1';
    UPDATE devices SET valid_until = '2024-05-01' WHERE tenant = 'a' AND device_id = 'm1';
    UPDATE health SET mean_load = 250 WHERE device_id = 'm1';
    UPDATE health SET mean_load = 400 WHERE device_id = 'm3'`);
});
afterAll(() => fixture.stop());

const ask = (
  method: string,
  path: string,
  body?: unknown,
  key: string = fixture.keys.a.operator,
): Promise<Answer> =>
  fixture.request(path, { method, key, ...(body === undefined ? {} : { body }) });
const make = (body: unknown, key?: string): Promise<Answer> => ask('POST', '/plans', body, key);
const TEAM = { team: 'Đội 1', visits: 3 };

async function savedPlan(body: object = {}): Promise<number> {
  const made = await make({ teams: [TEAM], save: true, ...body });
  expect(made.status).toBe(200);
  return made.body.id;
}

async function stateOf(id: number, deviceId: string): Promise<unknown> {
  const { body } = await fixture.request(`/plans/${id}/items?device_id=${deviceId}`);
  return body.items[0]?.state;
}

describe('a preview', () => {
  test('names the devices in order with terms, reasons in the language asked for, and what waits', async () => {
    const answer = await fixture.request('/plans', {
      method: 'POST',
      key: fixture.keys.a.operator,
      body: { teams: [TEAM], settings: { tariffs: { currency: 'VND', electricity: 2000 } } },
      headers: { 'accept-language': 'vi' },
    });
    expectShape(madePlan, answer.body);
    const { items, next_in_line: next, summary, ...plan } = answer.body;
    expect(plan).toMatchObject({
      id: null,
      period: '2026-04',
      as_of: '2026-03-12',
      status: 'draft',
    });
    // m1: expired and drifted; w1: its validity ends within the month; m2 stands still
    expect(items.map((item: { device_id: string }) => item.device_id)).toEqual(['m1', 'w1', 'm2']);
    expect(items[0]).toMatchObject({
      rank: 1,
      must: true,
      legal_state: 'dated',
      due_on: '2024-05-01',
      annual_amount: 2191.5,
      amount_unit: 'kWh',
      probability_over_limit: 0.999,
      visit_on: '2026-04-01',
    });
    // 3.1 % of 2191.5 kWh
    expect(items[0].mismeasured).toBeCloseTo(67.9, 0);
    expect(items[0].money).toBeCloseTo(2000 * items[0].mismeasured, -1);
    const { stake, risk, legal, confirmation, travel } = items[0].terms;
    expect(stake + risk + legal + confirmation + travel).toBeCloseTo(items[0].score, 2);
    expect(items[0].reasons[0]).toMatchObject({ code: 'plan_expired' });
    expect(items[0].reasons[0].text).toBe(
      'Kiểm định hết hiệu lực ngày 2024-05-01, đã quá hạn 680 ngày.',
    );
    expect(summary).toMatchObject({
      items: 3,
      candidates: 5,
      must: 2,
      must_left: 0,
      currency: 'VND',
    });
    expect(next.map((one: { device_id: string }) => one.device_id)).toEqual(['supply', 'm3']);
    expect(next[0].reasons.at(-1)).toMatchObject({ code: 'plan_waits' });
    expect((await fixture.request('/plans')).body.items).toEqual([]);
  });

  test('is the same each time it is asked for, and so is the draw of a seed', async () => {
    const body = { teams: [TEAM], random_share: 0.34, seed: 7 };
    const [first, second] = [await make(body), await make(body)];
    expect(first.body).toEqual({ ...second.body, made_at: first.body.made_at });
    expect(first.body.items.filter((item: { random: boolean }) => item.random)).toHaveLength(1);
  });

  test.each([
    [{}, 'teams', /no capacity counts in 2026-04/],
    [{ teams: [TEAM, TEAM] }, 'teams', /two teams "Đội 1"/],
    [{ teams: [{ team: 'x' }] }, 'teams.0', /give visits, minutes or both/],
    [{ teams: [{ team: ' ', visits: 1 }] }, 'teams.0.team', /without blanks/],
    [{ teams: [{ team: '\0', visits: 1 }] }, 'teams.0.team', /cannot be kept/],
    [{ teams: [{ ...TEAM, areas: ['\0'] }] }, 'teams.0.areas.0', /id of a group/],
    [{ teams: [TEAM], period: '2026-13' }, 'period', /a month such as/],
    [{ teams: [TEAM], as_of: '0000-00-00' }, 'as_of', /a date such as/],
    [{ teams: [TEAM], as_of: '9999-12-31' }, 'as_of', /from 1900/],
    [{ teams: [TEAM], random_share: 2 }, 'random_share', /./],
    [{ teams: [TEAM], seed: 1e30 }, 'seed', /./],
    [{ teams: [TEAM], note: '\uD800' }, 'note', /cannot be kept/],
    [{ teams: [TEAM], settings: { speed: 1 } }, 'settings.speed', /not a field/],
  ])('%j is refused by name of the field', async (body, field, message) => {
    const document = expectProblem(await make(body), 'invalid_request');
    expect(document.errors[0]).toEqual({ field, message: expect.stringMatching(message) });
  });

  test('viewers look, operators plan', async () => {
    expectProblem(await make({ teams: [TEAM] }, fixture.keys.a.viewer), 'forbidden');
  });
});

const input = (team: string, more: object = {}) => ({
  team,
  kinds: null,
  areas: null,
  visits_per_month: 2,
  minutes_per_month: null,
  depot: null,
  from: '2026-01',
  to: null,
  ...more,
});
const put = (items: unknown[]): Promise<Answer> => ask('PUT', '/capacities', { items });

describe('capacities', () => {
  test('are replaced as a whole, keep who entered them, and are what a plan is made for', async () => {
    const first = await put([
      input('Đội 1'),
      input('Đội 2', { kinds: ['water_meter'], depot: { lat: 20.9, lon: 107 } }),
    ]);
    expectShape(capacityList, first.body);
    expect(first.body.items).toMatchObject([
      { team: 'Đội 1', entered_by: 'a-operator' },
      { team: 'Đội 2' },
    ]);
    const again = await put([
      input('Đội 1'),
      input('Đội 1', { from: '2026-04', visits_per_month: 1 }),
    ]);
    expect(again.body.items[0]).toEqual(first.body.items[0]);
    expect(again.body.items).toHaveLength(2);
    // the row that began last counts
    expect((await make({})).body.teams).toMatchObject([{ team: 'Đội 1', visits: 1, planned: 1 }]);
    expect((await make({ period: '2026-03' })).body.items).toHaveLength(2);
    const kept = await fixture.database.servicePool.query(
      `SELECT team, withdrawn_by FROM capacities WHERE withdrawn_at IS NOT NULL`,
    );
    expect(kept.rows).toEqual([{ team: 'Đội 2', withdrawn_by: 'a-operator' }]);
    expect(
      (await fixture.request('/capacities', { key: fixture.keys.b.viewer })).body.items,
    ).toEqual([]);
    await put([]);
  });

  test.each([
    [[input('x'), input('x')], 'items.1', /second capacity of team "x"/],
    [[input('x', { visits_per_month: null })], 'items.0', /give visits, minutes/],
    [[input('x', { to: '2025-12' })], 'items.0.to', /before/],
    [[input('x', { visits_per_month: 1e12 })], 'items.0.visits_per_month', /./],
  ])('%j is refused', async (items, field, message) => {
    const document = expectProblem(await put(items), 'invalid_request');
    expect(document.errors[0]).toEqual({ field, message: expect.stringMatching(message) });
  });

  test('settings of the tenant hold where the plan says nothing else', async () => {
    const settings = { work_minutes: 45, tariffs: { currency: 'VND', water: 9000 } };
    const answer = await ask('PUT', '/plan-settings', settings, fixture.keys.a.admin);
    expectShape(planSettings, answer.body);
    expect((await fixture.request('/plan-settings')).body).toEqual(settings);
    const made = await make({ teams: [TEAM], settings: { tariffs: { electricity: 2000 } } });
    expect(made.body.settings).toMatchObject({
      work_minutes: 45,
      day_minutes: 420,
      tariffs: { currency: 'VND', water: 9000, electricity: 2000 },
    });
    expectProblem(await ask('PUT', '/plan-settings', settings), 'forbidden');
    await ask('PUT', '/plan-settings', {}, fixture.keys.a.admin);
  });
});

describe('a plan that is kept', () => {
  test('is a draft, is issued once with work orders, orders its findings, and ends with results', async () => {
    const { servicePool } = fixture.database;
    const id = await savedPlan({ note: 'tháng 4' });
    const draft = await fixture.request(`/plans/${id}`);
    expectShape(planDetail, draft.body);
    expect(draft.body).toMatchObject({
      status: 'draft',
      made_by: 'a-operator',
      note: 'tháng 4',
      states: { planned: 3 },
    });
    const list = await fixture.request('/plans?status=draft&limit=1');
    expectShape(planList, list.body);
    const items = await fixture.request(`/plans/${id}/items?limit=2`);
    expectShape(planItemList, items.body);
    const rest = await fixture.request(
      `/plans/${id}/items?limit=2&cursor=${items.body.next_cursor}`,
    );
    expect([...items.body.items, ...rest.body.items].map((item) => item.rank)).toEqual([1, 2, 3]);

    const skipped = await ask('PATCH', `/plans/${id}/items/m2`, {
      state: 'skipped',
      reason: 'Nhà khóa cửa',
    });
    expectShape(planItem, skipped.body);
    expect(skipped.body).toMatchObject({
      state: 'skipped',
      state_reason: 'Nhà khóa cửa',
      changed_by: 'a-operator',
    });
    const unsaid = expectProblem(
      await ask('PATCH', `/plans/${id}/items/m1`, { state: 'skipped' }),
      'invalid_request',
    );
    expect(unsaid.errors[0]?.field).toBe('reason');
    expectProblem(await ask('PATCH', `/plans/${id}/items/m1`, { state: 'done' }), 'conflict');

    const issued = await ask('POST', `/plans/${id}/issue`);
    expectShape(planDetail, issued.body);
    expect(issued.body).toMatchObject({
      status: 'issued',
      issued_by: 'a-operator',
      states: { ordered: 2, skipped: 1, planned: 0 },
    });
    expectProblem(await ask('POST', `/plans/${id}/issue`), 'conflict');
    const orders = await fixture.request(`/plans/${id}/work-orders`);
    expectShape(workOrderList, orders.body);
    expect(orders.body.items).toMatchObject([
      { number: `2026-04-${id}-01`, team: 'Đội 1', visit_on: '2026-04-01', stops: 2, open: 2 },
    ]);
    const findings = await fixture.request('/findings?device_id=m1');
    expect(findings.body.items[0].status).toBe('ordered');

    // what is ordered is not planned again
    const next = await make({ teams: [{ team: 'x', visits: 10 }] });
    expect(next.body.items.map((item: { device_id: string }) => item.device_id).toSorted()).toEqual(
      ['m2', 'm3', 'supply'],
    );

    await servicePool.query(
      `INSERT INTO verifications (tenant, device_id, verified_on, result) VALUES ('a', 'm1', '2026-04-01', 'fail'), ('a', 'w1', '2019-01-01', 'pass')`,
    );
    expect(await stateOf(id, 'm1')).toBe('done');
    // a result of before the plan says nothing of the order
    expect(await stateOf(id, 'w1')).toBe('ordered');
    await ask('PATCH', `/plans/${id}/items/w1`, { state: 'skipped', reason: 'đã tháo' });
    expect(await stateOf(id, 'w1')).toBe('skipped');
    await ask('PATCH', `/plans/${id}/items/w1`, { state: 'ordered' });
    const closed = await ask('POST', `/plans/${id}/close`);
    expect(closed.body).toMatchObject({
      status: 'closed',
      states: { done: 1, skipped: 2, ordered: 0, planned: 0 },
    });
    expectProblem(await ask('POST', `/plans/${id}/close`), 'conflict');
    await servicePool.query(`DELETE FROM verifications WHERE tenant = 'a'`);
  });

  test('what was planned and why cannot be changed by anybody, issued or not', async () => {
    const id = await savedPlan();
    await ask('POST', `/plans/${id}/issue`);
    for (const pool of [fixture.database.servicePool, fixture.database.appPool])
      // oxlint-disable-next-line no-await-in-loop
      await expect(pool.query(`UPDATE plan_items SET score = 0`)).rejects.toThrow(
        /permission denied/,
      );
    await expect(fixture.database.servicePool.query(`DELETE FROM plan_items`)).rejects.toThrow(
      /permission denied/,
    );
    await expect(fixture.database.servicePool.query(`UPDATE plans SET seed = 0`)).rejects.toThrow(
      /permission denied/,
    );
    await ask('POST', `/plans/${id}/close`);
  });

  test('two drafts with the same device: the second one issued skips what the first has ordered', async () => {
    const [first, second] = [await savedPlan(), await savedPlan()];
    await Promise.all([
      ask('POST', `/plans/${first}/issue`),
      ask('POST', `/plans/${second}/issue`),
    ]);
    const states = await Promise.all([first, second].map((id) => stateOf(id, 'm1')));
    expect(new Set(states)).toEqual(new Set(['ordered', 'skipped']));
    const loser = states[0] === 'skipped' ? first : second;
    const winner = loser === first ? second : first;
    const { body } = await fixture.request(`/plans/${loser}/items?device_id=m1`);
    expect(body.items[0].state_reason).toBe(`ordered in plan ${winner}`);
    expectProblem(await ask('PATCH', `/plans/${loser}/items/m1`, { state: 'ordered' }), 'conflict');
    await Promise.all([first, second].map((id) => ask('POST', `/plans/${id}/close`)));
  });

  test('is a table as well', async () => {
    const id = await savedPlan();
    const { status, headers, body } = await fixture.request(`/plans/${id}.csv`, {
      headers: { 'accept-language': 'vi' },
    });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    const [head = '', first = ''] = String(body).split('\r\n');
    expect(head.split(',').slice(0, 4)).toEqual(['plan_id', 'period', 'rank', 'device_id']);
    expect(first).toMatch(
      new RegExp(`^${id},2026-04,1,m1,electricity_meter,S1,g1,"12 Lê Lợi, Hòn Gai",`),
    );
    expect(first).toContain('Kiểm định hết hiệu lực');
    expectProblem(await fixture.request('/plans/999999.csv'), 'not_found');
  });

  test("another tenant's plan is not found", async () => {
    const id = await savedPlan();
    const key = fixture.keys.b.admin;
    expectProblem(await fixture.request(`/plans/${id}`, { key }), 'not_found');
    expectProblem(await fixture.request(`/plans/${id}/items`, { key }), 'not_found');
    expectProblem(await fixture.request(`/plans/${id}.csv`, { key }), 'not_found');
    expectProblem(await fixture.request(`/plans/${id}/work-orders`, { key }), 'not_found');
    expectProblem(await ask('POST', `/plans/${id}/issue`, undefined, key), 'not_found');
    expectProblem(await ask('POST', `/plans/${id}/close`, undefined, key), 'not_found');
    expectProblem(await ask('PATCH', `/plans/${id}/items/m1`, { state: 'done' }, key), 'not_found');
    expect((await fixture.request('/plans', { key })).body.items).toEqual([]);
  });
});

test('a restore, which writes as the owner, brings the states of its backup', async () => {
  const id = await savedPlan();
  await ask('POST', `/plans/${id}/issue`);
  const client = new pg.Client({ connectionString: fixture.database.url });
  await client.connect();
  const state = async (): Promise<unknown> => {
    const sql = `SELECT state FROM plan_items WHERE plan_id = $1 AND device_id = 'm1'`;
    return (await client.query<{ state: string }>(sql, [id])).rows[0]?.state;
  };
  const insert = `INSERT INTO verifications (tenant, device_id, verified_on, result, certificate_no)
    VALUES ('a', 'm1', '2026-04-02', 'pass', $1)`;
  try {
    // as a restore opens the tables
    await client.query(`BEGIN; SET LOCAL ROLE verimeter_owner;
      ALTER TABLE plan_items NO FORCE ROW LEVEL SECURITY; ALTER TABLE plans NO FORCE ROW LEVEL SECURITY;
      ALTER TABLE verifications NO FORCE ROW LEVEL SECURITY`);
    await client.query(insert, ['1']);
    expect(await state()).toBe('ordered');
    await client.query('SET LOCAL ROLE verimeter_service');
    await client.query(insert, ['2']);
    expect(await state()).toBe('done');
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
  await ask('POST', `/plans/${id}/close`);
});

describe('the simulation of due dates', () => {
  test('counts what is due against the capacity asked about', async () => {
    const { body } = await fixture.request('/plan-simulation?capacity=1&months=3');
    expectShape(planSimulation, body);
    expect(body).toMatchObject({
      from: '2026-03',
      overdue_at_start: 1,
      devices: { dated: 2, void: 0, unknown: 3 },
      needed_from_first_month: 1,
      months: [
        { month: '2026-03', due: 0, capacity: 1, verified: 1, overdue: 0 },
        { month: '2026-04', due: 1, capacity: 1, verified: 1, overdue: 0 },
        { month: '2026-05', due: 0, capacity: 1, verified: 0, overdue: 0 },
      ],
    });
    const water = await fixture.request('/plan-simulation?capacity=0&kind=water_meter&months=2');
    expect(water.body.months.map((month: { overdue: number }) => month.overdue)).toEqual([0, 1]);
    expectProblem(await fixture.request('/plan-simulation?team=nobody'), 'not_found');
    expectProblem(await fixture.request('/plan-simulation?months=0'), 'invalid_request');
  });
});

test('the legal state of a device says what is due; where nothing was worked out yet, what is registered', async () => {
  const { servicePool } = fixture.database;
  await make({ teams: [{ team: 'x', visits: 10 }] });
  await servicePool.query(`
    DELETE FROM legal_states WHERE tenant = 'a';
    INSERT INTO legal_states (tenant, device_id, state, due_on, due_earliest, reasons, rules)
    VALUES ('a', 'm1', 'dated', '2031-01-31', '2031-01-31', '{}', '{}'),
           ('a', 'm2', 'void', NULL, NULL, '{}', '{}'),
           ('a', 'm3', 'dated', NULL, '2026-03-31', '{}', '{}'),
           ('a', 'supply', 'dated', NULL, NULL, '{}', '{}')`);
  const { body } = await make({ teams: [{ team: 'x', visits: 10 }] });
  const states = Object.fromEntries(
    body.items.map((item: { device_id: string; legal_state: string; due_on: string | null }) => [
      item.device_id,
      [item.legal_state, item.due_on],
    ]),
  );
  expect(states).toEqual({
    m1: ['dated', '2031-01-31'],
    m2: ['void', null],
    // Rules that differ give no one day.
    m3: ['unknown', null],
    supply: ['unknown', null],
    w1: ['dated', '2026-04-20'],
  });
  expect(body.summary).toMatchObject({ must: 2 });
  const simulation = await fixture.request('/plan-simulation?capacity=0&months=2');
  expect(simulation.body).toMatchObject({
    overdue_at_start: 1,
    devices: { dated: 2, void: 1, unknown: 2 },
  });
  // a seal that breaks is known to the next plan
  const event = await ask('POST', '/devices/w1/legal-events', {
    kind: 'seal_broken',
    on: '2026-03-10',
  });
  expect(event.status).toBe(200);
  const next = await make({ teams: [{ team: 'x', visits: 10 }] });
  expect(
    next.body.items.find((item: { device_id: string }) => item.device_id === 'w1'),
  ).toMatchObject({
    legal_state: 'void',
    must: true,
  });
});
