import { expect, test } from 'vitest';
import type { DeviceResult } from '../../src/index.ts';
import { decideSensor, type EstimatedSensor } from '../../src/lib/sensors/sensor-decision.ts';
import { tenantLists } from '../../src/lib/tenant-lists.ts';

const estimated = (deviceId: string, change: Partial<DeviceResult>): EstimatedSensor => ({
  result: {
    deviceId,
    quantity: 'pm2_5',
    groupId: 'N',
    groupStatus: 'ok',
    asOfUs: 0,
    indication: 'within_limits',
    recommendation: 'none',
    errorEstimate: 0.1,
    standardError: 0.05,
    intervalLow: 0,
    intervalHigh: 0.2,
    probabilityOverLimit: 0.02,
    probabilityOverInServiceLimit: 0.01,
    probabilityDrifted: 0.05,
    minimumDetectable: 0.3,
    evidenceDays: 100,
    evidence: [{ code: 'sensor_short_baseline', values: { days: 30, least: 60 } }],
    history: [{ asOfUs: 0, errorEstimate: 0.1, intervalLow: 0, intervalHigh: 0.2 }],
    ...change,
  },
  limit: 0.2,
  dataSd: 0.05,
  resolvable: true,
});

test('less than 60 days: nothing is claimed of the error, unless it is enough for the watch list', () => {
  const short = { evidenceDays: 30 };
  const sensors = [
    estimated('a', short),
    estimated('b', { ...short, probabilityDrifted: 0.99, probabilityOverLimit: 0.99 }),
    estimated('c', { probabilityDrifted: 0.4, probabilityOverLimit: 0.6 }),
    estimated('d', {}),
  ];
  const lists = tenantLists(sensors.map(({ result }) => result));
  const [little, watched, beyond, long] = sensors.map((sensor) => decideSensor(sensor, lists));
  expect(little).toEqual({
    deviceId: 'a',
    quantity: 'pm2_5',
    groupId: 'N',
    groupStatus: 'ok',
    asOfUs: 0,
    indication: 'insufficient_data',
    recommendation: 'none',
    minimumDetectable: 0.3,
    evidenceDays: 30,
    evidence: [{ code: 'sensor_short_baseline', values: { days: 30, least: 60 } }],
    history: [],
  });
  expect(watched).toMatchObject({
    indication: 'drift_possible',
    recommendation: 'watch',
    errorEstimate: 0.1,
    probabilityDrifted: 0.99,
  });
  expect(beyond).toMatchObject({
    indication: 'drift_possible',
    recommendation: 'none',
    errorEstimate: 0.1,
  });
  expect(long).toMatchObject({ indication: 'within_limits', errorEstimate: 0.1 });
});
