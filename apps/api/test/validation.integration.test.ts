import {
  exceptionList,
  type ExceptionItem,
  type Reading,
  readingList,
  ruleSet,
  ruleSetList,
} from '@verimeter/api-schema';
import {
  keepSensorCorrections,
  readChannels,
  replaceEstimates,
  replaceExceptions,
} from '@verimeter/registry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectProblem,
  expectShape,
  type Fixture,
  insertReadings,
  startFixture,
} from './fixture.ts';

const QUANTITY = 'active_energy_import';
const HOUR_US = 3600e6;
const START_US = Date.UTC(2026, 2, 1) * 1000;
const at = (hour: number): number => START_US + hour * HOUR_US;
const isoOf = (hour: number): string => new Date(at(hour) / 1000).toISOString();

let fixture: Fixture;
let channelId: number;

const exceptionOf = (rule: 'zero' | 'gap' | 'spike', from: number, to: number) => ({
  channelId,
  rule,
  severity: rule === 'zero' ? ('info' as const) : ('warning' as const),
  code: { zero: '3.6.1', gap: '3.5.259', spike: '3.6.0' }[rule],
  fromUs: at(from),
  toUs: at(to),
  marks: rule !== 'gap',
  value: 3,
  expected: rule === 'zero' ? Number.NaN : 1,
  rulesVersion: 1,
});

beforeAll(async () => {
  fixture = await startFixture();
  const pool = fixture.database.servicePool;
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ('a', 'v1', 'electricity_meter'), ('a', 's1', 'environment_sensor');
     INSERT INTO channels (tenant, device_id, quantity, unit)
     VALUES ('a', 'v1', '${QUANTITY}', 'kW.h'), ('a', 's1', 'pm2_5', 'ug/m3')`,
  );
  channelId = (await readChannels(pool, 'a', ['v1']))[0]?.channelId ?? 0;
  // hours 4 to 6 are missing
  await insertReadings(
    fixture.database,
    { deviceId: 'v1', quantity: QUANTITY },
    [0, 1, 2, 3, 7, 8].map((hour) => ({
      ts: isoOf(hour),
      value: 10 + hour,
      flags: hour === 8 ? 4 : 0,
    })),
  );
  await replaceExceptions(
    pool,
    'a',
    { channelIds: [channelId], fromUs: -Infinity, toUs: Infinity },
    [
      exceptionOf('zero', 1, 2),
      exceptionOf('spike', 2, 2),
      exceptionOf('gap', 3, 7),
      exceptionOf('spike', 8, 8),
    ],
  );
  await replaceEstimates(
    pool,
    'a',
    {
      channels: [{ channelId, fromUs: -Infinity }],
      toUs: Infinity,
      model: 'test-1',
      code: '3.8.0',
    },
    [4, 5, 6].map((hour) => ({
      channelId,
      tsUs: at(hour),
      value: 10 + hour,
      method: 'linear',
      rulesVersion: 1,
    })),
  );
});
afterAll(() => fixture.stop());

const readings = `/readings?device_id=v1&quantity=${QUANTITY}`;

/** All pages of a list. */
async function pages<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    // oxlint-disable-next-line no-await-in-loop
    const { body, status } = await fixture.request(
      cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
    );
    expect(status).toBe(200);
    const page: { items: Item[]; next_cursor: string | null } = body;
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}

describe('quality of readings', () => {
  test('is what validation found, beside what was known of them', async () => {
    const { body } = await fixture.request(readings);
    expectShape(readingList, body);
    expect(body.items.map(({ quality }: Reading) => quality)).toEqual([
      [],
      ['3.6.1'],
      ['3.6.1', '3.6.0'],
      [],
      [],
      ['at_least_once', '3.6.0'],
    ]);
  });

  test('is the same page by page', async () => {
    const all = await pages<Reading>(`${readings}&limit=100`);
    expect(await pages<Reading>(`${readings}&limit=2`)).toEqual(all);
  });
});

describe('values beside the readings', () => {
  test('come with them where they are asked for', async () => {
    const { body } = await fixture.request(`${readings}&include=versions`);
    expectShape(readingList, body);
    expect(body.items.map(({ ts, value, version }: Reading) => [ts, value, version])).toEqual([
      ...[0, 1, 2, 3].map((hour) => [isoOf(hour), 10 + hour, 0]),
      ...[4, 5, 6].map((hour) => [isoOf(hour), 10 + hour, 1]),
      ...[7, 8].map((hour) => [isoOf(hour), 10 + hour, 0]),
    ]);
    expect(body.items[4]).toMatchObject({
      quality: ['3.8.0'],
      ts_source: 'computed',
      method: 'linear',
      model: 'test-1',
      current: true,
    });
  });

  test('are corrections of a sensor too, by the piece that holds at the time', async () => {
    const sensor = { deviceId: 's1', quantity: 'pm2_5' };
    await insertReadings(
      fixture.database,
      sensor,
      [0, 1, 2, 3].map((hour) => ({ ts: isoOf(hour), value: 12 + hour })),
    );
    const pool = fixture.database.servicePool;
    const keep = (gain: number) =>
      keepSensorCorrections(pool, 'a', { model: 'sensors-1' }, [
        { ...sensor, fromUs: at(1), toUs: at(2), gain: 2, offset: 1 },
        { ...sensor, fromUs: at(2), toUs: at(3), gain, offset: 0 },
      ]);
    const path = '/readings?device_id=s1&quantity=pm2_5&include=versions&limit=3';
    const shown = async () =>
      (await pages<Reading>(path)).map(({ ts, value, version, quality }) => [
        ts,
        value,
        version,
        quality,
      ]);
    expect(await keep(4)).toBe(2);
    const raw = [0, 1, 2, 3].map((hour) => [isoOf(hour), 12 + hour, 0, []]);
    expect(await shown()).toEqual([
      raw[0],
      raw[1],
      [isoOf(1), 6, 1, ['3.7.0']],
      raw[2],
      [isoOf(2), 3.5, 1, ['3.7.0']],
      raw[3],
    ]);
    // the same again is nothing new; another gain is another version, and the one before is kept
    expect(await keep(4)).toBe(0);
    expect(await keep(7)).toBe(1);
    expect((await shown())[4]).toEqual([isoOf(2), 2, 2, ['3.7.0']]);
    const { rows } = await pool.query(
      'SELECT version, gain, superseded_at IS NOT NULL AS superseded FROM value_corrections ORDER BY from_ts, version',
    );
    expect(rows).toEqual([
      { version: 1, gain: 2, superseded: false },
      { version: 1, gain: 4, superseded: true },
      { version: 2, gain: 7, superseded: false },
    ]);
    // twice from one instant on, as of a sensor in two networks: the longer one counts, and again it is nothing new
    const twice = [
      { ...sensor, fromUs: at(1), toUs: at(2), gain: 3, offset: 0 },
      { ...sensor, fromUs: at(1), toUs: at(3), gain: 2, offset: 1 },
    ];
    const keepTwice = () => keepSensorCorrections(pool, 'a', { model: 'sensors-1' }, twice);
    expect(await keepTwice()).toBe(1);
    expect(await keepTwice()).toBe(0);
    expect((await shown())[4]).toEqual([isoOf(2), 6.5, 3, ['3.7.0']]);
    // no correction any more: the sensor was repaired
    expect(await keepSensorCorrections(pool, 'a', { model: 'sensors-1' }, [])).toBe(0);
    expect(await shown()).toEqual(raw);
  });

  test('come once each, page by page', async () => {
    const all = await pages<Reading>(`${readings}&include=versions&limit=100`);
    expect(all).toHaveLength(9);
    for (const limit of [1, 2, 3, 5])
      // oxlint-disable-next-line no-await-in-loop
      expect(await pages<Reading>(`${readings}&include=versions&limit=${limit}`)).toEqual(all);
  });

  test('are not in buckets', async () => {
    const path = `${readings}&resolution=1d&include=versions`;
    expectProblem(await fixture.request(path), 'invalid_request');
  });
});

describe('exceptions', () => {
  test('are listed, newest first, with a sentence', async () => {
    const { body } = await fixture.request('/exceptions');
    expectShape(exceptionList, body);
    expect(body.items.map(({ rule, from }: ExceptionItem) => [rule, from])).toEqual([
      ['spike', isoOf(8)],
      ['gap', isoOf(3)],
      ['spike', isoOf(2)],
      ['zero', isoOf(1)],
    ]);
    expect(body.items[1]).toMatchObject({
      device_id: 'v1',
      severity: 'warning',
      code: '3.5.259',
      to: isoOf(7),
      rules_version: 1,
      text: 'No reading for 3 hours; one is usual every 1 hour.',
    });
  });

  test('are told in Vietnamese', async () => {
    const { body } = await fixture.request('/exceptions?rule=gap', {
      headers: { 'accept-language': 'vi' },
    });
    expect(body.items[0].text).toBe(
      'Không có số đọc trong 3 giờ; thông thường cứ 1 giờ có một số đọc.',
    );
  });

  test.each([
    ['rule=gap,zero', ['gap', 'zero']],
    ['severity=info', ['zero']],
    ['device_id=m1', []],
    [`from=${isoOf(4)}`, ['spike', 'gap']],
    [`to=${isoOf(2)}`, ['zero']],
  ])('are filtered by %s', async (query, rules) => {
    const { body } = await fixture.request(`/exceptions?${query}`);
    expect(body.items.map(({ rule }: ExceptionItem) => rule)).toEqual(rules);
  });

  test('come once each, page by page', async () => {
    expect(await pages<ExceptionItem>('/exceptions?limit=1')).toEqual(
      await pages<ExceptionItem>('/exceptions?limit=100'),
    );
  });

  test('hold nothing of another tenant', async () => {
    const { body } = await fixture.request('/exceptions', { key: fixture.keys.b.viewer });
    expect(body.items).toEqual([]);
  });

  test('name a rule that is none', async () => {
    expectProblem(await fixture.request('/exceptions?rule=odd'), 'invalid_request');
  });
});

const put = (body: unknown, key = fixture.keys.a.operator) =>
  fixture.request('/validation/rules', { method: 'PUT', body, key });

describe('validation rules', () => {
  test('are there from the start, and change by versions', async () => {
    const first = await fixture.request('/validation/rules');
    expectShape(ruleSetList, first.body);
    expect(first.body.items).toMatchObject([{ version: 1, effective_from: null }]);
    const changed = await put({
      rules: { gap: { warning_hours: 12 } },
      effective_from: '2026-03-05',
      reason: 'the gateway is slow',
    });
    expect(changed.status).toBe(200);
    expectShape(ruleSet, changed.body);
    expect(changed.body).toMatchObject({
      version: 2,
      effective_from: '2026-03-05',
      changed_by: 'a-operator',
      reason: 'the gateway is slow',
      rules: { gap: { warning_hours: 12, severe_hours: 168 } },
    });
    const list = await fixture.request('/validation/rules');
    expect(list.body.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    const other = await fixture.request('/validation/rules', { key: fixture.keys.b.viewer });
    expect(other.body.items).toMatchObject([{ version: 1, rules: { gap: { warning_hours: 24 } } }]);
  });

  test('keep each of several changes that are made at once', async () => {
    const key = fixture.keys.b.operator;
    const changes = [
      { spike: { register_ratio: 3 } },
      { rating: { ratio: 3 } },
      { duplicate: { share: 0.3 } },
      { unit: { ratio: 3 } },
      { high_usage: { ratio: 3 } },
      { reverse_flow: { least: 3 } },
    ];
    const answers = await Promise.all(changes.map((rules) => put({ rules, reason: 'r' }, key)));
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    const { body } = await fixture.request('/validation/rules', { key });
    expect(body.items[0]).toMatchObject({ version: 7, rules: Object.assign({}, ...changes) });
  });

  test.each([
    [
      { rules: { gap: { ratio: 0 } }, reason: 'r' },
      'rules.gap.ratio',
      'must be a number from 1.1 to 1000',
    ],
    [{ rules: { gaps: {} }, reason: 'r' }, 'rules.gaps', 'is not a field of this body; see /docs'],
    [
      { rules: { range: { limits: { pm2_5: [5, 1] } } }, reason: 'r' },
      'rules.range.limits.pm2_5',
      'the lowest value 5 must be below the highest 1; swap them',
    ],
    [{ rules: {} }, 'reason', 'is required: say why the rules change'],
    [
      { rules: {}, reason: 'r', effective_from: 'soon' },
      'effective_from',
      'must be a day such as 2026-11-01',
    ],
  ])('name what is wrong and how to mend it: %j', async (body, field, message) => {
    const answer = await put(body);
    expectProblem(answer, 'invalid_request');
    expect(answer.body.errors).toEqual([{ field, message }]);
  });

  test('are changed by operators and admins only', async () => {
    const body = { rules: {}, reason: 'r' };
    expectProblem(await put(body, fixture.keys.a.viewer), 'forbidden');
    expect((await put(body, fixture.keys.a.admin)).status).toBe(200);
  });
});
