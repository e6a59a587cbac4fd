import {
  finding,
  findingBulkResult,
  findingDetail,
  findingList,
  findingSummary,
} from '@verimeter/api-schema';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectProblem, expectShape, type Fixture, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const operator = () => fixture.keys.a.operator;
const patch = (id: number, body: unknown, key = operator()) =>
  fixture.request(`/findings/${id}`, { method: 'PATCH', key, body });
const bulk = (body: unknown, key = operator()) =>
  fixture.request('/findings/bulk', { method: 'POST', key, body });
const detail = async (id: number) => (await fixture.request(`/findings/${id}`)).body;
const ids = (items: readonly { id: number }[]) => items.map((item) => item.id);

let made = 0;
/** A device with a live finding of its own; ids of both. */
async function flagged(
  change: {
    readonly recommendation?: string;
    readonly drifted?: number;
    readonly due?: string;
  } = {},
): Promise<{ device: string; id: number }> {
  const { recommendation = 'reverify', drifted = 0.99, due } = change;
  made += 1;
  const device = `f${made}`;
  const { servicePool } = fixture.database;
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class, address) VALUES ('a', $1, 'water_meter', '2', 'Hòn Gai')`,
    [device],
  );
  await servicePool.query(
    `INSERT INTO health (tenant, device_id, quantity, run_id, as_of, indication, recommendation, error_estimate, interval_low, interval_high,
       "limit", probability_over_limit, probability_drifted, group_id, legal_status, model_version)
     VALUES ('a', $1, 'water_volume', 1, '2026-03-10Z', 'drift_likely', $2, -0.08, -0.09, -0.07, 0.05, 0.99, $3, 'g2', 'valid', 'water-1')`,
    [device, recommendation, drifted],
  );
  if (due !== undefined)
    await servicePool.query(
      `INSERT INTO legal_states (tenant, device_id, state, due_on, due_earliest, due_latest, reasons, rules)
       VALUES ('a', $1, 'dated', $2, $2, $2, '{}', '{}')`,
      [device, due],
    );
  const { rows } = await servicePool.query<{ id: number }>(
    `INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, as_of)
     VALUES ('a', $1, 'water_volume', 'drift_likely', $2, '2026-03-10Z') RETURNING id`,
    [device, recommendation],
  );
  return { device, id: rows[0]?.id ?? 0 };
}

describe('one finding', () => {
  let id = 0;
  let device = '';
  beforeEach(async () => {
    ({ id, device } = await flagged());
  });

  test('tells its device, what is estimated and how it stands before the law', async () => {
    const body = await detail(id);
    expectShape(findingDetail, body);
    expect(body).toMatchObject({
      device_id: device,
      group_id: null,
      area_id: 'g2',
      kind: 'water_meter',
      address: 'Hòn Gai',
      assignee: null,
      estimate: { error_estimate: -0.08, interval_low: -0.09, interval_high: -0.07, limit: 0.05 },
      score: null,
      history: [{ kind: 'indication_changed', from: null, to: 'drift_likely/reverify', by: null }],
    });
  });

  test('keeps who did what, and when', async () => {
    await patch(id, { status: 'acknowledged', assignee: 'Đội kiểm định 2' });
    await patch(id, { comment: 'Gọi khách hàng' });
    await patch(id, { comment: 'Hẹn thứ hai', status: 'ordered' });
    await fixture.database.servicePool.query(
      `UPDATE findings SET recommendation = 'watch', indication = 'drift_possible', as_of = '2026-03-11Z' WHERE id = $1`,
      [id],
    );
    const body = await detail(id);
    expectShape(findingDetail, body);
    expect(body).toMatchObject({
      status: 'ordered',
      comment: 'Hẹn thứ hai',
      assignee: 'Đội kiểm định 2',
    });
    const by = { id: 'a-operator', name: null };
    expect(body.history.slice(1)).toMatchObject([
      { kind: 'status', from: 'open', to: 'acknowledged', by },
      { kind: 'assignment', from: null, to: 'Đội kiểm định 2', by },
      { kind: 'comment', text: 'Gọi khách hàng', by },
      { kind: 'status', from: 'acknowledged', to: 'ordered', by },
      { kind: 'comment', text: 'Hẹn thứ hai', by },
      {
        kind: 'indication_changed',
        from: 'drift_likely/reverify',
        to: 'drift_possible/watch',
        by: null,
        as_of: '2026-03-11T00:00:00.000Z',
      },
    ]);
  });

  test('the same once more changes and writes nothing', async () => {
    const first = await patch(id, { status: 'acknowledged' });
    const again = await patch(id, { status: 'acknowledged' });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await detail(id)).history).toHaveLength(2);
  });

  test('is dismissed with a reason of the list, which is gone when it is reopened', async () => {
    expect(await patch(id, { status: 'dismissed', reason: 'meter_exchanged' })).toMatchObject({
      status: 200,
      body: { status: 'dismissed', reason: 'meter_exchanged' },
    });
    // One finding by itself may become anything again; the reason is implied.
    expect(await patch(id, { status: 'ordered' })).toMatchObject({
      status: 200,
      body: { status: 'ordered', reason: null },
    });
    const { history } = await detail(id);
    expect(history.slice(1)).toMatchObject([
      { from: 'open', to: 'dismissed', text: 'meter_exchanged' },
      { from: 'dismissed', to: 'ordered', text: 'reopened' },
    ]);
  });

  test.each([
    ['nothing', {}, ''],
    ['a reason without the dismissal', { reason: 'duplicate' }, 'reason'],
    ['a reason of no list', { status: 'dismissed', reason: 'because' }, 'reason'],
    ['another reason without a comment', { status: 'dismissed', reason: 'other' }, 'comment'],
    ['reopening into what is over', { status: 'verified', reason: 'reopened' }, 'reason'],
    ['an assignee that is too long', { assignee: 'x'.repeat(81) }, 'assignee'],
    ['an empty assignee', { assignee: ' ' }, 'assignee'],
    ['a comment with NUL', { comment: 'a\0' }, 'comment'],
    ['a comment with half a character', { comment: '\uDC00' }, 'comment'],
  ])('%s is refused by name', async (_, change, field) => {
    const answer = await patch(id, change);
    expectProblem(answer, 'invalid_request');
    expect(answer.body.errors[0].field).toBe(field);
  });

  test('is changed by operators of its tenant only, and seen by nobody else', async () => {
    expectProblem(await patch(id, { status: 'ordered' }, fixture.keys.a.viewer), 'forbidden');
    const stranger = fixture.keys.b.operator;
    expectProblem(await patch(id, { status: 'ordered' }, stranger), 'not_found');
    expectProblem(await fixture.request(`/findings/${id}`, { key: stranger }), 'not_found');
    expect((await detail(id)).status).toBe('open');
  });

  test('is announced with what people made of it', async () => {
    await patch(id, { status: 'acknowledged', assignee: 'An' });
    const { rows } = await fixture.database.servicePool.query(
      `SELECT body FROM live_events WHERE tenant = 'a' AND kind = 'finding' ORDER BY id DESC LIMIT 1`,
    );
    expect(rows[0]?.body).toMatchObject({
      id,
      device_id: device,
      status: 'acknowledged',
      assignee: 'An',
    });
  });
});

describe('many findings', () => {
  test('are changed alike, each as a whole, those that cannot be are named', async () => {
    const [one, two, three] = [await flagged(), await flagged(), await flagged()];
    await patch(two.id, { status: 'acknowledged' });
    await patch(three.id, { status: 'dismissed', reason: 'data_fault' });
    const answer = await bulk({
      ids: [one.id, two.id, three.id, 999_999, one.id],
      change: { status: 'acknowledged' },
    });
    expect(answer.status).toBe(200);
    expectShape(findingBulkResult, answer.body);
    expect(answer.body).toMatchObject({ changed: 1, unchanged: 1 });
    expect(answer.body.refused).toMatchObject([
      { id: 999_999, code: 'not_found' },
      { id: three.id, code: 'conflict', message: expect.stringContaining('reopened') },
    ]);
    expect((await detail(three.id)).status).toBe('dismissed');
  });

  test('by a filter, of the own tenant only', async () => {
    const one = await flagged();
    const answer = await bulk({
      filter: { device_id: one.device, status: ['open'] },
      change: { assignee: 'Bình' },
    });
    expect(answer.body).toEqual({ changed: 1, unchanged: 0, refused: [] });
    const foreign = await bulk({ filter: { device_id: 'foreign' }, change: { assignee: 'x' } });
    expect(foreign.body).toEqual({ changed: 0, unchanged: 0, refused: [] });
    const { rows } = await fixture.database.servicePool.query(
      `SELECT assignee FROM findings WHERE tenant = 'b'`,
    );
    expect(rows).toEqual([{ assignee: null }]);
  });

  test('two of one subject cannot be made live together', async () => {
    const { id, device } = await flagged();
    await patch(id, { status: 'dismissed', reason: 'duplicate' });
    const { rows } = await fixture.database.servicePool.query<{ id: number }>(
      `INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, status)
       VALUES ('a', $1, 'water_volume', 'drift_likely', 'reverify', 'dismissed') RETURNING id`,
      [device],
    );
    const other = rows[0]?.id ?? 0;
    const answer = await bulk({ ids: [id, other], change: { status: 'open', reason: 'reopened' } });
    expect(answer.body).toMatchObject({ changed: 1, refused: [{ id: other, code: 'conflict' }] });
  });

  test.each([
    ['neither ids nor filter', { change: { status: 'ordered' } }],
    ['both', { ids: [1], filter: { group: 'g1' }, change: { status: 'ordered' } }],
    ['an empty filter', { filter: {}, change: { status: 'ordered' } }],
    ['no change', { ids: [1], change: {} }],
    ['too many ids', { ids: Array.from({ length: 501 }, (_, k) => k), change: { status: 'open' } }],
    ['half a number', { ids: [1.5], change: { status: 'open' } }],
  ])('%s is refused', async (_, body) => {
    expectProblem(await bulk(body), 'invalid_request');
  });
});

/** Ids on all pages of one, of findings that Chi has in an area. */
const walk = async (query: string) => {
  const found: number[] = [];
  let cursor = '';
  do {
    // oxlint-disable-next-line no-await-in-loop -- page after page
    const { body } = await fixture.request(
      `/findings?group=g2&assignee=Chi&limit=1${query}${cursor}`,
    );
    expectShape(findingList, body);
    found.push(...ids(body.items));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  return found;
};

describe('lists', () => {
  test('of a group hold those of its devices, page by page in each order', async () => {
    const sorted = [
      await flagged({ recommendation: 'watch', drifted: 0.9, due: '2031-01-01' }),
      await flagged({ recommendation: 'reverify', drifted: 0.97 }),
      await flagged({ recommendation: 'reverify', drifted: 0.999, due: '2027-01-01' }),
      await flagged({ recommendation: 'inspect', drifted: 0.5, due: '2026-01-01' }),
    ].map(({ id }) => id);
    const [watch, less, more, inspect] = sorted;
    await bulk({ ids: sorted, change: { assignee: 'Chi' } });
    expect(await walk('')).toEqual(sorted.toReversed());
    expect(await walk('&sort=risk')).toEqual([more, less, inspect, watch]);
    expect(await walk('&sort=due')).toEqual([inspect, more, watch, less]);
    expect(await walk('&kind=electricity_meter')).toEqual([]);
    expect(await walk('&recommendation=inspect,watch')).toEqual([inspect, watch]);
    expect(await walk('&since=2999-01-01')).toEqual([]);
    expect(await walk('&since=2020-01-01&device=F')).toEqual(sorted.toReversed());
  });

  test('of nobody are those without an assignee', async () => {
    const { id } = await flagged();
    const all = await fixture.request('/findings?unassigned=true&limit=1000');
    expect(ids(all.body.items)).toContain(id);
    await patch(id, { assignee: 'Dung' });
    const rest = await fixture.request('/findings?unassigned=true&limit=1000');
    expect(ids(rest.body.items)).not.toContain(id);
    const others = await fixture.request('/findings?unassigned=false&limit=1000');
    expect(ids(others.body.items)).toContain(id);
  });

  test('are counted by status, with the people who have live ones', async () => {
    const [one, two] = [await flagged(), await flagged()];
    await bulk({ ids: [one.id, two.id], change: { assignee: 'Én' } });
    await patch(two.id, { status: 'dismissed', reason: 'accepted_risk' });
    const { body } = await fixture.request('/findings/summary?assignee=%C3%89n');
    expectShape(findingSummary, body);
    expect(body).toEqual({
      statuses: { open: 1, acknowledged: 0, ordered: 0, verified: 0, dismissed: 1 },
      assignees: [{ assignee: 'Én', live: 1 }],
    });
    expect(
      (await fixture.request('/findings/summary', { key: fixture.keys.b.viewer })).body.statuses
        .open,
    ).toBe(1);
  });

  test.each([
    'sort=worst',
    'status=done',
    'unknown=1',
    'since=yesterday',
    'assignee=',
    'unassigned=perhaps',
    'assignee=%00',
  ])('%s is refused', async (query) => {
    expectProblem(await fixture.request(`/findings?${query}`), 'invalid_request');
  });
});

test('of a group a finding tells the status of the group', async () => {
  const { body } = await fixture.request('/findings?group=g1&status=open');
  const [ofGroup] = body.items.filter((item: { device_id: unknown }) => item.device_id === null);
  expectShape(finding, ofGroup);
  expect(ofGroup).toMatchObject({ area_id: 'g1', estimate: null, kind: null, legal_status: null });
  expect((await detail(ofGroup.id)).history).toMatchObject([{ to: 'unregistered_consumer' }]);
});
