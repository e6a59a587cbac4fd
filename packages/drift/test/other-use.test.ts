import { describe, expect, test } from 'vitest';
import { learnOtherUse, otherUseEvidence } from '../src/lib/water-meter/other-use.ts';

const model = learnOtherUse([]);
const days = (count: number, rank: number): number[] => Array.from({ length: count }, () => rank);

describe('electricity beside a register that stands still', () => {
  test('says nothing without days, and little on the first one', () => {
    expect(otherUseEvidence(model, [])).toBe(0);
    expect(Math.abs(otherUseEvidence(model, [0.5]))).toBeLessThan(2);
  });

  test('used as ever it speaks for a stopped meter, by no more than absences that look so', () => {
    const week = otherUseEvidence(model, [0.3, 0.8, 0.5, 0.1, 0.9, 0.6, 0.4]);
    expect(week).toBeGreaterThan(2.5);
    expect(otherUseEvidence(model, days(60, 0.5))).toBeLessThanOrEqual(Math.log(1 / 0.03) + 1e-9);
  });

  test('at rest it speaks for an empty home, the more the longer', () => {
    const [week, month] = [7, 30].map((count) => otherUseEvidence(model, days(count, 0)));
    expect(week).toBeLessThan(-1);
    expect(month).toBeLessThan((week ?? 0) - 1);
  });

  test('people who come back and use no water tell a stop, although they were away before', () => {
    const back = otherUseEvidence(model, [...days(6, 0), ...days(7, 0.6)]);
    expect(back).toBeGreaterThan(1);
    expect(back).toBeGreaterThan(otherUseEvidence(model, days(13, 0)) + 2);
  });

  test('what absences of the fleet look like is learned', () => {
    const cooled = learnOtherUse(days(300, 0.7));
    expect(otherUseEvidence(cooled, days(7, 0.7))).toBeLessThan(
      otherUseEvidence(model, days(7, 0.7)),
    );
  });
});
