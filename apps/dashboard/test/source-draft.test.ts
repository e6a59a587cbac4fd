import type { Source } from '@verimeter/api-schema';
import { expect, test } from 'vitest';
import {
  bodyOf,
  draftOf,
  fieldOf,
  inputOf,
  newDraft,
  withDialect,
} from '../src/lib/source-draft.ts';

const zigbee = { name: 'zigbee2mqtt', title: 'Z', filters: ['zigbee2mqtt/#'], options: {} };
const plain = { name: 'plain', title: 'P', filters: [], options: { gain: 'what it is' } };
const SOURCE: Source = {
  name: 'plugs',
  dialect: 'plain',
  filter: 'plugs/#',
  rank: 50,
  enabled: false,
  provision: true,
  provision_kind: 'water_meter',
  provision_per_day: 7,
  settings: {
    zone: '+07:00',
    device_class: 'water',
    device_id: 'w-{id}',
    options: { gain: 2, raw: true, mark: 'x' },
    pulse: { quantity: 'water_volume', weight: 0.01 },
  },
  changed_by: 'someone',
  changed_at: '2026-01-01T00:00:00Z',
  activity: null,
  problems: [],
};

test('a source that is opened and saved stays what it is', () => {
  expect(bodyOf(draftOf(SOURCE))).toEqual(inputOf(SOURCE));
});

test('name and filter follow the dialect until they are written by hand', () => {
  const usual = newDraft(zigbee);
  expect(withDialect(usual, zigbee, plain)).toMatchObject({ name: 'plain', filter: '' });
  expect(
    withDialect(newDraft(plain, ['plain']), plain, zigbee, ['zigbee2mqtt', 'plain']),
  ).toMatchObject({
    name: 'zigbee2mqtt-2',
  });
  const own = { ...usual, name: 'mine', filter: 'a/+' };
  expect(withDialect(own, zigbee, plain)).toMatchObject({ name: 'mine', filter: 'a/+' });
});

test('what is no number is left to the API, and what is no JSON is said', () => {
  expect(bodyOf({ ...newDraft(zigbee), rank: 'first' })).toMatchObject({ rank: 'first' });
  expect(bodyOf({ ...newDraft(zigbee), rank: '' })).toMatchObject({ rank: '' });
  expect(bodyOf({ ...newDraft(zigbee), further: '[]' })).toBe('{ … }');
  expect(bodyOf({ ...newDraft(zigbee), further: '{' })).toMatch(/JSON/);
});

test('a problem is shown at its field, that of a further setting at those, any other on top', () => {
  expect(fieldOf('filter', [])).toBe('filter');
  expect(fieldOf('settings.options.gain', ['gain'])).toBe('settings.options.gain');
  expect(fieldOf('settings.options.gain', [])).toBe('further');
  expect(fieldOf('settings.names.x.unit', [])).toBe('further');
  expect(fieldOf('body', [])).toBe('');
});
