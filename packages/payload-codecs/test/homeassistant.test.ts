import { expect, test } from 'vitest';
import {
  type DialectMessage,
  type DialectState,
  decodeForeign,
  findDialect,
  sourceSettings,
} from '../src/index.ts';

const CONFIG = 'homeassistant/sensor/pit31/volume/config';
const VOLUME = {
  '~': 'annex/pit31',
  uniq_id: 'pit31_volume',
  stat_t: '~/state',
  val_tpl: '{{ value_json.vol_l }}',
  unit_of_meas: 'L',
  dev_cla: 'water',
  stat_cla: 'total_increasing',
  dev: { ids: ['pit31'] },
};

function worker(
  state: DialectState = new Map(),
  options: Record<string, boolean | string> = {},
  filter = 'homeassistant/#, annex/#',
) {
  const settings = sourceSettings({
    tenant: 'demo',
    name: 'house',
    filter,
    options,
  });
  const decoder = findDialect('homeassistant')?.create(settings, state);
  if (decoder === undefined) throw new Error('there is no dialect homeassistant');
  return {
    state,
    hear: (topic: string, payload: unknown, more: Partial<DialectMessage> = {}) => {
      const text = payload === '' ? '' : JSON.stringify(payload);
      const message = {
        topic,
        payload: Buffer.from(text),
        receivedAtUs: 1768372200000000,
        retain: topic.endsWith('/config'),
        ...more,
      };
      const { parts } = decodeForeign(decoder, message, settings);
      return {
        values: parts.flatMap(({ readings }) =>
          readings.map(({ deviceId, value }) => [deviceId, value]),
        ),
        rejects: parts.flatMap(({ rejects }) => rejects.map(({ field }) => field)),
      };
    },
  };
}

const kept = (state: DialectState): DialectState => new Map(JSON.parse(JSON.stringify([...state])));

test('HA-01 a worker that starts anew knows what was mapped, and what was retired', () => {
  const first = worker();
  first.hear(CONFIG, VOLUME);
  const second = worker(kept(first.state));
  expect(second.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
  second.hear(CONFIG, '');
  const third = worker(kept(second.state));
  expect(third.hear('annex/pit31/state', { vol_l: 6000 })).toEqual({ values: [], rejects: [] });
});

test('HA-05 each unit of an entity is a version of its mapping, and the same config changes nothing', () => {
  const { hear, state } = worker();
  const versions = (): unknown => JSON.stringify(state.get('device pit31')).match(/"version":\d/g);
  hear(CONFIG, VOLUME);
  const before = [...state.values()];
  hear(CONFIG, VOLUME);
  expect([...state.values()].every((value, index) => value === before[index])).toBe(true);
  expect(versions()).toEqual(['"version":1']);
  hear(CONFIG, { ...VOLUME, unit_of_meas: 'm³' });
  expect(versions()).toEqual(['"version":2']);
});

test('HA-03 what a broker repeats is refused once', () => {
  const { hear } = worker();
  const bad = { ...VOLUME, val_tpl: '{{ value_json.vol_l / 1000 }}' };
  expect(hear(CONFIG, bad).rejects).toEqual(['value_template']);
  expect(hear(CONFIG, bad).rejects).toEqual([]);
  expect(hear(CONFIG, { ...bad, val_tpl: '{{ states.x }}' }).rejects).toEqual(['value_template']);
  expect(hear(CONFIG, VOLUME).rejects).toEqual([]);
  expect(hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
});

test('HA-06 a redirected meter is read where it was, unless the operator lets entities move', () => {
  const elsewhere = { ...VOLUME, '~': 'annex/evil' };
  const strict = worker();
  strict.hear(CONFIG, VOLUME);
  expect(strict.hear(CONFIG, elsewhere).rejects).toEqual(['state_topic']);
  expect(strict.hear('annex/evil/state', { vol_l: 1 }).values).toEqual([]);
  expect(strict.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
  const free = worker(kept(strict.state), { accept_moves: true });
  expect(free.hear(CONFIG, elsewhere).rejects).toEqual([]);
  expect(free.hear('annex/evil/state', { vol_l: 7000 }).values).toEqual([['pit31', 7]]);
  expect(free.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([]);
});

test('HA-06 removing the config of somebody else does not retire an entity', () => {
  const { hear } = worker();
  hear(CONFIG, VOLUME);
  hear('homeassistant/sensor/evil/config', VOLUME);
  hear('homeassistant/sensor/evil/config', '');
  expect(hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
});

test('HA-06 configs are heard under the prefix of the source only', () => {
  const { hear } = worker(new Map(), { discovery_prefix: 'annex/discovery' });
  hear(CONFIG, VOLUME);
  expect(hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([]);
  hear('annex/discovery/sensor/pit31/config', VOLUME);
  expect(hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
});

test('HA-01 a config from quarantine changes nothing', () => {
  const { hear, state } = worker();
  hear(CONFIG, VOLUME, { replayed: true });
  expect(state.size).toBe(0);
});

test('HA-01 HA-06 what was refused for its topic is learnt from quarantine once the filter has it, and nothing newer is undone', () => {
  const narrow = worker(new Map(), {}, 'homeassistant/#');
  expect(narrow.hear(CONFIG, VOLUME).rejects).toEqual(['state_topic']);
  const wide = worker(kept(narrow.state));
  expect(wide.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([]);
  expect(wide.hear(CONFIG, VOLUME, { replayed: true }).rejects).toEqual([]);
  expect(wide.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
  // In cubic metres since, and refused once more in between: the older config does not bring litres back.
  wide.hear(CONFIG, { ...VOLUME, unit_of_meas: 'm³' });
  wide.hear(CONFIG, { ...VOLUME, stat_t: 'elsewhere/x' });
  wide.hear(CONFIG, VOLUME, { replayed: true });
  expect(wide.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([]);
  wide.hear(CONFIG, { ...VOLUME, unit_of_meas: 'm³' });
  expect(wide.hear('annex/pit31/state', { vol_l: 5 }).values).toEqual([['pit31', 5]]);
});

test('HA-03 names that no database takes are refused', () => {
  const { hear, state } = worker();
  expect(hear(CONFIG, { ...VOLUME, uniq_id: 'a\0b' }).rejects).toEqual(['']);
  expect(hear(`${CONFIG.slice(0, -7)}2/config`, { ...VOLUME, uniq_id: '\ud800' }).rejects).toEqual([
    '',
  ]);
  expect(JSON.stringify([...state])).not.toMatch(/\\u0000|\\ud8/);
});

test('HA-01 what another worker has learned counts from the next message on', () => {
  const first = worker();
  const second = worker();
  const follow = (): void => {
    for (const [key, value] of kept(first.state)) second.state.set(key, value);
  };
  expect(second.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([]);
  first.hear(CONFIG, VOLUME);
  follow();
  expect(second.hear('annex/pit31/state', { vol_l: 5000 }).values).toEqual([['pit31', 5]]);
  first.hear(CONFIG, { ...VOLUME, unit_of_meas: 'm³' });
  follow();
  expect(second.hear('annex/pit31/state', { vol_l: 6 }).values).toEqual([['pit31', 6]]);
  first.hear(CONFIG, '');
  follow();
  expect(second.hear('annex/pit31/state', { vol_l: 7 }).values).toEqual([]);
});

test('HA-01 a config that is known by its text brings back what another one has retired', () => {
  const { hear } = worker();
  const values = (): unknown => hear('annex/pit31/state', { vol_l: 5000 }).values;
  hear(CONFIG, VOLUME);
  hear(CONFIG, VOLUME);
  hear(CONFIG, '');
  expect(values()).toEqual([]);
  hear(CONFIG, VOLUME);
  expect(values()).toEqual([['pit31', 5]]);
  hear(CONFIG, { ...VOLUME, uniq_id: 'other', val_tpl: '{{ value_json.other }}' });
  expect(hear('annex/pit31/state', { vol_l: 5000, other: 3000 }).values).toEqual([
    ['pit31:other', 3],
  ]);
  hear(CONFIG, VOLUME);
  expect(values()).toEqual([['pit31', 5]]);
});

test('HA-02 a device of a thousand parts is learned in proportion, and the same config changes nothing', () => {
  const { hear, state } = worker();
  const cmps = Object.fromEntries(
    Array.from({ length: 1000 }, (_, n) => [
      `t${n}`,
      {
        p: 'sensor',
        dev_cla: 'temperature',
        unit_of_meas: '°C',
        val_tpl: `{{ value_json.t${n} }}`,
      },
    ]),
  );
  const config = { dev: { ids: ['hall'] }, stat_t: 'annex/hall/state', cmps };
  const topic = 'homeassistant/device/hall/config';
  hear(topic, config);
  const before = [...state];
  expect(Object.keys(Object(state.get('device hall')))).toHaveLength(1000);
  hear(topic, config);
  expect(
    [...state].every(([key, value], at) => before[at]?.[0] === key && before[at][1] === value),
  ).toBe(true);
  expect(hear('annex/hall/state', { t0: 20, t999: 21 }).values).toEqual([
    ['hall', 20],
    ['hall:hall_t999', 21],
  ]);
});

test('HA-01 one config topic that names ever new entities does not make memory grow without end', () => {
  const { hear, state } = worker();
  const named = (k: number) => hear(CONFIG, { ...VOLUME, uniq_id: `new-${k}` }).rejects;
  for (let k = 0; k < 2000; k++) expect(named(k)).toEqual([]);
  const names = () => Object.keys(Object(state.get('device pit31'))).length;
  expect(names()).toBe(2000);
  expect(named(2000)).toHaveLength(1);
  expect(names()).toBe(2000);
  // What is known is still read.
  expect(named(1)).toEqual([]);
  expect(hear('annex/pit31/state', { vol_l: 5000 }).values).toHaveLength(1);
});
