import { expect, test } from 'vitest';
import { decodeForeign, findDialect, sourceSettings } from '../src/index.ts';

function say(dialect: string, filter: string, topic: string, payload: string) {
  const settings = sourceSettings({ tenant: 'demo', name: 's', filter });
  const decoder = findDialect(dialect)?.create(settings);
  if (decoder === undefined) throw new Error(`there is no dialect ${dialect}`);
  const message = { topic, payload: Buffer.from(payload), receivedAtUs: 1.7e15, retain: false };
  const [part] = decodeForeign(decoder, message, settings).parts;
  expect(part).toMatchObject({ received: 0, rejects: [] });
  return [part?.deviceId, part?.online];
}

test.each([
  ['tasmota', 'tele/#', 'tele/plug/LWT', 'Online', ['plug', true]],
  ['tasmota', 'tele/#', 'tele/plug/LWT', 'Offline', ['plug', false]],
  ['tasmota', 'tele/#', 'tele/plug/LWT', '', [undefined, undefined]],
  ['shelly', '+/#', 'shellypro3em-1/online', 'true', ['shellypro3em-1', true]],
  ['shelly', 'site/#', 'site/roof/online', 'false', ['site:roof', false]],
  ['zigbee2mqtt', 'zigbee2mqtt/#', 'zigbee2mqtt/a/availability', 'offline', ['a', false]],
  ['zigbee2mqtt', 'z/#', 'z/room/a/availability', '{"state":"online"}', ['room:a', true]],
  ['zigbee2mqtt', 'z/#', 'z/bridge/state', '{"state":"online"}', [undefined, undefined]],
  ['esphome', '#', 'cellar/status', 'online', ['cellar', true]],
  ['esphome', '#', 'cellar/status', 'perhaps', [undefined, undefined]],
] as const)(
  'X-15 %s on %s: %s %j is presence, and no reading',
  (dialect, filter, topic, payload, told) => {
    expect(say(dialect, filter, topic, payload)).toEqual(told);
  },
);
