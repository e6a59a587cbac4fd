import { sourceSettings } from '@verimeter/payload-codecs';
import { expect, test } from 'vitest';
import { tryMessage } from '../src/index.ts';

const settings = sourceSettings({ tenant: 'demo', name: 's', filter: 'zigbee2mqtt/#' });
const source = (): Parameters<typeof tryMessage>[1] => ({
  dialect: 'zigbee2mqtt',
  settings,
  remembered: new Map(),
});
const message = (payload: unknown, retain: boolean) => ({
  topic: 'zigbee2mqtt/plug-7',
  payload: Buffer.from(JSON.stringify(payload)),
  receivedAtUs: Date.parse('2026-01-14T06:30:00Z') * 1000,
  retain,
});

test('ZB-02 X-10 a retained message without last_seen is no reading, with it it is one of that time', () => {
  const without = { energy: 204.66 };
  expect(tryMessage(message(without, false), source()).readings).toMatchObject([
    { value: 204.66, ts: '2026-01-14T06:30:00.000Z', ts_source: 'arrival' },
  ]);
  expect(tryMessage(message(without, true), source()).readings).toEqual([]);
  const stamped = { ...without, last_seen: '2026-01-14T06:00:00Z' };
  expect(tryMessage(message(stamped, true), source()).readings).toMatchObject([
    { value: 204.66, ts: '2026-01-14T06:00:00.000Z', ts_source: 'gateway' },
  ]);
});

test("a payload on one of Verimeter's own topics is tried as what it is", () => {
  const trial = tryMessage({
    topic: 'verimeter/v1/demo/M1/readings',
    payload: Buffer.from('{"ts":"2026-01-14T06:00:00Z","values":{"noise":41,"volts":1}}'),
    receivedAtUs: Date.parse('2026-01-14T06:30:00Z') * 1000,
    retain: false,
  });
  expect(trial).toMatchObject({
    dialect: 'native',
    readings: [{ device_id: 'M1', quantity: 'noise', value: 41 }],
    rejects: [{ reason: 'unknown_quantity', field: 'values.volts' }],
  });
});
