import { source, sourceList, sourceTrialResult } from '@verimeter/api-schema';
import { writeSourceProblems } from '@verimeter/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const put = (name: string, body: unknown, key = fixture.keys.a.admin) =>
  fixture.request(`/sources/${name}`, { method: 'PUT', body, key });
const PLUGS = { filter: 'plugs/#', dialect: 'zigbee2mqtt' };

test('a source is kept, listed, changed and removed', async () => {
  const made = await put('plugs', PLUGS);
  expectShape(source, made.body);
  expect(made.body).toMatchObject({ ...PLUGS, rank: 100, enabled: true, activity: null });
  const changed = await put('plugs', { ...PLUGS, settings: { device_id: 'z-{id}' } });
  expect(changed.body).toMatchObject({ settings: { device_id: 'z-{id}' } });
  const list = await fixture.request('/sources');
  expect(sourceList.parse(list.body).items.map(({ name }) => name)).toEqual(['plugs']);
  expect(made.body).toMatchObject({ problems: [] });
  const problem = { tenant: 'a', source: 'plugs', problem: 'the broker refuses it' };
  await writeSourceProblems(fixture.database.servicePool, 'w1', [problem]);
  const seen = await fixture.request('/sources/plugs');
  expectShape(source, seen.body);
  expect(seen.body).toMatchObject({ problems: [{ worker: 'w1', problem: problem.problem }] });
  const foreign = await fixture.request('/sources', { key: fixture.keys.b.viewer });
  expect(foreign.body).toMatchObject({ items: [] });
  expectProblem(
    await fixture.request('/sources/plugs', { key: fixture.keys.b.viewer }),
    'not_found',
  );
  expectProblem(await put('plugs', PLUGS, fixture.keys.a.viewer), 'forbidden');
  const gone = await fixture.request('/sources/plugs', {
    method: 'DELETE',
    key: fixture.keys.a.admin,
  });
  expect(gone.status).toBe(204);
  expectProblem(await fixture.request('/sources/plugs'), 'not_found');
});

test.each([
  [{ ...PLUGS, filter: 'a/#/b' }, 'filter', /# stands for all further levels/],
  [{ ...PLUGS, filter: '#' }, 'filter', /Verimeter's own/],
  [{ ...PLUGS, dialect: 'klingon' }, 'dialect', /there is no dialect klingon/],
  [{ ...PLUGS, settings: { zone: 'Mars/Olympus' } }, 'settings.zone', /no zone such as/],
  [{ ...PLUGS, settings: { device_id: 'one' } }, 'settings.device_id', /all devices would be one/],
  [{ ...PLUGS, settings: { options: { speed: 1 } } }, 'settings.options.speed', /is no option of/],
  [
    { ...PLUGS, settings: { names: { x: { quantity: 'no2' } } } },
    'settings.names.x.unit',
    /no2 needs a unit/,
  ],
])('%j is refused by name of the field', async (body, field, message) => {
  const document = expectProblem(await put('bad', body), 'invalid_request');
  expect(document.errors).toEqual([{ field, message: expect.stringMatching(message) }]);
});

const inVietnamese = async (path: string, method: string, body: unknown) =>
  expectProblem(
    await fixture.request(path, {
      method,
      body,
      key: fixture.keys.a.admin,
      headers: { 'accept-language': 'vi' },
    }),
    'invalid_request',
  ).errors;

test('a reader of Vietnamese is told in Vietnamese, names and values as they are', async () => {
  expect(
    await inVietnamese('/sources/bad', 'PUT', {
      ...PLUGS,
      filter: 'a/b, c/#/d',
      settings: { zone: 'Mars/Olympus', device_id: 'one', options: { speed: 1 } },
    }),
  ).toEqual([
    { field: 'filter', message: expect.stringMatching(/^c\/#\/d: # thay cho mọi cấp/) },
    { field: 'settings.options.speed', message: expect.stringMatching(/tùy chọn của zigbee2mqtt/) },
    { field: 'settings.device_id', message: expect.stringMatching(/cùng một mã/) },
    { field: 'settings.zone', message: expect.stringMatching(/^Mars\/Olympus không phải múi giờ/) },
  ]);
  expect(
    await inVietnamese('/sources/bad', 'PUT', {
      ...PLUGS,
      rank: 'first',
      colour: 'red',
      settings: { pulse: { quantity: 'no_such', weight: 1 } },
    }),
  ).toEqual([
    { field: 'rank', message: expect.stringMatching(/mong đợi/) },
    { field: 'settings.pulse.quantity', message: 'không có trong danh mục đại lượng' },
    { field: 'colour', message: expect.stringMatching(/không phải trường/) },
  ]);
  expect(await inVietnamese('/source-tests', 'POST', { topic: 'no/body', payload: '1' })).toEqual([
    { field: 'topic', message: expect.stringMatching(/^không có nguồn nào/) },
  ]);
});

test('filters that overlap are refused, unless ranks order them', async () => {
  await put('all', { ...PLUGS, filter: 'site/#' });
  const refused = expectProblem(
    await put('one', { ...PLUGS, filter: 'site/+/state' }),
    'invalid_request',
  );
  expect(refused.errors[0]?.message).toMatch(/source all \(site\/#\) takes as well/);
  expect(await put('one', { ...PLUGS, filter: 'site/+/state', rank: 50 })).toMatchObject({
    status: 200,
  });
  const taken = expectProblem(
    await put('theirs', { ...PLUGS, filter: 'site/7/state' }, fixture.keys.b.admin),
    'invalid_request',
  );
  expect(taken.errors[0]?.message).toMatch(/of another tenant/);
  expect(JSON.stringify(taken)).not.toContain('site/#');
});

test('a payload is tried value by value, with the source that takes it or one that is not kept', async () => {
  await put('tried', { ...PLUGS, filter: 'tried/#' });
  const payload = JSON.stringify({ energy: 204.66, power: 'much', colour: 'red' });
  const body = { topic: 'tried/plug-7', payload };
  const answer = await fixture.request('/source-tests', {
    method: 'POST',
    body,
    key: fixture.keys.a.operator,
  });
  expectShape(sourceTrialResult, answer.body);
  expect(answer.body).toMatchObject({
    source: 'tried',
    dialect: 'zigbee2mqtt',
    readings: [{ device_id: 'plug-7', quantity: 'active_energy_import', value: 204.66 }],
    rejects: [{ reason: 'wrong_type', field: 'power' }],
    unknown_fields: ['colour'],
  });
  const unkept = await fixture.request('/source-tests', {
    method: 'POST',
    body: { ...body, topic: 'else/plug-7', source: { ...PLUGS, filter: 'else/#' } },
    key: fixture.keys.a.operator,
  });
  expect(unkept.body).toMatchObject({ source: null, readings: [{ device_id: 'plug-7' }] });
  const nobody = expectProblem(
    await fixture.request('/source-tests', {
      method: 'POST',
      body: { ...body, topic: 'nobody/x' },
      key: fixture.keys.a.operator,
    }),
    'invalid_request',
  );
  expect(nobody.errors[0]?.field).toBe('topic');
});
