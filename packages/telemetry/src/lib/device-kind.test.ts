import { expect, test } from 'vitest';
import { kindOfQuantities } from './device-kind.ts';
import { QUANTITIES } from './quantities.ts';

test('registers tell a meter from a sensor', () => {
  expect(kindOfQuantities(['rssi', 'active_energy_import'])).toBe('electricity_meter');
  expect(kindOfQuantities(['water_volume', 'temperature', 'battery'])).toBe('water_meter');
  expect(kindOfQuantities(['heat_energy', 'water_flow', 'water_temperature'])).toBe('heat_meter');
  expect(kindOfQuantities(['pm2_5', 'humidity'])).toBe('environment_sensor');
});

test('what every device has says nothing', () => {
  expect(kindOfQuantities(['battery', 'rssi', 'water_temperature', 'water_pressure'])).toBe(
    undefined,
  );
});

test('every other quantity of the catalogue says something', () => {
  const silent = new Set(['battery', 'rssi', 'water_temperature', 'water_pressure']);
  for (const { name } of QUANTITIES)
    expect([name, kindOfQuantities([name]) === undefined]).toEqual([name, silent.has(name)]);
});
