import { expect, test } from 'vitest';
import { DeviceFindings } from '../src/lib/foreign/device-findings.ts';
import { sourceSettings } from '../src/lib/foreign/source.ts';
import { textTime } from '../src/lib/foreign/times.ts';

const receivedAtUs = Date.parse('2026-01-14T06:30:00Z') * 1000;
const settings = sourceSettings({ tenant: 'demo', name: 's', filter: 's' });
const time = textTime('2026-01-14T06:00:00Z', { receivedAtUs, zone: 'UTC' });
const device = (): DeviceFindings =>
  new DeviceFindings({ tenant: 'demo', deviceId: 'm', receivedAtUs }, settings);

test('a plausible stamp ends what was said of the clock', () => {
  const findings = device();
  findings.point('temperature', 4, 'Cel', time, 't');
  expect(findings.finish('s').events).toMatchObject([{ event: 'clock_error', state: 'cleared' }]);
});

test('a clock error that the device reports itself is not ended by its plausible stamps', () => {
  const findings = device();
  findings.point('temperature', 4, 'Cel', time, 't');
  findings.event('clock_error', 'active', time);
  expect(findings.finish('s').events).toMatchObject([{ event: 'clock_error', state: 'active' }]);
});
