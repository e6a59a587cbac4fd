import {
  deviceLegalState,
  legalEvent,
  legalRule,
  legalRuleList,
  legalStateList,
  legalSummary,
} from '@verimeter/api-schema';
import { addMonths } from '@verimeter/metrology';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const TODAY = new Date().toISOString().slice(0, 10);
const ago = (months: number): string => addMonths(TODAY, -months);

let device = '';
let made = 0;
beforeEach(async () => {
  made += 1;
  device = `w-${made}`;
  await register(device, { verified_on: '2024-06-01', technology: 'mechanical' });
});

async function register(id: string, more: Record<string, unknown>): Promise<void> {
  await fixture.database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, verified_on, technology, valid_until)
     VALUES ('a', $1, 'water_meter', $2, $3, $4)`,
    [id, more['verified_on'] ?? null, more['technology'] ?? null, more['valid_until'] ?? null],
  );
}
const send = (path: string, method: string, body?: unknown, key = fixture.keys.a.operator) =>
  fixture.request(path, { method, key, body });
const standing = async (id = device) => {
  const { body } = await fixture.request(`/devices/${id}/legal-state`);
  expectShape(deviceLegalState, body);
  return body;
};
/** The row of the list, which is kept in a table of its own. */
const listed = async (id = device) => {
  const { body } = await fixture.request('/legal-states?limit=1000');
  return legalStateList.parse(body).items.find((item) => item.device_id === id);
};
const report = (kind: string, on: string, note: string | null = null) =>
  send(`/devices/${device}/legal-events`, 'POST', { kind, on, note });

const admin = () => fixture.keys.a.admin;
const ids = async (query: string): Promise<string[]> => {
  const found: string[] = [];
  let cursor = '';
  do {
    // oxlint-disable-next-line no-await-in-loop -- page after page
    const { body } = await fixture.request(`/legal-states?group=due&limit=2${query}${cursor}`);
    expectShape(legalStateList, body);
    found.push(...body.items.map((item: { device_id: string }) => item.device_id));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  return found;
};

describe('how a device stands', () => {
  test('is told with the rules it follows from', async () => {
    expect(await standing()).toMatchObject({
      state: 'dated',
      due_on: '2029-06-01',
      reasons: ['derived_from_rules'],
      rules_used: [
        { id: 'vn-water-mechanical', status: 'confirmed', months: 60, ends: ['2029-06-01'] },
      ],
      seal_checks: [],
    });
    expect(await listed()).toMatchObject({ state: 'dated', due_on: '2029-06-01' });
    expectProblem(await fixture.request('/devices/nobody/legal-state'), 'not_found');
  });

  test('follows what is reported of its seal, and a report that is withdrawn', async () => {
    const { body: broken } = await report('seal_broken', '2026-03-01', 'Kẹp chì đứt');
    expectShape(legalEvent, broken);
    expect(broken).toMatchObject({
      on: '2026-03-01',
      note: 'Kẹp chì đứt',
      entered_by: { id: 'a-operator' },
    });
    expect(await standing()).toMatchObject({ status: 'void', due_on: null, since: '2026-03-01' });
    expect(await listed()).toMatchObject({ status: 'void', reasons: ['seal_broken'] });
    expectProblem(await report('seal_broken', '2026-03-01'), 'conflict');

    const path = `/devices/${device}/legal-events/${broken.id}/withdraw`;
    expect(await send(path, 'POST', { reason: 'the seal was looked at again' })).toMatchObject({
      status: 200,
      body: { withdrawn: { reason: 'the seal was looked at again', by: { id: 'a-operator' } } },
    });
    expect(await listed()).toMatchObject({ state: 'dated' });
    const { body } = await fixture.request(`/devices/${device}/legal-events`);
    expect(body.items).toMatchObject([
      { id: broken.id, withdrawn: { reason: expect.any(String) } },
    ]);
    // The same may be reported again.
    expect((await report('seal_broken', '2026-03-01')).status).toBe(200);
  });

  test('is void until a verification is entered after a repair', async () => {
    await report('repaired', '2026-03-01');
    const { body } = await send('/verifications', 'POST', {
      device_id: device,
      verified_on: '2026-03-04',
      kind: 'after_repair',
      result: 'pass',
      valid_until: '2031-03',
      seal_no: 'QN 1',
    });
    expect(body.warnings).toEqual([]);
    expect(await listed()).toMatchObject({ due_on: '2031-03-31', due_precision: 'month' });
  });

  test('changes with a swap of a register only where a person has confirmed it', async () => {
    await fixture.database.servicePool.query(
      `INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('a', $1, 'water_volume', 'm3')`,
      [device],
    );
    const { rows } = await fixture.database.servicePool.query<{ id: number }>(
      `INSERT INTO register_events (tenant, device_id, quantity, ts, value, kind, found_kind, certainty, before_ts, before_value)
       VALUES ('a', $1, 'water_volume', '2026-02-28T18:00Z', 0, 'swap', 'swap', 'likely', '2026-02-28T17:00Z', 900) RETURNING id`,
      [device],
    );
    expect((await standing()).state).toBe('dated');
    const path = `/register-events/${rows[0]?.id}`;
    await send(path, 'PATCH', { state: 'confirmed' });
    // 01:00 of the next day where the tenant is
    expect(await standing()).toMatchObject({
      status: 'unknown',
      since: '2026-03-01',
      reasons: ['swapped'],
    });
    expect(await listed()).toMatchObject({ status: 'unknown' });
    await send(path, 'PATCH', { state: 'reversed' });
    expect(await listed()).toMatchObject({ state: 'dated' });
  });

  test('is not changed by what the device says of its cover: that is a reason to look at the seal', async () => {
    await fixture.database.servicePool.query(
      `INSERT INTO device_events (tenant, device_id, ts, event, state, received_at)
       VALUES ('a', $1, '2026-05-01T00:00Z', 'cover_open', 'active', now()), ('a', $1, '2026-05-02T00:00Z', 'magnetic_field', 'past', now()),
              ('a', $1, '2026-05-03T00:00Z', 'battery_low', 'active', now()), ('a', $1, '2023-05-01T00:00Z', 'cover_open', 'past', now())`,
      [device],
    );
    expect(await standing()).toMatchObject({
      state: 'dated',
      seal_checks: [
        { condition: 'magnetic_field', ts: '2026-05-02T00:00:00.000Z' },
        { condition: 'cover_open' },
      ],
    });
  });

  test.each([
    [{ kind: 'seal_broken', on: '9999-12-31' }, 'on'],
    [{ kind: 'seal_broken', on: '2026-02-30' }, 'on'],
    [{ kind: 'cover_open', on: '2026-02-01' }, 'kind'],
    [{ kind: 'seal_broken', on: '2026-02-01', note: '\0' }, 'note'],
  ])('a report %o is refused', async (body, field) => {
    expect(await send(`/devices/${device}/legal-events`, 'POST', body)).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  });

  test('is the affair of its tenant, and reports are those of operators', async () => {
    const body = { kind: 'seal_broken', on: '2026-02-01' };
    const path = `/devices/${device}/legal-events`;
    expectProblem(await send(path, 'POST', body, fixture.keys.a.viewer), 'forbidden');
    expectProblem(await send(path, 'POST', body, fixture.keys.b.operator), 'not_found');
    expectProblem(await send(path, 'GET', undefined, fixture.keys.b.operator), 'not_found');
    const foreign = await fixture.request('/legal-states', { key: fixture.keys.b.viewer });
    expect(foreign.body.items.map((item: { device_id: string }) => item.device_id)).toEqual([
      'foreign',
    ]);
  });
});

describe('rules of a tenant', () => {
  const RULE = {
    category: 'water_meter',
    technology: 'mechanical',
    months: 48,
    from: '2026-01-01',
    source: 'Nghị quyết, điều 1',
    status: 'confirmed',
    replaces: 'vn-water-mechanical',
  };

  test('change due dates of verifications since their first day, until they are withdrawn', async () => {
    const later = `${device}-later`;
    await register(later, { verified_on: '2026-02-01', technology: 'mechanical' });
    const { body } = await send('/legal-rules/ours', 'PUT', RULE, admin());
    expectShape(legalRule, body);
    expect(body).toMatchObject({
      id: 'ours',
      origin: 'tenant',
      version: 1,
      entered_by: { id: 'a-admin' },
    });
    expect([(await listed())?.due_on, (await listed(later))?.due_on]).toEqual([
      '2029-06-01',
      '2030-02-01',
    ]);
    expect(await listed(later)).toMatchObject({ rules: ['ours'] });

    const { body: second } = await send(
      '/legal-rules/ours',
      'PUT',
      { ...RULE, months: 36 },
      admin(),
    );
    expect(second.version).toBe(2);
    expect((await listed(later))?.due_on).toBe('2029-02-01');

    const list = await fixture.request('/legal-rules');
    expectShape(legalRuleList, list.body);
    expect(
      list.body.items.find((rule: { id: string }) => rule.id === 'vn-water-mechanical'),
    ).toMatchObject({
      origin: 'built_in',
      replaced_by: [{ id: 'ours', from: '2026-01-01', to: null }],
    });
    expect((await send('/legal-rules/ours', 'DELETE', undefined, admin())).status).toBe(204);
    expectProblem(await send('/legal-rules/ours', 'DELETE', undefined, admin()), 'not_found');
    expect((await listed(later))?.due_on).toBe('2031-02-01');
  });

  test('that are not confirmed take legal dates away', async () => {
    await send('/legal-rules/doubt', 'PUT', { ...RULE, from: null, status: 'unverified' }, admin());
    expect(await listed()).toMatchObject({
      status: 'unknown',
      due_on: null,
      provisional_due_on: '2028-06-01',
      reasons: ['rule_unverified'],
    });
    await send('/legal-rules/doubt', 'DELETE', undefined, admin());
    expect(await listed()).toMatchObject({ state: 'dated' });
  });

  test('are those of another country where an administrator chooses it', async () => {
    const chosen = await send('/legal-rule-set', 'PUT', { rule_set: 'DE' }, admin());
    expect(chosen.body.rule_set).toBe('DE');
    expect(await listed()).toMatchObject({ due_on: '2030-12-31', rules: ['de-water'] });
    expectProblem(await send('/legal-rule-set', 'PUT', { rule_set: 'VN' }), 'forbidden');
    await send('/legal-rule-set', 'PUT', { rule_set: 'VN' }, admin());
    expect(await listed()).toMatchObject({ due_on: '2029-06-01' });
  });

  test.each([
    ['vn-mine', {}, 'id'],
    ['r', { replaces: 'vn-nothing' }, 'replaces'],
    ['r', { months: null }, 'months'],
    ['r', { basis: 'not_listed' }, 'months'],
    ['r', { to: '2025-01-01' }, 'to'],
    ['r', { source: ' ' }, 'source'],
    ['r', { accuracy_classes: [] }, 'accuracy_classes'],
  ])('%s with %o is refused', async (id, change, field) => {
    expect(await send(`/legal-rules/${id}`, 'PUT', { ...RULE, ...change }, admin())).toMatchObject({
      status: 400,
      body: { errors: [{ field }] },
    });
  });
});

describe('the due list', () => {
  beforeAll(async () => {
    await register('due-1', { valid_until: '2020-01-15' });
    await register('due-2', { valid_until: '2097-05-31' });
    await register('due-3', { verified_on: ago(20) }); // 36 or 60 months
    await register('due-4', {});
    await fixture.database.servicePool.query(
      `INSERT INTO groups (tenant, group_id, kind) VALUES ('a', 'due', 'water_district');
       INSERT INTO devices (tenant, device_id, kind, phases, technology, verified_on)
       VALUES ('a', 'due-5', 'electricity_meter', 3, 'electronic', '${ago(21)}'); -- 36 months, unverified
       INSERT INTO members (tenant, group_id, device_id, role) SELECT 'a', 'due', device_id, 'consumer' FROM devices
        WHERE tenant = 'a' AND device_id LIKE 'due-%'`,
    );
  });

  test('has those due first, then those without a day, page by page', async () => {
    expect(await ids('')).toEqual(['due-1', 'due-5', 'due-3', 'due-2', 'due-4']);
    expect(await ids(`&due_from=${addMonths(ago(20), 36)}&due_before=2097-05-31`)).toEqual([
      'due-3',
    ]);
    expect(await ids('&due_before=2097-06-01&provisional=false')).toEqual([
      'due-1',
      'due-3',
      'due-2',
    ]);
    expect(await ids('&status=expired,unknown')).toEqual(['due-1', 'due-5', 'due-4']);
    expect(await ids('&kind=electricity_meter')).toEqual(['due-5']);
  });

  test('is summed up by status and month, legal dates apart from others', async () => {
    const { body } = await fixture.request('/legal-states/summary?group=due');
    expectShape(legalSummary, body);
    expect(body).toMatchObject({
      devices: 5,
      overdue: 1,
      pending: 0,
      statuses: { expired: 1, unknown: 2, void: 0, not_regulated: 0 },
    });
    expect(body.statuses.valid + body.statuses.due_soon).toBe(2);
    expect(body.months).toHaveLength(24);
    expect(body.months[0].month).toBe(body.today.slice(0, 7));
    const electricity = await fixture.request(
      '/legal-states/summary?group=due&kind=electricity_meter',
    );
    expect(electricity.body.statuses).toMatchObject({ unknown: 1, expired: 0 });
  });

  test('refuses a status that there is not, and a day', async () => {
    for (const query of ['status=perhaps', 'due_before=0000-00-00', 'due_from=soon', 'what=1'])
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expectProblem(await fixture.request(`/legal-states?${query}`), 'invalid_request');
  });
});
