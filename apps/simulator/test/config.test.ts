import { ConfigurationError } from '@verimeter/service-runtime';
import { expect, test } from 'vitest';

import { simulatorConfig } from '../src/index.ts';

test('the broker comes from MQTT_URL; without it, or with another protocol, the variable is named', () => {
  expect(simulatorConfig({ MQTT_URL: 'mqtts://u:p@host:8883' })).toEqual({
    mqttUrl: 'mqtts://u:p@host:8883',
    logLevel: 'info',
  });
  expect(() => simulatorConfig({})).toThrow(ConfigurationError);
  expect(() => simulatorConfig({ MQTT_URL: 'http://host' })).toThrow(/MQTT_URL/);
});
