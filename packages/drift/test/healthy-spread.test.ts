import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { learnSpread, type SeenLevel } from '../src/lib/healthy-spread.ts';
import { bellSequence } from './sequence.ts';

/** Meters of 10 areas of 60 whose healthy errors have the sd `lotSd` and whose biases are `scale` times what is stated. */
function fleet(lotSd: number, scale: number): SeenLevel[] {
  const count = 600;
  const z = bellSequence(count, 5);
  return Array.from({ length: count }, (_, i) => {
    const bias = 0.002 + (0.004 * ((i * 7) % 10)) / 10;
    const variance = (0.0015 + (0.001 * ((i * 3) % 10)) / 10) ** 2;
    return {
      lot: i % 2 === 0 ? 'a' : 'b',
      area: `A${Math.floor(i / 60)}`,
      healthy: 1,
      deviation: Math.sqrt(lotSd ** 2 + variance + (scale * bias) ** 2) * at(z, i),
      variance,
      bias,
    };
  });
}

/** sd of healthy deviations without noise; 0.38 % is the mean bias of `fleet`. */
const total = (sd: number, factor: number): number => Math.hypot(sd, 0.0038 * factor);

describe('what is learned of healthy meters', () => {
  test.each([
    [0.003, 0.5],
    [0.003, 1.5],
    [0.002, 1],
  ])('spread %f and scale %f of the bias', (lotSd, scale) => {
    const learned = learnSpread(fleet(lotSd, scale));
    // 600 squares: their sum is known to sqrt(2 / 600) = 6 %; its two parts only by how the bias differs between meters
    const found = total(learned.lotSd.get('a') ?? 0, learned.fleetScale);
    expect(Math.abs(Math.log(found / total(lotSd, scale)))).toBeLessThan(0.1);
    expect(Math.abs(Math.log(learned.fleetScale / scale))).toBeLessThan(0.5);
    for (const sd of learned.lotSd.values())
      expect(Math.abs(Math.log(sd / lotSd))).toBeLessThan(0.45);
  });

  test('an area whose loss is known worse gets a larger scale than the others', () => {
    const meters = fleet(0.003, 0.5).map((meter) =>
      meter.area === 'A3' ? { ...meter, deviation: 2.5 * meter.deviation } : meter,
    );
    const { biasScale } = learnSpread(meters);
    const others = [...biasScale].filter(([area]) => area !== 'A3').map(([, scale]) => scale);
    expect(biasScale.get('A3')).toBeGreaterThan(1.4 * Math.max(...others));
  });

  test('a few drifts that were not found hardly widen it', () => {
    const meters = fleet(0.003, 1);
    const clean = learnSpread(meters);
    const dirty = learnSpread(
      meters.map((meter, i) => (i % 40 === 0 ? { ...meter, deviation: 0.05 } : meter)),
    );
    const spread = ({ lotSd, fleetScale }: typeof clean): number =>
      total(lotSd.get('a') ?? 0, fleetScale);
    // 15 of 600, each counted with a square of 9
    expect(spread(dirty) / spread(clean)).toBeLessThan(1.15);
  });

  test('of nobody is what is assumed', () => {
    const learned = learnSpread([]);
    expect(learned.fleetScale).toBeCloseTo(1, 1);
    expect(learned.lotSd.size).toBe(0);
  });
});
