import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readSources, writeSourceProblems } from '@verimeter/registry';
import {
  type TestDatabase,
  createTemporaryDirectory,
  createTestDatabase,
} from '@verimeter/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from './program.ts';

const TOPIC = 'zigbee2mqtt/pump';
const GOOD = { energy: 204.66, colour: 'red', tamper: true };

let database: TestDatabase;
let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await createTemporaryDirectory('verimeter-sources-');
});
afterAll(async () => {
  await directory.remove();
  await database.drop();
});
beforeEach(() => database.servicePool.query('DELETE FROM sources'));

const sources = (...args: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram(['sources', ...args], { DATABASE_URL: database.url });

async function payloadFile(content: unknown): Promise<string> {
  const file = path.join(directory.path, 'payload');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('a dialect that is added takes its usual topics, and devices register themselves', async () => {
  const added = await sources('add', 'zigbee2mqtt');
  expect(added).toMatchObject({ status: 0, stdout: '' });
  expect(added.stderr).toContain('source zigbee2mqtt: zigbee2mqtt on zigbee2mqtt/#');
  expect(added.stderr).toContain('register themselves, at most 1000 a day');
  expect(await readSources(database.servicePool, 'demo')).toMatchObject([
    { name: 'zigbee2mqtt', filter: 'zigbee2mqtt/#', rank: 100, enabled: true, provision: true },
  ]);
  const again = await sources('add', 'zigbee2mqtt');
  expect(again.status).toBe(1);
  expect(again.stderr).toContain('there is a source zigbee2mqtt already: verimeter sources change');
  const list = await sources('list');
  expect(list.stdout).toMatch(/^NAME .*\nzigbee2mqtt +zigbee2mqtt +zigbee2mqtt\/# +100 +on +0/);
  const json: unknown = JSON.parse((await sources('list', '--json')).stdout);
  expect(json).toMatchObject([{ name: 'zigbee2mqtt', activity: null, settings: {}, problems: [] }]);
  await writeSourceProblems(database.servicePool, 'w1', [
    { tenant: 'demo', source: 'zigbee2mqtt', problem: 'the broker refuses it' },
  ]);
  const kept = await sources('list');
  expect(kept.stdout).toMatch(/zigbee2mqtt\/# +100 +problem +0/);
  expect(kept.stderr).toContain('zigbee2mqtt: the broker refuses it (says worker w1)');
  await writeSourceProblems(database.servicePool, 'w1', []);
});

test('every option is kept, and a change leaves what it does not name', async () => {
  const file = await payloadFile({
    names: { vol_l: { quantity: 'water_volume', unit: 'L' } },
    devices: { 'cellar/pump': 'W-7' },
  });
  const options = `--name cellar --rank 7 --zone Europe/Vienna --class water --device-id z-{id} --kind water_meter --per-day 5`;
  const filter = ['--filter', 'cellar/#, attic/#'];
  const made = await sources(
    'add',
    'zigbee2mqtt',
    ...options.split(' '),
    ...filter,
    '--settings',
    file,
    '--json',
  );
  const wanted = {
    name: 'cellar',
    filter: 'cellar/#, attic/#',
    rank: 7,
    provision_kind: 'water_meter',
    provision_per_day: 5,
    settings: {
      zone: 'Europe/Vienna',
      device_class: 'water',
      device_id: 'z-{id}',
      names: { vol_l: { quantity: 'water_volume', unit: 'L' } },
      devices: { 'cellar/pump': 'W-7' },
    },
  };
  expect(JSON.parse(made.stdout)).toMatchObject({ ...wanted, enabled: true });
  const changed = await sources('change', 'cellar', '--zone', '+07:00', '--off', '--json');
  expect(JSON.parse(changed.stdout)).toMatchObject({
    ...wanted,
    enabled: false,
    settings: { ...wanted.settings, zone: '+07:00' },
  });
  const on = await sources('change', 'cellar', '--on', '--no-provision');
  expect(on).toMatchObject({ status: 0 });
  expect(on.stderr).toContain('readings of devices that are not registered wait in quarantine');
  const shown: unknown = JSON.parse((await sources('show', 'cellar')).stdout);
  expect(shown).toMatchObject({ enabled: true, provision: false, rank: 7 });
  const again = await sources('change', 'cellar', '--provision');
  expect(again).toMatchObject({ status: 0 });
  expect(again.stderr).toContain('register themselves, at most 5 a day');
});

test('topics of another source are refused with the way out, of a switched off one not', async () => {
  await sources('add', 'zigbee2mqtt');
  const overlap = ['add', 'zigbee2mqtt', '--name', 'attic', '--filter', 'zigbee2mqtt/attic/+'];
  const refused = await sources(...overlap);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toContain(
    'filter matches topics that source zigbee2mqtt (zigbee2mqtt/#) takes as well; give the one that is to have them a lower rank than 100',
  );
  expect(await sources(...overlap, '--rank', '50')).toMatchObject({ status: 0 });
  await sources('remove', 'attic');
  await sources('change', 'zigbee2mqtt', '--off');
  expect(await sources(...overlap)).toMatchObject({ status: 0 });
  const back = await sources('change', 'zigbee2mqtt', '--on');
  expect(back.status).toBe(1);
  expect(back.stderr).toContain('takes as well');
  const theirs = await sources(...overlap, '--tenant', 'other');
  expect(theirs.status).toBe(1);
  expect(theirs.stderr).toContain('filter matches topics that a source of another tenant takes');
});

test('one that shares a few topics goes before the other, one that takes them all is refused', async () => {
  expect(await sources('add', 'tasmota')).toMatchObject({ status: 0 });
  const shelly = await sources('add', 'shelly');
  expect(shelly).toMatchObject({ status: 0 });
  expect(shelly.stderr).toContain('shares topics with tasmota and goes before: --rank 99');
  expect(await readSources(database.servicePool, 'demo')).toMatchObject([
    { name: 'shelly', rank: 99 },
    { name: 'tasmota', rank: 100 },
  ]);
  const all = await sources('add', 'tasmota', '--name', 'one', '--filter', 'tele/one/SENSOR');
  expect(all.status).toBe(1);
  expect(all.stderr).toContain('give the one that is to have them a lower rank than 100');
});

test('a source that is removed is gone, and one that is not there is asked back', async () => {
  await sources('add', 'zigbee2mqtt', '--name', 'house');
  const wrong = await sources('remove', 'hause');
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain('tenant demo has no source hause; did you mean house?');
  const gone = await sources('remove', 'house');
  expect(gone).toMatchObject({ status: 0 });
  expect(gone.stderr).toContain('source house is removed; readings that came of it stay');
  const list = await sources('list');
  expect(list).toMatchObject({ status: 0, stdout: '' });
  expect(list.stderr).toContain('tenant demo has no sources');
});

test.each([
  [['add'], 'sources add needs a dialect; verimeter sources dialects lists them'],
  [['add', 'zigbee'], 'there is no dialect zigbee'],
  [
    ['add', 'zigbee2mqtt', '--rank', 'first'],
    '--rank must be a whole number from 1 to 10000, not first',
  ],
  [['add', 'zigbee2mqtt', '--phases', '2'], '--phases: '],
  [['add', 'zigbee2mqtt', '--class', 'gas'], '--class: '],
  [['add', 'zigbee2mqtt', '--kind', 'toaster'], '--kind: '],
  [['add', 'zigbee2mqtt', '--options', 'loud'], '--options: loud is not NAME=VALUE'],
  [['add', 'zigbee2mqtt', '--name', 'two words'], '--name two words: 1 to 128'],
  [['add', 'zigbee2mqtt', '--on', '--off'], '--on and --off'],
  [['change'], 'sources change needs the NAME of a source'],
  [['show', 'a', 'b'], 'sources show: b is too much'],
  [['test', '--topic', TOPIC], 'sources test needs --topic TOPIC and --payload FILE'],
])('%j is wrong use: 2, with the field and what it may be', async (args, message) => {
  const wrong = await sources(...args);
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.stderr).toContain(message);
});

test.each([
  [['--zone', 'Mars/Olympus'], 'settings.zone Mars/Olympus is no zone'],
  [['--device-id', 'one'], 'settings.device_id holds neither {id} nor {topic:N}'],
  [['--options', 'speed=1'], 'settings.options.speed is no option of zigbee2mqtt'],
  [['--filter', 'a/#/b'], 'filter # stands for all further levels'],
  [['--filter', 'verimeter/v1/demo/#'], 'filter matches topics of verimeter/v1/#'],
])('%j cannot work: 1, and nothing is kept', async (args, message) => {
  const refused = await sources('add', 'zigbee2mqtt', ...args);
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toContain(message);
  expect(await readSources(database.servicePool)).toEqual([]);
});

test('dialects are listed with the topics they usually have', async () => {
  const list = await sources('dialects');
  expect(list.stdout).toMatch(/^zigbee2mqtt +Zigbee2MQTT +zigbee2mqtt\/#/m);
  const json: unknown = JSON.parse((await sources('dialects', '--json')).stdout);
  expect(json).toContainEqual({
    name: 'zigbee2mqtt',
    title: 'Zigbee2MQTT',
    filters: ['zigbee2mqtt/#'],
    options: {},
  });
});

const tried = async (payload: unknown, ...args: readonly string[]) =>
  sources('test', '--topic', TOPIC, '--payload', await payloadFile(payload), ...args);

describe('sources test', () => {
  test('a payload without a fault: 0, value by value, nothing stored', async () => {
    await sources('add', 'zigbee2mqtt', '--device-id', 'z-{id}');
    const told = await tried(GOOD);
    expect(told.status).toBe(0);
    expect(told.stderr).toContain('decoded by source zigbee2mqtt (zigbee2mqtt)');
    expect(told.stderr).toContain('unknown fields: colour');
    expect(told.stdout).toMatch(/z-pump +active_energy_import +204\.66 +kW\.h .* arrival/);
    expect(told.stdout).toMatch(/z-pump +tamper +active/);
    const json: unknown = JSON.parse((await tried(GOOD, '--json')).stdout);
    expect(json).toMatchObject({
      source: 'zigbee2mqtt',
      dialect: 'zigbee2mqtt',
      readings: [{ device_id: 'z-pump', quantity: 'active_energy_import', value: 204.66 }],
      events: [{ device_id: 'z-pump', event: 'tamper', state: 'active' }],
      rejects: [],
      unknown_fields: ['colour'],
    });
    const counts = await database.servicePool.query(
      'SELECT (SELECT count(*) FROM readings) + (SELECT count(*) FROM quarantine) + (SELECT count(*) FROM devices) AS n',
    );
    expect(counts.rows).toEqual([{ n: 0 }]);
  });

  test('rejected values: 1, each with its reason', async () => {
    await sources('add', 'zigbee2mqtt');
    const told = await tried({ ...GOOD, power: 'much' });
    expect(told.status).toBe(1);
    expect(told.stderr).toMatch(/rejected 1 \(wrong_type\) of pump, power: much is not a number/);
    const json: { rejects: unknown } = JSON.parse(
      (await tried({ ...GOOD, power: 'much' }, '--json')).stdout,
    );
    expect(json.rejects).toMatchObject([{ reason: 'wrong_type', field: 'power', count: 1 }]);
  });

  test('values of the arrival that are repeated because they were retained are none', async () => {
    await sources('add', 'zigbee2mqtt');
    const told = await tried({ energy: 1 }, '--retained');
    expect(told).toMatchObject({ status: 0, stdout: '' });
    expect(told.stderr).toContain('the message says nothing that is stored');
    expect(told.stderr).toContain('(retained: values without a time of their own');
  });

  test('a topic that nobody takes: 1, with those there are; a dialect can be named', async () => {
    await sources('add', 'zigbee2mqtt', '--filter', 'elsewhere/#');
    const told = await tried(GOOD);
    expect(told.status).toBe(1);
    expect(told.stderr).toContain(
      `no source of tenant demo takes ${TOPIC}; there are: zigbee2mqtt (elsewhere/#)`,
    );
    expect(await tried(GOOD, '--dialect', 'zigbee2mqtt')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('204.66'),
    });
    const unknown = await tried(GOOD, '--dialect', 'zigbee');
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain('there is no dialect zigbee');
  });

  test('a topic of Verimeter itself needs no source', async () => {
    const file = await payloadFile({ ts: '2026-01-14T06:30:00Z', values: { noise: 41 } });
    const topic = 'verimeter/v1/demo/S1/readings';
    const told = await sources('test', '--topic', topic, '--payload', file);
    expect(told).toMatchObject({ status: 0 });
    expect(told.stderr).toContain("decoded by Verimeter's own topics (native)");
  });

  test('a file that is not there is named', async () => {
    const missing = await sources('test', '--topic', TOPIC, '--payload', '/nowhere/file');
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain('/nowhere/file');
  });
});
