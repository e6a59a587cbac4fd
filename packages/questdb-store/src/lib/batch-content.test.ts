import { createReadingBatch } from '@verimeter/reading-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBatch, decodeShares, encodeBatch, encodeShares } from './batch-content.ts';

describe('the content of a waiting batch', () => {
  test('comes back to the last bit, without -0, from any address', () => {
    const rows = fc.array(
      fc.record({
        channelId: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        tsUs: fc.maxSafeInteger(),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }),
        flags: fc.integer({ min: 0, max: 32_767 }),
        receivedAtUs: fc.maxSafeNat(),
      }),
    );
    fc.assert(
      fc.property(rows, fc.nat(7), (all, shift) => {
        const batch = createReadingBatch(all.length + 3);
        for (const [k, one] of all.entries()) {
          batch.channelId[k] = one.channelId;
          batch.tsUs[k] = one.tsUs;
          batch.value[k] = one.value;
          batch.flags[k] = one.flags;
          batch.receivedAtUs[k] = one.receivedAtUs;
        }
        batch.length = all.length;
        const padded = Buffer.concat([Buffer.alloc(shift), encodeBatch(batch)]);
        const back = decodeBatch(padded.subarray(shift));
        expect(back.length).toBe(all.length);
        for (const [k, one] of all.entries())
          expect({
            channelId: back.channelId[k],
            tsUs: back.tsUs[k],
            value: back.value[k],
            flags: back.flags[k],
            receivedAtUs: back.receivedAtUs[k],
          }).toEqual({ ...one, value: one.value + 0 });
      }),
    );
  });

  test('refuses what is no number', () => {
    const batch = createReadingBatch(1);
    batch.length = 1;
    batch.value[0] = Number.NaN;
    expect(() => encodeBatch(batch)).toThrow(RangeError);
  });

  test('shares come back as they were', () => {
    const share = fc.record({
      tenant: fc.constantFrom('demo', 'other'),
      deviceId: fc.string({ minLength: 1, maxLength: 8 }),
      source: fc.constantFrom('mqtt', 'replay'),
      end: fc.nat(),
      live: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(share), (shares) => {
        expect(decodeShares(encodeShares(shares))).toEqual(shares);
      }),
    );
  });
});
