import { expect, test } from 'vitest';
import { atMeanTemperature } from '../../src/lib/sensors/pressure-height.ts';
import { bellSequence } from '../sequence.ts';

/** Mean difference of the fourth and the first over a span of hours. */
function difference(values: readonly Float64Array[], from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += (values[3]?.[k] ?? NaN) - (values[0]?.[k] ?? NaN);
  return sum / (to - from);
}

/** Of that difference between a month of winter and one of summer. */
function swing(values: readonly Float64Array[]): number {
  return Math.abs(difference(values, 0, 24 * 30) - difference(values, 24 * 170, 24 * 200));
}

test('a hundred metres of height do not look like an offset that comes with the seasons', () => {
  const hours = 24 * 365;
  const weather = bellSequence(hours, 7919);
  // a year from -5 to 30 Cel, hydrostatic difference p g dh / (R T)
  const celsius = Float64Array.from(
    { length: hours },
    (_, k) => 12.5 - 17.5 * Math.cos((2 * Math.PI * k) / hours),
  );
  const ground = weather.map((x) => 1013 + 6 * x);
  const sensor = (height: number): Float64Array =>
    ground.map((p, k) => p - (p * 9.81 * height) / (287.05 * ((celsius[k] ?? NaN) + 273.15)));
  const raw = [0, 0, 0, 100].map(sensor);
  const levelled = atMeanTemperature(raw, celsius);
  expect(swing(raw)).toBeGreaterThan(1.3);
  expect(swing(levelled)).toBeLessThan(0.1);
  expect(levelled[0]?.[100]).toBeCloseTo(raw[0]?.[100] ?? NaN, 6);
});
