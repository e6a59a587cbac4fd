import { expect, test } from 'vitest';
import { checkZeroRun } from '../src/lib/self-consistency/zero-run.ts';
import { PER_DAY, STEP_US } from './made-device.ts';
import { sequence } from './sequence.ts';

/** Counts in some quarters of an hour, at random; rests at the given days. */
function register(days: number, rests: readonly (readonly [number, number])[]): Float64Array {
  const draws = sequence(days * PER_DAY + 1, 4711);
  let value = 100;
  return draws.map((draw, k) => {
    const day = k / PER_DAY;
    const isResting = rests.some(([from, to]) => day >= from && day < to);
    if (!isResting && draw > 0.3) value += 0.01;
    return value;
  });
}
const check = (importRegister: Float64Array, exportRegister?: Float64Array) =>
  checkZeroRun(
    {
      grid: { startUs: 0, stepUs: STEP_US, count: importRegister.length },
      importRegister,
      exportRegister,
    },
    { asOfUs: importRegister.length * STEP_US },
  );

test('a register that never rested and rests for four days has stopped', () => {
  const found = check(register(40, [[36, 41]]));
  expect(found).toMatchObject({ state: 'inconsistent', evidence: { code: 'zero_run' } });
  expect('size' in found ? found.size : NaN).toBeCloseTo(4, 0);
  expect(check(register(40, [[38, 41]]))).toMatchObject({ state: 'consistent' });
});

test('a customer who is away now and then is given six times as long', () => {
  const away = [
    [5, 7],
    [20, 22],
  ] as const;
  expect(check(register(40, [...away, [30, 41]]))).toMatchObject({ state: 'consistent' });
});

test('with two weeks of history at least, and nothing fed back', () => {
  expect(check(register(12, [[8, 13]])).state).toBe('not_resolvable');
  const feeding = Float64Array.from({ length: 40 * PER_DAY + 1 }, (_, k) => k);
  expect(check(register(40, [[36, 41]]), feeding).state).toBe('consistent');
});
