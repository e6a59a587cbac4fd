import { createReadingBatch } from '@verimeter/reading-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spansOf } from './known-values.ts';

const HOUR_US = 3600e6;

describe('spansOf', () => {
  test('each row lies in one span that names its channel; spans do not touch', () => {
    const rows = fc.array(fc.record({ channelId: fc.nat(5), hour: fc.nat(200) }));
    fc.assert(
      fc.property(rows, (all) => {
        const batch = createReadingBatch(all.length);
        for (const [k, { channelId, hour }] of all.entries()) {
          batch.channelId[k] = channelId;
          batch.tsUs[k] = hour * HOUR_US;
        }
        batch.length = all.length;
        const spans = spansOf(batch);
        for (const { channelId, hour } of all) {
          const own = spans.filter(
            ({ fromUs, untilUs }) => fromUs <= hour * HOUR_US && hour * HOUR_US <= untilUs,
          );
          expect(own).toHaveLength(1);
          expect(own[0]?.channelIds).toContain(channelId);
        }
        for (const [k, { fromUs }] of spans.entries())
          expect(fromUs - (spans[k - 1]?.untilUs ?? -Infinity)).toBeGreaterThan(6 * HOUR_US);
      }),
    );
  });
});
