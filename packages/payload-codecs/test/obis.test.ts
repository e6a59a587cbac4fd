import { describe, expect, test } from 'vitest';
import { DeviceFindings } from '../src/lib/foreign/device-findings.ts';
import { netPower, obisOf } from '../src/lib/foreign/obis.ts';
import { sourceSettings } from '../src/lib/foreign/source.ts';
import { arrivalTime } from '../src/lib/foreign/times.ts';
import type { JsonValue } from '../src/lib/json.ts';

test.each([
  ['1-0:1.8.0', '1-0:1.8.0'],
  ['1-0:1.8.0.255', '1-0:1.8.0'],
  ['1-0:1.8.0*255', '1-0:1.8.0'],
  ['1-0:1.7.0.255_3,0_2', '1-0:1.7.0'],
  ['1-0:1.8.0_3,0_2', '1-0:1.8.0'],
  ['0-0:96.1.0', '0-0:96.1.0'],
  // the unit of the register, a past billing period, and what is no code
  ['1-0:1.7.0.255_3,0_3', undefined],
  ['1-0:1.8.0.1', undefined],
  ['1-0:1.8.0*01', undefined],
  ['1-0:1.8', undefined],
  ['1.8.0', undefined],
  ['x1-0:1.8.0', undefined],
  ['1-0:1.8.0000', undefined],
])('NA-01 %s is %s', (key, code) => {
  expect(obisOf(key)).toBe(code);
});

const side = (raw: JsonValue | undefined, field: string) =>
  raw === undefined ? undefined : { raw, unit: 'kW', field };

describe('power of two unsigned fields', () => {
  const receivedAtUs = Date.parse('2026-01-14T06:30:00Z') * 1000;
  const settings = sourceSettings({ tenant: 'demo', name: 's', filter: 's' });

  function net(imported: JsonValue | undefined, exported: JsonValue | undefined) {
    const device = new DeviceFindings({ tenant: 'demo', deviceId: 'm', receivedAtUs }, settings);
    netPower(device, side(imported, 'in'), side(exported, 'out'), arrivalTime(receivedAtUs));
    const { readings, rejects } = device;
    return [readings.map(({ value }) => value), rejects.map(({ field }) => field)];
  }

  test.each<[JsonValue | undefined, JsonValue | undefined, number[], string[]]>([
    [0, 1.274, [-1274], []],
    ['0.3', '0.1', [200], []],
    [0.312, undefined, [312], []],
    [undefined, 1.274, [-1274], []],
    // what is imported meanwhile is not told
    [undefined, 0, [], []],
    [undefined, undefined, [], []],
    [null, 1.274, [], []],
    [0.5, '1,2', [], ['out']],
    ['x', 1, [], ['in']],
  ])('import %j, export %j', (imported, exported, values, fields) => {
    expect(net(imported, exported)).toEqual([values, fields]);
  });
});
