import { describe, expect, test } from 'vitest';
import {
  analyzeWaterCohorts,
  lotTrendEvidence,
  lotTrendExit,
  type LotTrend,
  type WaterCohorts,
} from '../src/lib/water-meter/analyze-water-cohorts.ts';
import { lotExit } from '../src/lib/water-meter/lot-exit.ts';
import type { WaterFleetInput, WaterMeterSeries } from '../src/lib/water/water-types.ts';
import { bellSequence } from './sequence.ts';
import { DAY_US, START_US, waterMeter } from './water-home.ts';

const DAYS = 396;
const STREETS = 12;
const PER_STREET = 50;
const AS_OF = START_US + DAYS * DAY_US;

interface Lot {
  readonly name: string;
  readonly builtYear: number;
  /** Ratio per year. */
  readonly drift: number;
}

const NONE: Lot = { name: 'none', builtYear: 2020, drift: NaN };
const LOTS: readonly Lot[] = [
  { name: 'A | jet | 2 | 2.5', builtYear: 2015, drift: -0.12 },
  { name: 'A | jet | 2 | 2.5', builtYear: 2023, drift: 0 },
  { name: 'B | piston | 2 | 2.5', builtYear: 2015, drift: 0 },
  { name: 'B | piston | 2 | 2.5', builtYear: 2023, drift: 0 },
];

/**
 * Meters read once a day. Every street does as it likes, with a season; homes change by 20 % within the year by themselves; what a lot loses is
 * lost by all its meters.
 */
function fleet(lots: readonly Lot[] = LOTS): WaterFleetInput {
  const own = bellSequence(STREETS * PER_STREET, 5);
  const size = bellSequence(STREETS * PER_STREET, 6);
  const meters: WaterMeterSeries[] = [];
  const districts = Array.from({ length: STREETS }, (_, street) => ({
    groupId: `s${street}`,
    asOfUs: AS_OF,
    members: Array.from({ length: PER_STREET }, (_1, home) => {
      const id = street * PER_STREET + home;
      const lot = lots[(home + street) % lots.length] ?? NONE;
      const daily = 0.3 * Math.exp(0.4 * (size[id] ?? 0));
      const register = new Float64Array(DAYS + 1);
      let sum = 300 + 10 * (2026 - lot.builtYear);
      register[0] = sum;
      for (let day = 1; day <= DAYS; day++) {
        const years = day / 365.25;
        const log =
          0.2 * (own[id] ?? 0) * years +
          (0.02 * street - 0.1) * years +
          0.2 * Math.sin(2 * Math.PI * years) +
          lot.drift * years;
        sum += daily * Math.exp(log);
        register[day] = Math.round(1000 * sum) / 1000;
      }
      const meter = waterMeter(`m${id}`, register, {
        lot: `${lot.name} | ${lot.builtYear}`,
        builtYear: lot.builtYear,
      });
      return {
        meter: meters.push(meter) - 1,
        role: 'consumer' as const,
        fromUs: -Infinity,
        toUs: Infinity,
      };
    }),
  }));
  return {
    grid: { startUs: START_US, stepUs: DAY_US, count: DAYS + 1 },
    zoneMinutes: 420,
    meters,
    districts,
  };
}

const trendOf = (cohorts: WaterCohorts | undefined, lot: string): LotTrend | undefined =>
  cohorts?.lots.find((trend) => trend.lot === lot);
const WORN = 'A | jet | 2 | 2.5 | 2015';

describe('lots by what their homes use', () => {
  const cohorts = analyzeWaterCohorts(fleet(), AS_OF);

  test('the one that loses 12 % a year stands out, with an interval that holds it, and no other one does', () => {
    expect(cohorts?.homes).toBe(600);
    expect(cohorts?.homeSd).toBeGreaterThan(0.17);
    expect(cohorts?.homeSd).toBeLessThan(0.23);
    const { perYear, minimumDetectable } = trendOf(cohorts, WORN) ?? {};
    // 150 homes against 450 others: 0.2 sqrt(1/150 + 1/450)
    expect(perYear?.se).toBeGreaterThan(0.015);
    expect(perYear?.se).toBeLessThan(0.023);
    expect(Math.abs((perYear?.estimate ?? NaN) + 0.12)).toBeLessThan(2 * (perYear?.se ?? NaN));
    expect(Math.abs((perYear?.posteriorMean ?? NaN) + 0.12)).toBeLessThan(
      2.5 * (perYear?.posteriorSd ?? NaN),
    );
    expect(perYear?.falseSign).toBeLessThan(0.001);
    expect(minimumDetectable).toBeCloseTo(2.925 * (perYear?.se ?? NaN), 6);
    for (const { lot, perYear: other } of cohorts?.lots ?? [])
      // the others seem to gain a third of what the worn one loses: only differences are known
      if (lot !== WORN)
        expect(Math.abs((other?.estimate ?? NaN) - 0.04)).toBeLessThan(3 * (other?.se ?? NaN));
  });

  test('per 1,000 m3 it is the same loss over what the homes use', () => {
    const { perThousandCubicMetres } = trendOf(cohorts, WORN) ?? {};
    const { estimate = NaN, se = NaN } = perThousandCubicMetres ?? {};
    // 0.3 m3 a day are 0.11 thousand a year
    expect(estimate).toBeLessThan(-0.5);
    expect(estimate).toBeGreaterThan(-1.8);
    expect(estimate).toBeLessThan(-3 * se);
  });

  test('it leaves its limit first, from what is known of its error today', () => {
    const worn = trendOf(cohorts, WORN);
    const perYear = worn?.perYear;
    if (worn === undefined || perYear === undefined) throw new Error('the worn lot has no trend');
    const at = { limit: 0.05, asOfUs: AS_OF };
    const exit = lotTrendExit(perYear, { ...at, level: undefined });
    const years = ((exit?.medianUs ?? NaN) - AS_OF) / (365.25 * DAY_US);
    expect(years).toBeGreaterThan(0.3);
    expect(years).toBeLessThan(0.9);
    expect(exit?.earliestUs).toBeLessThan(exit?.medianUs ?? NaN);
    expect(lotTrendExit(perYear, { ...at, level: { mean: -0.06, se: 0.01 } })).toEqual({
      medianUs: AS_OF,
      earliestUs: AS_OF,
    });
    // ignorance of a trend is no date
    expect(
      lotTrendExit({ posteriorMean: -0.01, posteriorSd: 0.01 }, { ...at, level: undefined }),
    ).toBeUndefined();
    expect(lotTrendEvidence(worn)).toMatchObject({
      code: 'lot_usage_trend',
      values: { lot: WORN, homes: worn.homes, per_year: perYear.posteriorMean },
    });
  });

  test('healthy lots are not told apart', () => {
    const healthy = analyzeWaterCohorts(fleet(LOTS.map((lot) => ({ ...lot, drift: 0 }))), AS_OF);
    for (const { perYear } of healthy?.lots ?? []) {
      expect(Math.abs(perYear?.posteriorMean ?? NaN)).toBeLessThan(
        2.5 * (perYear?.posteriorSd ?? NaN),
      );
      expect(perYear?.falseSign).toBeGreaterThan(0.01);
    }
    // two-sided 5 % of four lots: one may be told by chance, not two
    const told = healthy?.lots.filter((trend) => lotTrendEvidence(trend) !== undefined);
    expect(told?.length).toBeLessThan(2);
  });

  test('all lots alike cannot be told from customers who save water', () => {
    const all = analyzeWaterCohorts(fleet(LOTS.map((lot) => ({ ...lot, drift: -0.12 }))), AS_OF);
    for (const { perYear } of all?.lots ?? [])
      expect(Math.abs(perYear?.estimate ?? NaN)).toBeLessThan(3 * (perYear?.se ?? NaN));
  });

  test('types are told from the keys of lots, with and without spaces', () => {
    const keyed = fleet(LOTS.map((lot) => ({ ...lot, name: lot.name.replaceAll(' | ', '|') })));
    const meters = keyed.meters.map((meter) => ({
      ...meter,
      lot: meter.lot.replace(' | ', '|'),
    }));
    const found = analyzeWaterCohorts({ ...keyed, meters }, AS_OF);
    expect(found?.lots.map(({ type }) => type)).toEqual([
      'A|jet|2|2.5',
      'A|jet|2|2.5',
      'B|piston|2|2.5',
      'B|piston|2|2.5',
    ]);
    expect(trendOf(found, 'A|jet|2|2.5|2015')?.perYear).toEqual(trendOf(cohorts, WORN)?.perYear);
  });

  test('a month of data says nothing', () => {
    expect(analyzeWaterCohorts(fleet(), START_US + 60 * DAY_US)).toBeUndefined();
  });
});

test('exit dates: of a known line the crossing, of one that stays none, and never before as-of', () => {
  const years = (us: number | undefined): number => ((us ?? NaN) - AS_OF) / (365.25 * DAY_US);
  const at = { limit: 0.05, asOfUs: AS_OF };
  const sure = lotExit({ mean: -0.01, se: 1e-9 }, { mean: -0.02, se: 1e-9 }, at);
  expect(years(sure.medianUs)).toBeCloseTo(2, 6);
  expect(years(sure.earliestUs)).toBeCloseTo(2, 6);
  const unsure = lotExit({ mean: -0.01, se: 0.005 }, { mean: -0.02, se: 0.01 }, at);
  expect(years(unsure.earliestUs)).toBeLessThan(1.4);
  expect(years(unsure.medianUs)).toBeCloseTo(2, 1);
  expect(lotExit({ mean: 0, se: 1e-4 }, { mean: 0, se: 1e-4 }, at)).toEqual({});
});
