import { expect, test } from 'vitest';
import { readMeans } from '../../src/lib/sensors/hourly-means.ts';

const HOUR_US = 3600e6;
const START_US = Date.UTC(2026, 9, 1) * 1000;

test('an hour has the readings after the hour before, up to and with its end', async () => {
  const at = (minutes: number, value: number) => [START_US + minutes * 60e6, value] as const;
  const rows = new Map([
    [1, [at(-60, 99), at(-59, 1), at(0, 3), at(20, 10), at(60, 20), at(180, 7), at(181, 50)]],
    [2, [at(60, 4)]],
  ]);
  const means = await readMeans(
    {
      series: (channelIds, fromUs, untilUs, take) => {
        for (const channelId of channelIds)
          for (const [tsUs, value] of rows.get(channelId) ?? [])
            if (tsUs >= fromUs && tsUs <= untilUs) take(channelId, tsUs, value);
        return Promise.resolve();
      },
    },
    [1, 2, 3],
    { startUs: START_US, stepUs: HOUR_US, count: 4 },
  );
  expect([...means].map(([channel, values]) => [channel, ...values])).toEqual([
    [1, 2, 15, NaN, 7],
    [2, NaN, 4, NaN, NaN],
  ]);
});
