import type { SourceMemory } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { SourceDirectory } from '../src/lib/sources/source-directory.ts';
import { message } from './support/world.ts';

const row = {
  tenant: 'demo',
  name: 'plugs',
  filter: 'shellies/#',
  dialect: 'homeassistant',
  rank: 100,
  enabled: true,
  settings: {},
  provision: true,
  provision_kind: null,
  provision_per_day: 1000,
  changed_by: 'test',
  changed_at: 1,
  tenant_zone: 'UTC',
};

/** As jsonb gives it back: members by the length of their names. */
function asJsonb(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonb);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, inner]) => [name, asJsonb(inner)] as const);
  return Object.fromEntries(
    members.toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)),
  );
}

const knows = (memory: readonly SourceMemory[], text: string): boolean =>
  JSON.stringify(memory).includes(text);

const withConfigs = { ...row, filter: 'homeassistant/#,shellies/#' };

function learn(sources: SourceDirectory, name: string): readonly SourceMemory[] {
  const decoded = sources.decode(
    message(
      `homeassistant/sensor/${name}/config`,
      {
        unique_id: name,
        state_topic: `shellies/${name}`,
        device_class: 'energy',
        state_class: 'total_increasing',
        unit_of_measurement: 'kWh',
        device: { identifiers: ['plug'] },
      },
      { retain: true },
    ),
  );
  return decoded?.learnt ?? [];
}

const ofPlug = (memory: readonly SourceMemory[]): SourceMemory | undefined =>
  memory.find(({ key }) => key === 'device plug');

test('what a worker kept itself and hears of again does not undo what it has learnt since', () => {
  const sources = new SourceDirectory();
  expect(sources.replace([withConfigs], [])).toEqual([]);
  const first = learn(sources, 'first');
  expect(knows(first, 'first')).toBe(true);
  sources.kept(first);
  const second = learn(sources, 'second');
  sources.hear(first.map((one) => ({ ...one, value: asJsonb(one.value) })));
  const third = ofPlug(learn(sources, 'third'));
  expect(Object.keys(third?.value ?? {})).toEqual(['first', 'second', 'third']);
  // What the database has is what this worker has kept: nobody else learnt anything.
  const kept = ofPlug(first);
  const own = ofPlug(second);
  if (kept === undefined || own === undefined) throw new Error('nothing learnt of the plug');
  expect(sources.merge({ ...kept, value: asJsonb(kept.value) }, own)).toEqual(own.value);
});

const valueOf = (sources: SourceDirectory): string[] =>
  (sources.decode(message('shellies/second', '7.5'))?.parts ?? []).map(
    ({ deviceId, readings }) => `${deviceId} ${readings[0]?.value}`,
  );

test('what two workers learn of one device at once is one, with the channel to the one that was kept first', () => {
  const [a, b] = [new SourceDirectory(), new SourceDirectory()];
  for (const one of [a, b]) one.replace([withConfigs], []);
  const kept = learn(a, 'first');
  a.kept(kept);
  const learnt = learn(b, 'second');
  const merged = learnt.map((own) => {
    const before = kept.find(({ key }) => key === own.key);
    return before === undefined ? own : { ...own, value: b.merge(before, own) };
  });
  b.hear(merged);
  a.hear(merged);
  expect(valueOf(a)).toEqual(['plug:second 7.5']);
  expect(valueOf(b)).toEqual(['plug:second 7.5']);
});

test('what another worker has kept is not undone by what was learnt before it was heard of', () => {
  const [a, b] = [new SourceDirectory(), new SourceDirectory()];
  for (const one of [a, b]) one.replace([withConfigs], []);
  const kept = ofPlug(learn(a, 'first'));
  const own = ofPlug(learn(b, 'second'));
  if (kept === undefined || own === undefined) throw new Error('nothing learnt of the plug');
  b.hear([kept]);
  expect(Object.keys(b.merge(kept, own) ?? {})).toEqual(['first', 'second']);
});

test('a source that changes goes on with what its decoder has learnt, kept or not', () => {
  const sources = new SourceDirectory();
  sources.replace([withConfigs], []);
  learn(sources, 'first');
  const changed = { ...withConfigs, changed_at: 2 };
  expect(sources.newcomers([changed])).toEqual([]);
  sources.replace([changed], []);
  expect(sources.decode(message('shellies/first', '7.5'))?.parts[0]?.readings).toMatchObject([
    { deviceId: 'plug', value: 7.5 },
  ]);
  expect(sources.activities.take()).toMatchObject([{ source: 'plugs', messages: 2 }]);
  // Another dialect has another memory.
  expect(sources.newcomers([{ ...changed, dialect: 'esphome' }])).toHaveLength(1);
});

test('activity that could not be told is told with what came since', () => {
  const sources = new SourceDirectory();
  sources.replace([row], []);
  sources.decode(message('shellies/x', '1'));
  const taken = sources.activities.take();
  sources.decode(message('shellies/x', '2'));
  sources.activities.giveBack(taken);
  expect(sources.activities.take()).toMatchObject([{ messages: 2, unknownFields: ['shellies/x'] }]);
  expect(sources.activities.take()).toEqual([]);
});

test('sources that are the same are no change, in whatever order their ranks are', () => {
  const sources = new SourceDirectory();
  const rows = [
    { ...row, name: 'a', rank: 200 },
    { ...row, name: 'b', rank: 50, filter: 'shellies/one/#' },
  ];
  let changes = 0;
  sources.onChange(() => {
    changes += 1;
  });
  sources.replace(rows, []);
  sources.replace(rows, []);
  expect(changes).toBe(1);
});

test('a topic longer than any device has is decided each time', () => {
  const sources = new SourceDirectory();
  const topic = `shellies/${'x'.repeat(60_000)}`;
  sources.replace([row], []);
  expect([sources.tenantOf(topic), sources.tenantOf(topic)]).toEqual(['demo', 'demo']);
  sources.replace([], []);
  expect(sources.tenantOf(topic)).toBeUndefined();
});

test('a tenant that moves to another zone takes its sources along', () => {
  const sources = new SourceDirectory();
  let changes = 0;
  sources.onChange(() => {
    changes += 1;
  });
  sources.replace([row], []);
  sources.replace([{ ...row, tenant_zone: 'Asia/Ho_Chi_Minh' }], []);
  expect(changes).toBe(2);
});
