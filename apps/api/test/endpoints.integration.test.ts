import {
  HEALTH_COLUMNS,
  deviceDetail,
  deviceList,
  finding,
  findingList,
  groupDetail,
  groupList,
  healthDetailList,
  healthList,
  lotList,
  floodList,
  ledgerList,
  quarantineList,
  readingList,
  session,
  summary,
} from '@verimeter/api-schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Fixture,
  expectProblem,
  expectShape,
  insertReadings,
  startFixture,
} from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await insertReadings(fixture.database, { deviceId: 'm1', quantity: 'active_energy_import' }, [
    { ts: '2026-03-10T00:00:00.000001Z', value: 12_345.678 },
    { ts: '2026-03-10T00:15:00Z', value: 12_345.912 },
  ]);
});
afterAll(() => fixture.stop());

describe('fleet', () => {
  test('lists devices with all columns of the file, by device_id', async () => {
    const { status, body } = await fixture.request('/devices');
    expect(status).toBe(200);
    expectShape(deviceList, body);
    expect(body.items.map((item: { device_id: string }) => item.device_id)).toEqual([
      'm1',
      'm2',
      'm3',
      'supply',
      'w1',
    ]);
    expect(body.items[0]).toMatchObject({
      kind: 'electricity_meter',
      serial: 'S1',
      verified_on: '2019-05-01',
      lat: 10.5,
      online: true,
      online_at: '2026-03-10T00:00:00.123456Z',
      address: null,
    });
  });

  test('filters devices by kind and group', async () => {
    const water = await fixture.request('/devices?kind=water_meter,heat_meter');
    expect(water.body.items).toHaveLength(1);
    const group = await fixture.request('/devices?group=g1&kind=electricity_meter');
    expect(group.body.items).toHaveLength(3);
  });

  test('finds a device by its serial number, however it is spelled', async () => {
    const found = await fixture.request('/devices?serial=%20s%201');
    expect(found.body.items.map((item: { device_id: string }) => item.device_id)).toEqual(['m1']);
    const none = await fixture.request('/devices?serial=S');
    expect(none.body.items).toEqual([]);
    const empty = await fixture.request('/devices?serial=%20');
    expect(empty.body).toMatchObject({ status: 400, errors: [{ field: 'serial' }] });
  });

  test('shows a device with channels and their latest reading', async () => {
    const { body } = await fixture.request('/devices/m1');
    expectShape(deviceDetail, body);
    expect(body.channels).toEqual([
      {
        quantity: 'active_energy_import',
        unit: 'kW.h',
        latest: { ts: '2026-03-10T00:15:00.000Z', value: 12_345.912 },
      },
      { quantity: 'voltage_l1', unit: 'V', latest: null },
    ]);
    expect(body.events).toEqual([]);
  });

  test('shows what a device reported, newest first', async () => {
    await fixture.database.servicePool.query(`
      INSERT INTO device_events (tenant, device_id, ts, event, state, detail, received_at)
      VALUES ('a', 'm3', '2026-03-08T00:00:00Z', 'inspected', 'past', NULL, '2026-03-08T00:00:01Z'),
             ('a', 'm3', '2026-03-08T01:00:00Z', 'leak', 'active', NULL, '2026-03-08T01:00:01Z'),
             ('a', 'm3', '2026-03-09T00:00:00Z', 'cover_open', 'active', 'terminal cover', '2026-03-09T00:00:01Z'),
             ('a', 'm3', '2026-03-09T01:00:00Z', 'cover_open', 'cleared', NULL, '2026-03-09T01:00:01Z')`);
    const { body } = await fixture.request('/devices/m3');
    expectShape(deviceDetail, body);
    expect(body.events).toEqual([
      {
        ts: '2026-03-09T01:00:00.000Z',
        event: 'cover_open',
        type: '0.12.141.16',
        name: 'Security.Enclosure.Closed',
        condition: 'cover_open',
        state: 'cleared',
        detail: null,
        received_at: '2026-03-09T01:00:01.000Z',
      },
      {
        ts: '2026-03-09T00:00:00.000Z',
        event: 'cover_open',
        type: '0.12.141.212',
        name: 'Security.Enclosure.Removed',
        condition: 'cover_open',
        state: 'active',
        detail: 'terminal cover',
        received_at: '2026-03-09T00:00:01.000Z',
      },
      {
        ts: '2026-03-08T01:00:00.000Z',
        event: 'leak',
        type: null,
        name: null,
        condition: 'leak',
        state: 'active',
        detail: null,
        received_at: '2026-03-08T01:00:01.000Z',
      },
      {
        ts: '2026-03-08T00:00:00.000Z',
        event: 'inspected',
        type: null,
        name: null,
        condition: null,
        state: 'past',
        detail: null,
        received_at: '2026-03-08T00:00:01.000Z',
      },
    ]);
  });

  test('a stamp from the future is not the latest reading before its time', async () => {
    const channel = { deviceId: 'm2', quantity: 'active_energy_import' };
    const ahead = new Date(Date.now() + 3600e3).toISOString();
    await insertReadings(fixture.database, channel, [
      { ts: '2026-03-10T00:00:00Z', value: 1 },
      { ts: '2026-03-10T01:00:00Z', value: 2, flags: 1 },
      { ts: ahead, value: 3, flags: 1 },
    ]);
    const { body } = await fixture.request('/devices/m2');
    expect(body.channels[0].latest).toEqual({ ts: '2026-03-10T01:00:00.000Z', value: 2 });
  });

  test('lists groups with status and as_of, null before the first analysis', async () => {
    const { body } = await fixture.request('/groups');
    expectShape(groupList, body);
    expect(body.items).toMatchObject([
      { group_id: 'g1', status: 'unregistered_consumer', as_of: '2026-03-10T00:00:00.000Z' },
      { group_id: 'g2', status: null, as_of: null },
    ]);
    const filtered = await fixture.request('/groups?status=ok');
    expect(filtered.body.items).toEqual([]);
  });

  test('shows a group with members, their time and the candidates', async () => {
    const { body } = await fixture.request('/groups/g1');
    expectShape(groupDetail, body);
    expect(body.candidates).toEqual([{ device_id: 'm3', correlation: 0.83 }]);
    expect(body.members).toEqual([
      {
        device_id: 'm1',
        role: 'consumer',
        from: '2026-01-01T00:00:00.000Z',
        to: null,
        feeder: 'F1',
      },
      {
        device_id: 'm2',
        role: 'consumer',
        from: null,
        to: '2026-03-01T00:00:00.000Z',
        feeder: null,
      },
      { device_id: 'supply', role: 'supply', from: null, to: null, feeder: null },
    ]);
    const empty = await fixture.request('/groups/g2');
    expectShape(groupDetail, empty.body);
    expect(empty.body).toMatchObject({ status: null, members: [], candidates: [] });
  });
});

describe('results', () => {
  test('health rows are the columns of the file, numbers or null, sorted by risk', async () => {
    const { body } = await fixture.request('/health');
    expectShape(healthList, body);
    expect(Object.keys(body.items[0])).toEqual([...HEALTH_COLUMNS]);
    expect(body.items.map((item: { device_id: string }) => item.device_id)).toEqual([
      'm1', // reverify
      'm2', // inspect, without a probability
      'm3', // none, probability 0.01
      'supply', // none, no probability
    ]);
    expect(body.items[0]).toMatchObject({ error_estimate: -0.031, exit_date_median: '2026-01-02' });
    expect(body.items[3]).toMatchObject({ quantity: '', as_of: null, error_estimate: null });
  });

  test.each([
    ['indication=stopped,drift_likely', ['m1', 'm2']],
    ['recommendation=reverify', ['m1']],
    ['group=g1&sort=device_id', ['m1', 'm2', 'm3']],
    ['kind=water_meter', []],
    ['sort=device_id&limit=2', ['m1', 'm2']],
    ['device=SUP', ['supply']],
  ])('health?%s', async (query, expected) => {
    const { body } = await fixture.request(`/health?${query}`);
    expectShape(healthList, body);
    expect(body.items.map((item: { device_id: string }) => item.device_id)).toEqual(expected);
  });

  test('the summary counts devices by their most urgent recommendation, and groups', async () => {
    const { body } = await fixture.request('/summary');
    expectShape(summary, body);
    expect(body).toEqual({
      devices: 4,
      recommendations: { none: 2, watch: 0, inspect: 1, reverify: 1 },
      groups: 2,
      groups_attention: 1,
    });
  });

  test('lots are sorted by the probability that too many are beyond the limit, with plan and sample', async () => {
    const { body } = await fixture.request('/lots');
    expectShape(lotList, body);
    expect(
      body.items.map((row: { lot: string }) => row.lot.split('|').slice(0, 3).join(' ')),
    ).toEqual(['ELECTRICITY_METER ACME B', 'ELECTRICITY_METER ACME A', 'WATER_METER ? ?']);
    expect(body.items[0]).toMatchObject({
      quantity: 'active_energy_import',
      as_of: '2026-03-10T00:00:00.000Z',
      members: 2,
      estimated: 1,
      share: 0.2,
      p_share_over_5: 0.97,
      exit_date: null,
      plan: { n: 1, accept: 0, sample: ['m1'] },
    });
    expect(body.items[1].exit_date).toBe('2031-05-01');
    expect(body.items[1]).toMatchObject({ relative_drift_per_year: null, relative_homes: null });
    expect(body.items[2]).toMatchObject({
      share: null,
      relative_drift_per_year: -0.04,
      relative_drift_per_year_se: 0.01,
      relative_drift_per_1000_m3: -0.3,
      relative_drift_per_1000_m3_se: 0.08,
      relative_homes: 120,
      relative_minimum_detectable: 0.029,
      relative_posterior_per_year: -0.03,
      relative_posterior_per_year_se: 0.008,
      relative_posterior_per_1000_m3: -0.25,
      relative_posterior_per_1000_m3_se: 0.07,
      relative_exit_date: '2027-11-01',
      relative_exit_date_earliest: '2027-05-01',
      relative_exit_level_assumed: true,
    });
    const first = await fixture.request('/lots?limit=2');
    const rest = await fixture.request(`/lots?limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.items, ...rest.body.items]).toEqual(body.items);
    expect(rest.body.next_cursor).toBeNull();
  });

  test('health of a device has its history in time order and its evidence', async () => {
    const { body, headers } = await fixture.request('/health/m1', {
      headers: { 'accept-language': 'vi-VN,vi;q=0.9' },
    });
    expectShape(healthDetailList, body);
    expect(headers.get('content-language')).toBe('vi');
    expect(headers.get('vary')).toContain('accept-language');
    expect(body.items[0].history.map((point: { as_of: string }) => point.as_of)).toEqual([
      '2026-03-03T00:00:00.000Z',
      '2026-03-10T00:00:00.000Z',
    ]);
    expect(body.items[0].evidence).toEqual([
      { code: 'a_code_from_tomorrow', values: { x: 1 }, text: 'a_code_from_tomorrow' },
    ]);
  });

  test('evidence is told in the language asked for', async () => {
    await fixture.database.servicePool.query(
      `UPDATE health SET evidence = '[{"code":"register_frozen","values":{"days":12,"mean_watts":1250}}]' WHERE device_id = 'm2'`,
    );
    const english = await fixture.request('/health/m2');
    const vietnamese = await fixture.request('/health/m2', {
      headers: { 'accept-language': 'vi' },
    });
    const textOf = (answer: typeof english): string => answer.body.items[0].evidence[0].text;
    expect(textOf(english)).toMatch(/12 days.*1,250 W/);
    expect(textOf(vietnamese)).toMatch(/12 ngày.*1\.250 W/);
  });

  test('a device that was not analysed has no items', async () => {
    const { status, body } = await fixture.request('/health/w1');
    expect(status).toBe(200);
    expect(body).toEqual({ items: [] });
  });

  test('lists findings, newest first, and filters them', async () => {
    const { body } = await fixture.request('/findings');
    expectShape(findingList, body);
    expect(body.items).toMatchObject([
      { id: 2, device_id: null, group_id: 'g1', group_status: 'unregistered_consumer' },
      { id: 1, device_id: 'm1', indication: 'drift_likely', status: 'open', comment: null },
    ]);
    const filtered = await fixture.request(
      '/findings?device_id=m1&status=open&recommendation=reverify',
    );
    expect(filtered.body.items).toHaveLength(1);
    expect((await fixture.request('/findings?status=verified')).body.items).toEqual([]);
  });

  test('an operator changes status and comment of a finding', async () => {
    const operator = { key: fixture.keys.a.operator, method: 'PATCH' };
    const changed = await fixture.request('/findings/1', {
      ...operator,
      body: { status: 'ordered', comment: 'for Monday' },
    });
    expect(changed.status).toBe(200);
    expectShape(finding, changed.body);
    expect(changed.body).toMatchObject({ id: 1, status: 'ordered', comment: 'for Monday' });
    const only = await fixture.request('/findings/1', { ...operator, body: { comment: null } });
    expect(only.body).toMatchObject({ status: 'ordered', comment: null });
    const [read] = (await fixture.request('/findings?device_id=m1')).body.items;
    expect(read).toEqual(only.body);
  });

  test('a second live finding for one subject is a conflict', async () => {
    const operator = { key: fixture.keys.a.operator, method: 'PATCH' };
    await fixture.request('/findings/2', { ...operator, body: { status: 'dismissed' } });
    await fixture.database.servicePool.query(
      `INSERT INTO findings (tenant, group_id, group_status) VALUES ('a', 'g1', 'archive_error')`,
    );
    const again = await fixture.request('/findings/2', { ...operator, body: { status: 'open' } });
    expectProblem(again, 'conflict');
    expect((await fixture.request('/findings?status=dismissed')).body.items).toHaveLength(1);
  });
});

describe('account', () => {
  test('ledger entries and their totals', async () => {
    const { body } = await fixture.request('/ledger');
    expectShape(ledgerList, body);
    expect(body.items).toHaveLength(3);
    expect(body.items[0]).toMatchObject({
      device_id: null,
      topic: 'verimeter/v1/a/ghost/readings',
      hour: '2026-03-10T01:00:00.000Z',
      rejected: 3,
    });
    expect(body.totals).toEqual({
      received: 18,
      stored: 11,
      duplicate: 2,
      conflicting: 1,
      rejected: 4,
      pending: 0,
    });
  });

  test('totals follow the filters, not the page', async () => {
    const page = await fixture.request(
      '/ledger?device_id=m1&from=2026-03-10T01:00:00Z&to=2026-03-10T03:00:00Z&limit=1',
    );
    expect(page.body.items).toHaveLength(1);
    expect(page.body.totals.received).toBe(15);
    const none = await fixture.request('/ledger?to=2026-03-10T01:00:00Z');
    expect(none.body.items).toEqual([]);
    expect(none.body.totals.received).toBe(0);
  });

  test('who sends too much, the latest first, page by page and by state', async () => {
    const first = await fixture.request('/message-floods?limit=2');
    expectShape(floodList, first.body);
    expect(first.body).toMatchObject({
      items: [
        {
          sender: 'm1',
          device_id: 'm1',
          state: 'active',
          since: '2026-03-10T01:00:00.000Z',
          rate_per_second: 75,
          top_rate_per_second: 180.1,
          messages_beyond: 90_000,
        },
        { sender: 'm2', device_id: 'm2', state: 'ended', until: '2026-03-10T00:05:00.000Z' },
      ],
      active: 1,
    });
    const next = await fixture.request(`/message-floods?limit=2&cursor=${first.body.next_cursor}`);
    expect(next.body).toMatchObject({
      items: [{ sender: 'ghost', device_id: null }],
      next_cursor: null,
    });
    const ended = await fixture.request('/message-floods?state=ended');
    expect(ended.body.items).toHaveLength(2);
    expectProblem(await fixture.request('/message-floods?state=soon'), 'invalid_request');
  });

  test('quarantine with payload as it came, or its size and hash', async () => {
    const { body } = await fixture.request('/quarantine');
    expectShape(quarantineList, body);
    expect(body.items).toMatchObject([
      {
        reason: 'too_large',
        payload_base64: null,
        payload_bytes: 5_000_000,
        payload_sha256: 'ab'.repeat(32),
      },
      {
        reason: 'unknown_device',
        received_at: '2026-03-10T01:00:00.500Z',
        payload_base64: 'e30=',
        payload_bytes: 2,
        status: 'open',
      },
    ]);
    const filtered = await fixture.request('/quarantine?reason=unknown_device&device_id=ghost');
    expect(filtered.body.items).toHaveLength(1);
  });
});

test('readings of a channel have the shape of the contract', async () => {
  const { body } = await fixture.request('/readings?device_id=m1&quantity=active_energy_import');
  expectShape(readingList, body);
  expect(body).toEqual({
    items: [
      {
        ts: '2026-03-10T00:00:00.000001Z',
        value: 12_345.678,
        quality: [],
        received_at: '2026-03-10T00:00:00.000001Z',
        ts_source: 'device',
        current: true,
      },
      {
        ts: '2026-03-10T00:15:00.000Z',
        value: 12_345.912,
        quality: [],
        received_at: '2026-03-10T00:15:00.000Z',
        ts_source: 'device',
        current: true,
      },
    ],
    next_cursor: null,
  });
});

test('the session says who asks', async () => {
  const { body } = await fixture.request('/session', { key: fixture.keys.b.admin });
  expectShape(session, body);
  expect(body).toEqual({ tenant: 'b', role: 'admin', zone: 'Europe/Berlin', expires_at: null });
});

describe('without prefix', () => {
  test('live, ready and metrics', async () => {
    const live = await fetch(`${fixture.api.url}/health/live`);
    expect(live.status).toBe(200);
    const ready = await fetch(`${fixture.api.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { database: 'ok', store: 'ok' },
    });
    const metrics = await (await fetch(`${fixture.api.url}/metrics`)).text();
    expect(metrics).toMatch(
      /api_request_seconds_count\{[^}]*route="\/api\/v1\/devices"[^}]*\} \d+/,
    );
    expect(metrics).toMatch(/api_live_readers\{[^}]*\} 0/);
  });

  test('the description is browsable without anything from elsewhere', async () => {
    const page = await fetch(`${fixture.api.url}/docs`);
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('swagger-ui');
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources) {
      const url = new URL(source, page.url);
      expect(url.origin).toBe(fixture.api.url);
      // oxlint-disable-next-line no-await-in-loop
      expect((await fetch(url)).status).toBe(200);
    }
    const document = await (await fetch(`${fixture.api.url}/docs/json`)).json();
    expect(document).toEqual((await fixture.request('/openapi.json', { key: null })).body);
  });

  test('a problem type leads to its explanation', async () => {
    const missing = expectProblem(await fixture.request('/devices/none'), 'not_found');
    const page = await fetch(new URL(missing.type, fixture.api.url));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('not_found');
  });
});
