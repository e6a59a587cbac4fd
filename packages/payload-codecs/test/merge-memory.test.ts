import { expect, test } from 'vitest';
import { findDialect, sourceSettings } from '../src/index.ts';
import type { JsonValue } from '../src/lib/json.ts';

/** What is kept of a key when two workers have learnt of it. */
function merged(dialect: string, key: string, kept: JsonValue, own: JsonValue): unknown {
  const settings = sourceSettings({ tenant: 'demo', name: 's', filter: 'a/#' });
  const decoder = findDialect(dialect)?.create(settings);
  if (decoder?.merge === undefined) throw new Error(`${dialect} does not merge`);
  return decoder.merge(key, kept, own);
}

test('of two births of a node that two workers have heard the later one is kept, whoever keeps it last', () => {
  const early = { at: 1, bd: 0, dead: true, reads: true, metrics: [['a', 1, 9, null]] };
  const late = { at: 2, bd: 1, dead: false, reads: true, metrics: [['b', 1, 9, null]] };
  expect(merged('sparkplug-b', 'g/n', late, early)).toEqual(late);
  expect(merged('sparkplug-b', 'g/n', early, late)).toEqual(late);
  // One worker has heard the death of what both heard the birth of.
  const dead = { ...late, dead: true };
  expect(merged('sparkplug-b', 'g/n', dead, late)).toEqual(dead);
  expect(merged('sparkplug-b', 'g/n', late, dead)).toEqual(dead);
});

test('of counts and starts of counters the later one is kept', () => {
  expect(merged('dsmr-p1', 'failures:m:c', [5, 20], [4, 10])).toEqual([5, 20]);
  expect(merged('dsmr-p1', 'failures:m:c', [4, 10], [5, 20])).toEqual([5, 20]);
  const [old, recent] = ['2025-01-01T00:00:00', '2026-01-14T05:00:00'];
  expect(merged('tasmota', 'start:plug', recent, old)).toBe(recent);
  expect(merged('tasmota', 'start:plug', old, recent)).toBe(recent);
});

test('of meanings and names that two workers gave at once the one that was kept first stays, and the others are added', () => {
  const kept = { active_power: 'a', voltage_l1: 'u' };
  const own = { active_power: 'b', frequency: 'f' };
  const both = { active_power: 'a', voltage_l1: 'u', frequency: 'f' };
  for (const dialect of ['senml', 'esphome'])
    expect(merged(dialect, 'names d', kept, own)).toEqual(both);
  expect(merged('iec61968-9', 'm', { water_volume: 1 }, { water_volume: 2 })).toEqual({
    water_volume: 1,
  });
  expect(merged('vzlogger', 'values', { kind: 'raw' }, { kind: 'agg' })).toEqual({ kind: 'raw' });
  expect(merged('vzlogger', 'v/chn1', { code: '1.8.0' }, { code: '2.8.0' })).toEqual({
    code: '2.8.0',
  });
});

const entity = (channel: string, quantity = 'active_power') => ({ quantity, channel });
const config = (name: string) => ({ entities: [['d', name]], refused: '' });

test('entities that two workers have learnt of one device, topic and config are one', () => {
  const kept = { a: entity(''), same: entity('', 'voltage_l1') };
  const own = { b: entity(''), same: { ...entity('same', 'voltage_l1'), unit: 'V' } };
  expect(merged('homeassistant', 'device d', kept, own)).toEqual({
    a: entity(''),
    b: entity('b'),
    same: { ...entity('', 'voltage_l1'), unit: 'V' },
  });
  const odd = Object.fromEntries([['__proto__', entity('', 'noise')]]);
  expect(Object.keys(merged('homeassistant', 'device d', kept, odd) ?? {})).toEqual([
    'a',
    'same',
    '__proto__',
  ]);
  const pairs = [
    ['d', 'b'],
    ['d', 'a'],
  ];
  expect(merged('homeassistant', 'topic t', [['d', 'a']], pairs)).toEqual(pairs.toReversed());
  expect(merged('homeassistant', 'config c', config('a'), config('b'))).toEqual(config('b'));
});
