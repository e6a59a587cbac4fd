import { expect, test } from 'vitest';
import type { SensorCorrection } from '../../src/index.ts';
import { singleCorrections } from '../../src/lib/sensors/single-corrections.ts';

const piece = (fromUs: number, toUs: number, gain: number, deviceId = 'a'): SensorCorrection => ({
  deviceId,
  quantity: 'pm2_5',
  fromUs,
  toUs,
  gain,
  offset: 0,
});

test('the first correction holds, of a later one what is left open on either side', () => {
  expect(
    singleCorrections([
      piece(10, 20, 1.1),
      piece(20, 30, 1.2),
      piece(5, 40, 2),
      piece(10, 20, 3),
      piece(40, 50, 4),
      piece(0, 100, 5, 'b'),
    ]),
  ).toEqual([
    piece(10, 20, 1.1),
    piece(20, 30, 1.2),
    piece(5, 10, 2),
    piece(30, 40, 2),
    piece(40, 50, 4),
    piece(0, 100, 5, 'b'),
  ]);
});
