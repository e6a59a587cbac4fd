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

test('what a worker kept itself and hears of again does not undo what it has learnt since', () => {
  const sources = new SourceDirectory();
  expect(sources.replace([{ ...row, filter: 'homeassistant/#,shellies/#' }], [])).toEqual([]);
  const learn = (name: string): void => {
    sources.decode(
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
  };
  learn('first');
  const { memory, kept } = sources.unkeptMemory();
  expect(knows(memory, 'first')).toBe(true);
  kept();
  learn('second');
  const heard = memory.map((one) => ({ ...one, value: asJsonb(one.value) }));
  expect(sources.replace([{ ...row, filter: 'homeassistant/#,shellies/#' }], heard)).toEqual([]);
  const next = sources.unkeptMemory().memory;
  expect(next.some(({ key }) => key === 'device plug')).toBe(true);
  expect(knows(next, 'second')).toBe(true);
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
