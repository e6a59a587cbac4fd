import { describe, expect, test } from 'vitest';
import {
  type AbsenceRecord,
  absenceRecord,
  kindWeights,
  learnAbsences,
  longerSpellRate,
} from '../src/lib/water-meter/absence-model.ts';
import { GENERAL_ABSENCES, stoppedProbability } from '../src/lib/water-meter/stopped-meter.ts';

const never = absenceRecord([], 330);
const weekends = absenceRecord(
  Array.from({ length: 40 }, (_, k) => 1 + (k % 3) / 2),
  300,
);
const second = absenceRecord([30, 12, 45, 8, 20, 15, 33], 60);

const likeliest = (record: AbsenceRecord): number => {
  const weights = kindWeights(GENERAL_ABSENCES, record);
  return weights.indexOf(Math.max(...weights));
};

const fortnights = (record: AbsenceRecord): number => longerSpellRate(GENERAL_ABSENCES, record, 14);

/** Share of homes that are left for so long within a year. */
const homesLeft = (days: number): number =>
  GENERAL_ABSENCES.reduce((sum, kind) => {
    const one = [{ ...kind, share: 1 }];
    const rate = longerSpellRate(one, absenceRecord([], 0), days);
    // gamma over homes; those that are always away are in use for a quarter of the year
    const { shape } = kind.long;
    const years = kind.share < 0.12 ? 0.25 : 1;
    return sum + kind.share * (1 - (shape / (shape + rate * years)) ** shape);
  }, 0);

const odds = (p: number): number => p / (1 - p);

describe('how homes are left', () => {
  test('a home is of the kind that its record shows', () => {
    expect([never, weekends, second].map(likeliest)).toEqual([0, 1, 2]);
    expect(kindWeights(GENERAL_ABSENCES, weekends).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  test('longer absences are rarer, and so are those of homes that are never left', () => {
    for (const record of [never, weekends, second]) {
      const rates = [1, 3, 5, 6.9, 7, 14, 30, 100, 400].map((days) =>
        longerSpellRate(GENERAL_ABSENCES, record, days),
      );
      expect(rates.toSorted((a, b) => b - a)).toEqual(rates);
      expect(rates.at(-1)).toBeGreaterThan(0);
    }
    expect(fortnights(never)).toBeLessThan(fortnights(weekends));
    expect(fortnights(weekends)).toBeLessThan(fortnights(second));
  });

  test('in a year as many homes are left for a week, and for a month, as real ones were', () => {
    // 76 homes: 22 % for a week or longer, 7 % for a month
    expect(homesLeft(7)).toBeGreaterThan(0.17);
    expect(homesLeft(7)).toBeLessThan(0.35);
    expect(homesLeft(30)).toBeGreaterThan(0.05);
    expect(homesLeft(30)).toBeLessThan(0.12);
  });

  test('a fleet that is never left makes quiet times suspicious sooner, one of second homes later', () => {
    const at14 = { days: 14, season: 1, evidence: 0 };
    const general = stoppedProbability(GENERAL_ABSENCES, never, at14);
    const settled = learnAbsences(
      GENERAL_ABSENCES,
      Array.from({ length: 200 }, () => never),
    );
    const seaside = learnAbsences(
      GENERAL_ABSENCES,
      Array.from({ length: 200 }, () => second),
    );
    expect(stoppedProbability(settled, never, at14)).toBeGreaterThan(general + 0.1);
    const fresh = absenceRecord([], 20);
    expect(stoppedProbability(seaside, fresh, at14)).toBeLessThan(
      stoppedProbability(settled, fresh, at14) / 3,
    );
    for (const { lengths } of [...settled, ...seaside]) {
      expect(lengths.slice(0, 3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      expect(lengths.slice(3).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }
  });

  test('odds are those of the two rates, and a witness multiplies them', () => {
    const rate = longerSpellRate(GENERAL_ABSENCES, never, 10);
    const plain = stoppedProbability(GENERAL_ABSENCES, never, { days: 10, season: 2, evidence: 0 });
    expect(odds(plain)).toBeCloseTo(0.03 / (2 * rate), 9);
    const heard = stoppedProbability(GENERAL_ABSENCES, never, {
      days: 10,
      season: 2,
      evidence: Math.log(5),
    });
    expect(odds(heard) / odds(plain)).toBeCloseTo(5, 9);
  });
});
