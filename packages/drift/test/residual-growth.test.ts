import { describe, expect, test } from 'vitest';
import { type QuietNeighbour, usualDay } from '../src/lib/water-meter/quiet-neighbours.ts';
import { registerHistory } from '../src/lib/water-meter/register-history.ts';
import { residualGrowth } from '../src/lib/water-meter/residual-growth.ts';
import { bellSequence } from './sequence.ts';
import { counter, HOUR_US, household, START_US, waterMeter } from './water-home.ts';

const DAYS = 100;
const GRID = { startUs: START_US, stepUs: HOUR_US, count: DAYS * 24 + 1 };

function quiet(deviceId: string, hours: Float64Array, fromDay: number): QuietNeighbour {
  const history = registerHistory(waterMeter(deviceId, counter(hours)), GRID, Infinity);
  const usual = history === undefined ? undefined : usualDay(history, fromDay * 24);
  return { deviceId, from: fromDay * 24, usual: usual ?? new Float64Array(0) };
}

const noise = bellSequence(DAYS * 24, 21);
/** A leak that breathes by the hour, noise of 8 L, and what is missing of some homes from a day on. */
function balance(...missing: readonly (readonly [Float64Array, fromDay: number])[]): Float64Array {
  return Float64Array.from({ length: DAYS * 24 + 1 }, (_, point) => {
    if (point === 0) return NaN;
    const k = point - 1;
    const leak = 0.12 + 0.01 * Math.cos((2 * Math.PI * (k % 24)) / 24) + 0.00002 * k;
    return missing.reduce(
      (sum, [hours, day]) => sum + (k >= day * 24 ? (hours[k] ?? 0) : 0),
      leak + 0.008 * (noise[k] ?? 0),
    );
  });
}

const a = household(DAYS, 7);
const b = household(DAYS, 8);
const END = DAYS * 24;

describe('what of a quiet home is missing in the balance of its district', () => {
  test('all of it, of a stopped meter; nothing, of an empty home', () => {
    const home = quiet('a', a, 80);
    const stopped = residualGrowth(balance([a, 80]), home, END, []);
    expect(Math.abs((stopped?.share ?? NaN) - 1)).toBeLessThan(2 * (stopped?.shareSe ?? NaN));
    expect(stopped?.evidence).toBeGreaterThan(2);
    const empty = residualGrowth(balance(), home, END, []);
    expect(Math.abs(empty?.share ?? NaN)).toBeLessThan(2 * (empty?.shareSe ?? NaN));
    expect(empty?.evidence).toBeLessThan(-1);
  });

  test('is not the share of a neighbour that stopped a week earlier, once that one is known to stand still', () => {
    const residual = balance([b, 70]);
    const [own, neighbour] = [quiet('a', a, 80), quiet('b', b, 70)];
    const share = residualGrowth(residual, own, END, [own, neighbour])?.share ?? NaN;
    expect(Math.abs(share)).toBeLessThan(0.45);
    const stopped = residualGrowth(residual, neighbour, END, [own, neighbour]);
    expect(stopped?.share).toBeGreaterThan(0.6);
    expect(stopped?.evidence).toBeGreaterThan(1);
  });

  test('a burst for an afternoon and lost readings say nothing', () => {
    const residual = balance();
    for (let k = 85 * 24 + 12; k < 85 * 24 + 19; k++) residual[k] = (residual[k] ?? 0) + 2;
    for (let k = 0; k < residual.length; k += 31) residual[k] = NaN;
    expect(residualGrowth(residual, quiet('a', a, 80), END, [])?.evidence).toBeLessThan(0);
  });

  test('nothing is said without two weeks before, or without a day after', () => {
    const residual = balance([a, 80]);
    expect(residualGrowth(residual, quiet('a', a, 80), 80 * 24 + 20, [])).toBeUndefined();
    const short = residual.map((value, k) => (k < 70 * 24 ? NaN : value));
    expect(residualGrowth(short, quiet('a', a, 80), END, [])).toBeUndefined();
  });
});
