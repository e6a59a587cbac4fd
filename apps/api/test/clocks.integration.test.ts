import { clockList, deviceDetail, groupDetail, healthDetailList } from '@verimeter/api-schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

test('a device says how its clock is, in the language asked for', async () => {
  const { body } = await fixture.request('/devices/m2', { headers: { 'accept-language': 'vi' } });
  expectShape(deviceDetail, body);
  expect(body.clock).toEqual({
    state: 'wrong_zone',
    offset_seconds: 25_199.5,
    offset_uncertainty: 1.5,
    rate_seconds_per_day: null,
    zone_offset: '+07:00',
    interval_seconds: null,
    since: '2026-03-09T12:00:00.000Z',
    last_message_at: '2026-03-10T00:15:02.000Z',
    text: 'Nhanh 7 giờ: có vẻ giờ địa phương (UTC+07:00) được gửi như giờ UTC.',
    action: expect.stringContaining('múi giờ'),
    messages: { total: 25, future: 24, late: 0, unset: 1, without_time: 0 },
  });
  expect((await fixture.request('/devices/m3')).body.clock).toBeNull();
});

test('a device whose readings cannot be stored is told from a dead one by its last message', async () => {
  const { body } = await fixture.request('/devices/w1');
  expect(body).toMatchObject({
    channels: [],
    clock: { state: 'unset', last_message_at: '2026-03-10T00:15:02.000Z' },
  });
  expect(body.clock.text).toContain('The device itself is alive');
});

test('a group that readings came late for says that its answer is provisional, and so do its devices', async () => {
  const { database } = fixture;
  const request = (path: string) => fixture.request(path);
  expect((await request('/groups/g1')).body.provisional).toBeNull();
  await database.servicePool.query(
    `UPDATE group_health SET late_noticed_at = '2026-03-11Z', late_from = '2026-03-01Z', late_received_at = '2026-03-10T23:00Z', late_channels = 2`,
  );
  const provisional = {
    noticed_at: '2026-03-11T00:00:00.000Z',
    late_from: '2026-03-01T00:00:00.000Z',
    last_received_at: '2026-03-10T23:00:00.000Z',
    series: 2,
  };
  const group = await request('/groups/g1');
  expectShape(groupDetail, group.body);
  expect(group.body).toMatchObject({ provisional });
  const list = await request('/groups');
  expect(list.body.items).toMatchObject([{ provisional }, { provisional: null }]);
  const health = await request('/health/m1');
  expectShape(healthDetailList, health.body);
  expect(health.body.items).toMatchObject([{ provisional }]);
});

test('clocks are listed, faults first, page by page, with counts of the tenant', async () => {
  const first = await fixture.request('/clock-health?limit=2');
  expectShape(clockList, first.body);
  const ids = ({ body }: typeof first) =>
    body.items.map((item: { device_id: string }) => item.device_id);
  expect(ids(first)).toEqual(['m2', 'w1']);
  expect(first.body.counts).toMatchObject({ ok: 1, wrong_zone: 1, unset: 1, ahead: 0 });
  const next = await fixture.request(`/clock-health?limit=2&cursor=${first.body.next_cursor}`);
  expect(ids(next)).toEqual(['m1']);
  expect(next.body.next_cursor).toBeNull();
});

test('lists of clocks and of devices are filtered by state', async () => {
  const clocks = await fixture.request('/clock-health?state=unset,ahead');
  expect(clocks.body.items).toHaveLength(1);
  expect(clocks.body.counts.ok).toBe(1);
  const devices = await fixture.request('/devices?clock=wrong_zone,unset&kind=electricity_meter');
  expect(devices.body.items).toMatchObject([{ device_id: 'm2' }]);
  expectProblem(await fixture.request('/clock-health?state=slow'), 'invalid_request');
});
