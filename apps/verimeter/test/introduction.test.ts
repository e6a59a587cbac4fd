import { expect, test } from 'vitest';
import { introductionText } from '../src/lib/up/introduction.ts';

const READY = {
  event: 'ready',
  http: 'http://127.0.0.1:8080',
  mqtt: 'mqtt://127.0.0.1:1883',
  tenant: 'demo',
  api_key: 'vm_key',
} as const;

test('the lines to paste name a device that is registered and a quantity that harms no register', () => {
  const text = introductionText(READY, 'E-A1-0001');
  expect(text).toContain(
    `mosquitto_pub -h 127.0.0.1 -p 1883 -q 1 -t verimeter/v1/demo/E-A1-0001/readings -m '{"values":{"rssi":-71}}'`,
  );
  expect(text).toContain(
    `curl -s -H 'Authorization: Bearer vm_key' 'http://127.0.0.1:8080/api/v1/readings?device_id=E-A1-0001&quantity=rssi'`,
  );
  expect(text).toContain('http://127.0.0.1:8080/#key=vm_key');
});

test('without devices they say what comes first', () => {
  expect(introductionText(READY, undefined)).toContain('import devices');
});
