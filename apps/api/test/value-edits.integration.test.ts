import {
  type Reading,
  readingList,
  type ValueVersionItem,
  valueVersion,
  valueVersionList,
} from '@verimeter/api-schema';
import { readChannels, replaceEstimates } from '@verimeter/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  expectProblem,
  expectShape,
  type Fixture,
  insertReadings,
  startFixture,
} from './fixture.ts';

const QUANTITY = 'active_energy_import';
const START_US = Date.UTC(2026, 2, 1) * 1000;
const isoOf = (hour: number): string => new Date(START_US / 1000 + hour * 3600e3).toISOString();

let fixture: Fixture;
let channelId: number;

beforeAll(async () => {
  fixture = await startFixture();
  const pool = fixture.database.servicePool;
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ('a', 'v1', 'electricity_meter');
     INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('a', 'v1', '${QUANTITY}', 'kW.h')`,
  );
  channelId = (await readChannels(pool, 'a', ['v1']))[0]?.channelId ?? 0;
  // hour 4 is missing
  await insertReadings(
    fixture.database,
    { deviceId: 'v1', quantity: QUANTITY },
    [0, 1, 2, 3, 5, 6].map((hour) => ({ ts: isoOf(hour), value: 10 + hour })),
  );
  await estimate(14);
  // of the same name, without readings
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ('b', 'v1', 'electricity_meter');
     INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('b', 'v1', '${QUANTITY}', 'kW.h')`,
  );
});
afterAll(() => fixture.stop());

/** As validation does, of the hour that is missing. Resolves with how many versions are new. */
const estimate = (value: number): Promise<number> =>
  replaceEstimates(
    fixture.database.servicePool,
    'a',
    { channels: [{ channelId, fromUs: -Infinity }], toUs: Infinity, model: 't-1', code: '3.8.0' },
    [
      {
        channelId,
        tsUs: START_US + 4 * 3600e6,
        value,
        method: 'linear',
        rulesVersion: 1,
      },
    ],
  );

const say = (
  hour: number,
  action: string,
  more: object = {},
  key: string | null = fixture.keys.a.operator,
) =>
  fixture.request('/value-versions', {
    method: 'POST',
    key,
    body: {
      device_id: 'v1',
      quantity: QUANTITY,
      ts: isoOf(hour),
      action,
      reason: 'photo of the meter',
      ...more,
    },
  });
const history = async (hour: number): Promise<ValueVersionItem[]> => {
  const { body } = await fixture.request(
    `/value-versions?device_id=v1&quantity=${QUANTITY}&ts=${isoOf(hour)}`,
  );
  expectShape(valueVersionList, body);
  return body.items;
};
const readings = async (include = ''): Promise<Reading[]> => {
  const { body } = await fixture.request(
    `/readings?device_id=v1&quantity=${QUANTITY}${include === '' ? '' : `&include=${include}`}`,
  );
  expectShape(readingList, body);
  return body.items;
};
const qualityAt = async (hour: number): Promise<string[] | undefined> =>
  (await readings()).find(({ ts }) => ts === isoOf(hour))?.quality;
const short = ({ version, value, code, action, in_force }: ValueVersionItem): unknown[] => [
  version,
  value,
  code,
  action,
  in_force,
];

test('a value is replaced and the edit undone: versions, the reading stays', async () => {
  const made = await say(1, 'replace', { value: 11.5, version: 0 });
  expect(made.status).toBe(200);
  expectShape(valueVersion, made.body);
  expect(made.body).toMatchObject({
    version: 1,
    value: 11.5,
    code: '3.7.0',
    method: 'manual',
    edited_by: 'a-operator',
    reason: 'photo of the meter',
    replaces: null,
    in_force: true,
  });
  // the same again: nothing new
  expect((await say(1, 'replace', { value: 11.5, version: 0 })).body).toEqual(made.body);
  expect((await readings('versions')).slice(1, 3)).toMatchObject([
    { ts: isoOf(1), value: 11, version: 0 },
    { ts: isoOf(1), value: 11.5, version: 1, quality: ['3.7.0'], method: 'manual' },
  ]);
  const undone = await say(1, 'undo', { version: 1, reason: 'wrong meter' }, fixture.keys.a.admin);
  expect(undone.body).toMatchObject({ version: 2, value: 11, undoes: 1, in_force: false });
  const again = await say(1, 'undo', { version: 1, reason: 'wrong meter' });
  expect(again.body).toEqual(undone.body);
  expect((await history(1)).map(short)).toEqual([
    [0, 11, null, null, true],
    [1, 11.5, '3.7.0', 'replace', false],
    [2, 11, '3.7.0', 'undo', false],
  ]);
  expect((await readings('versions')).filter(({ ts }) => ts === isoOf(1))).toHaveLength(1);
});

test('a reading is rejected, then confirmed: its quality says so', async () => {
  expect((await say(2, 'reject')).body).toMatchObject({ version: 1, value: 12, code: '3.7.3' });
  expect(await qualityAt(2)).toEqual(['3.7.3']);
  expect((await say(2, 'confirm')).body).toMatchObject({ version: 2, code: '3.10.1', replaces: 1 });
  expect(await qualityAt(2)).toEqual(['3.10.1']);
  expect((await say(2, 'replace', { value: 12.5 })).body).toMatchObject({ version: 3 });
  // said of a value that the reading does not have
  expect(await qualityAt(2)).toEqual([]);
});

test('what a person filled in no estimate displaces, until it is undone', async () => {
  expect((await say(4, 'fill', { value: 14.25 })).body).toMatchObject({
    version: 2,
    code: '3.7.1',
    replaces: 1,
  });
  expect(await estimate(14.1)).toBe(0);
  expect((await history(4)).map(short)).toEqual([
    [1, 14, '3.8.0', null, false],
    [2, 14.25, '3.7.1', 'fill', true],
  ]);
  expect((await say(4, 'undo', { version: 2 })).body).toMatchObject({
    version: 3,
    value: 14,
    code: '3.8.0',
    method: 'linear',
    in_force: true,
  });
  // the same estimate is nothing new, another one is
  expect(await estimate(14)).toBe(0);
  expect(await estimate(14.1)).toBe(1);
  expect((await history(4)).map(short).slice(2)).toEqual([
    [3, 14, '3.8.0', 'undo', false],
    [4, 14.1, '3.8.0', null, true],
  ]);
});

test('of edits at the same time one is made and the others are told', async () => {
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, k) => say(6, 'replace', { value: 20 + k, version: 0 })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 'conflict');
  expect((await history(6)).map(({ in_force }) => in_force)).toEqual([false, true]);
});

test('versions of a time, page by page', async () => {
  const path = `/value-versions?device_id=v1&quantity=${QUANTITY}&from=${isoOf(1)}&to=${isoOf(5)}`;
  const all: ValueVersionItem[] = (await fixture.request(path)).body.items;
  expect(all.map(({ ts, version }) => [ts, version])).toEqual([
    ...[1, 2].map((version) => [isoOf(1), version]),
    ...[1, 2, 3].map((version) => [isoOf(2), version]),
    ...[1, 2, 3, 4].map((version) => [isoOf(4), version]),
  ]);
  const paged: ValueVersionItem[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    // oxlint-disable-next-line no-await-in-loop
    const { body } = await fixture.request(
      `${path}&limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    paged.push(...body.items);
    cursor = body.next_cursor;
  }
  expect(paged).toEqual(all);
});

test('page by page too, the reading is not in force where a later version is', async () => {
  const path = `/value-versions?device_id=v1&quantity=${QUANTITY}&ts=${isoOf(2)}`;
  const { body } = await fixture.request(`${path}&limit=1`);
  expectShape(valueVersionList, body);
  expect(body.items.map(short)).toEqual([[0, 12, null, null, false]]);
  expect(body.next_cursor).not.toBeNull();
});

test('a value more than a day ahead is not edited', async () => {
  const ts = new Date(Date.now() + 25 * 3600e3).toISOString();
  const answer = await say(3, 'fill', { ts, value: 1 });
  expectProblem(answer, 'invalid_request');
  expect(answer.body.errors).toEqual([
    { field: 'ts', message: 'is more than a day ahead; give the time of a value' },
  ]);
});

test.each([
  ['viewer', 'forbidden'],
  ['device', 'forbidden'],
  [null, 'unauthenticated'],
] as const)('%s may not edit', async (role, problem) => {
  const key = role === null ? null : fixture.keys.a[role];
  expectProblem(await say(3, 'confirm', {}, key), problem);
  expect(await history(3)).toHaveLength(1);
});

test('another tenant sees and edits its own values only', async () => {
  const key = fixture.keys.b.operator;
  const asked = await fixture.request(
    `/value-versions?device_id=v1&quantity=${QUANTITY}&ts=${isoOf(1)}`,
    { key },
  );
  expect(asked.body.items).toEqual([]);
  // its own device of that name has no reading there
  expectProblem(await say(1, 'confirm', {}, key), 'conflict');
  const before = await history(3);
  expect((await say(3, 'fill', { value: 1 }, key)).body).toMatchObject({ version: 1, value: 1 });
  expect(await history(3)).toEqual(before);
  expectProblem(await say(1, 'confirm', { device_id: 'm1' }, key), 'not_found');
});

test.each([
  [3, 'fill', { value: 1 }],
  [9, 'replace', { value: 1 }],
  [9, 'reject', {}],
  [3, 'undo', { version: 1 }],
  [4, 'undo', { version: 1 }],
  [3, 'confirm', { version: 5 }],
])('is in conflict with what is there: %j', async (hour, action, more) => {
  expectProblem(await say(hour, action, more), 'conflict');
});

test.each([
  [{ action: 'change' }, 'action', 'must be one of replace, fill, confirm, reject, undo'],
  [{ action: 'replace' }, 'value', 'is required to replace'],
  [
    { action: 'reject', value: 3 },
    'value',
    'cannot be given to reject; leave it out, or replace the value',
  ],
  [
    { action: 'undo' },
    'version',
    'is required: name the edit to undo; GET /value-versions lists them',
  ],
  [{ reason: ' ' }, 'reason', 'is required: say why the value is edited'],
  [{ quantity: 'colour' }, 'quantity', 'is not a known quantity; docs/quantities.md lists them'],
])('names what is wrong and how to mend it: %j', async (more, field, message) => {
  const answer = await say(3, 'confirm', more);
  expectProblem(answer, 'invalid_request');
  expect(answer.body.errors).toEqual([{ field, message }]);
});
