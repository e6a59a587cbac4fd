import type { ChannelFacts, SeriesColumns, ValidationRuleName } from '@verimeter/telemetry';
import type { Uniform } from '../seeded.ts';

/** A series with a defect of one kind, and where it is. */
interface Defective {
  readonly series: SeriesColumns;
  readonly facts: ChannelFacts;
  readonly fromUs: number;
  readonly toUs: number;
}

export interface Defect {
  readonly name: string;
  /** Any of them finds it. */
  readonly rules: readonly ValidationRuleName[];
  /** Undefined: the series has no place for it. */
  readonly inject: (original: Original, random: Uniform) => Defective | undefined;
}

/** A series without defect, and what it looks like. */
interface Original {
  readonly series: SeriesColumns;
  readonly facts: ChannelFacts;
}

const DAY_US = 86_400e6;
const HOUR_US = 3600e6;
/** So much of a series lies before a defect at least. */
const LEAST_DAYS = 21;

const columns = (readings: readonly (readonly [number, number])[]): SeriesColumns => ({
  length: readings.length,
  tsUs: Float64Array.from(readings, ([tsUs]) => tsUs),
  value: Float64Array.from(readings, ([, value]) => value),
});

const valueAt = ({ series }: Original, k: number): number => series.value[k] ?? 0;
const timeAt = ({ series }: Original, k: number): number => series.tsUs[k] ?? 0;
const isRegister = ({ facts }: Original): boolean => facts.kind === 'register';

/** An index that has enough before it and `daysBehind` behind it. */
function place(original: Original, random: Uniform, daysBehind: number): number | undefined {
  const { length } = original.series;
  const firstUs = timeAt(original, 0) + LEAST_DAYS * DAY_US;
  const lastUs = timeAt(original, length - 1) - daysBehind * DAY_US;
  if (lastUs <= firstUs) return undefined;
  const us = firstUs + random() * (lastUs - firstUs);
  return original.series.tsUs.findIndex((tsUs) => tsUs >= us);
}

/** The first reading after midnight (UTC) at or after an index, and the last one of so many days from there. */
function daysFrom(original: Original, k: number, days: number): readonly [number, number] {
  const startUs = Math.ceil(timeAt(original, k) / DAY_US) * DAY_US;
  const { tsUs } = original.series;
  const first = tsUs.findIndex((us) => us > startUs);
  const behind = tsUs.findIndex((us) => us > startUs + days * DAY_US);
  return [first, behind < 0 ? original.series.length - 1 : behind - 1];
}

/** A register whose amounts from one index to another (both included) are others. */
function recounted(
  original: Original,
  [from, to]: readonly [number, number],
  amountOf: (amount: number, k: number) => number,
  end: 'and goes on' | 'to the end' = 'and goes on',
): SeriesColumns {
  const quantum = quantumOf(original);
  const readings: [number, number][] = [];
  let shift = 0;
  for (let k = 0; k < original.series.length; k++) {
    if (k >= from && (k <= to || end === 'to the end')) {
      const amount = valueAt(original, k) - valueAt(original, k - 1);
      shift += amountOf(amount, k) - amount;
    }
    const value = Math.round((valueAt(original, k) + shift) / quantum) * quantum;
    readings.push([timeAt(original, k), Math.round(value * 1e6) / 1e6]);
  }
  return columns(readings);
}

/** Smallest step of the register, at most 1. */
function quantumOf(original: Original): number {
  for (const quantum of [1, 0.1, 0.01, 0.001])
    if (
      original.series.value.every(
        (value) => Math.abs(value / quantum - Math.round(value / quantum)) < 1e-6,
      )
    )
      return quantum;
  return 0.0001;
}

const largestAmount = (original: Original): number => {
  let largest = 0;
  for (let k = 1; k < original.series.length; k++)
    largest = Math.max(largest, valueAt(original, k) - valueAt(original, k - 1));
  return largest;
};

const spanOf = (original: Original, [from, to]: readonly [number, number]) => ({
  fromUs: timeAt(original, from),
  toUs: timeAt(original, to),
});

/** Most that all days before an index counted, on average a day. */
function dailyMean(original: Original, k: number): number {
  const days = (timeAt(original, k) - timeAt(original, 0)) / DAY_US;
  return (valueAt(original, k) - valueAt(original, 0)) / days;
}

function amongDays(
  days: number,
  amountOf: (
    original: Original,
    span: readonly [number, number],
  ) => (amount: number, k: number) => number,
  end?: 'to the end',
) {
  return (original: Original, random: Uniform): Defective | undefined => {
    if (!isRegister(original)) return undefined;
    const k = place(original, random, days + 2);
    if (k === undefined || !(dailyMean(original, k) > 20 * quantumOf(original))) return undefined;
    const span = daysFrom(original, k, days);
    const { facts } = original;
    const series = recounted(original, span, amountOf(original, span), end);
    return { series, facts, ...spanOf(original, span) };
  };
}

function without(days: number, share = 1) {
  return (original: Original, random: Uniform): Defective | undefined => {
    const k = place(original, random, days + 2);
    if (k === undefined) return undefined;
    const [fromUs, endUs] = [timeAt(original, k), timeAt(original, k) + days * share * DAY_US];
    const { tsUs, value } = original.series;
    const kept = [...tsUs].flatMap((us, at): [number, number][] =>
      us > fromUs && us < endUs ? [] : [[us, value[at] ?? 0]],
    );
    return { series: columns(kept), facts: original.facts, fromUs, toUs: endUs };
  };
}

function single(apply: (original: Original, k: number) => SeriesColumns | undefined) {
  return (original: Original, random: Uniform): Defective | undefined => {
    const k = place(original, random, 3);
    const series = k === undefined ? undefined : apply(original, k);
    if (k === undefined || series === undefined) return undefined;
    const fromUs = timeAt(original, k);
    return { series, facts: original.facts, fromUs, toUs: fromUs + HOUR_US };
  };
}

function replaced(
  original: Original,
  from: number,
  to: number,
  value: (k: number) => number,
): SeriesColumns {
  const { tsUs } = original.series;
  return columns(
    [...tsUs].map((us, k) => [us, k >= from && k <= to ? value(k) : valueAt(original, k)]),
  );
}

const standardDeviation = ({ series }: Original): number => {
  const { value } = series;
  const mean = value.reduce((sum, one) => sum + one, 0) / value.length;
  return Math.sqrt(value.reduce((sum, one) => sum + (one - mean) ** 2, 0) / value.length);
};

/** A reading that comes again shortly after. */
const again = (original: Original, k: number): SeriesColumns =>
  columns(
    [...original.series.tsUs].flatMap((us, at): [number, number][] =>
      at === k
        ? [
            [us, valueAt(original, at)],
            [us + 10e6, valueAt(original, at)],
          ]
        : [[us, valueAt(original, at)]],
    ),
  );

const later = (original: Original, k: number): SeriesColumns => {
  const stepUs = timeAt(original, k) - timeAt(original, k - 1);
  return columns(
    [...original.series.tsUs].map((us, at) => [
      at === k ? us + 0.4 * stepUs : us,
      valueAt(original, at),
    ]),
  );
};

/** Mean power of each interval as it was, beside a register that lost a part of a day. */
const inSum = (original: Original, random: Uniform): Defective | undefined => {
  const made = amongDays(1, () => (amount, k) => (k % 10 < 3 ? 0 : amount))(original, random);
  if (made === undefined) return undefined;
  const profile = columns(
    [...original.series.tsUs].map((us, k) => {
      const hours = (us - timeAt(original, k - 1)) / HOUR_US;
      return [us, k === 0 ? Number.NaN : (valueAt(original, k) - valueAt(original, k - 1)) / hours];
    }),
  );
  return { ...made, facts: { ...made.facts, profile } };
};

/** The register reaches its end in the middle of the series. */
const rollover = (original: Original, random: Uniform): Defective | undefined => {
  const k = place(original, random, 3);
  if (k === undefined || !isRegister(original)) return undefined;
  const modulus = 10_000;
  const shift = modulus - (valueAt(original, k) + valueAt(original, k - 1)) / 2;
  const series = columns(
    [...original.series.tsUs].map((us, at) => [
      us,
      Math.round(((valueAt(original, at) + shift) % modulus) * 1e4) / 1e4,
    ]),
  );
  if (!(valueAt(original, k) > valueAt(original, k - 1)) || valueAt(original, 0) + shift < 0)
    return undefined;
  return {
    series,
    facts: original.facts,
    fromUs: timeAt(original, k),
    toUs: timeAt(original, k) + HOUR_US,
  };
};

export const DEFECTS: readonly Defect[] = [
  {
    name: 'one interval six times the largest',
    rules: ['spike'],
    inject: single((original, k) => {
      if (!isRegister(original)) return undefined;
      const amount = 6 * largestAmount(original);
      return recounted(original, [k, k], () => amount);
    }),
  },
  {
    name: 'one value ten standard deviations off',
    rules: ['spike'],
    inject: single((original, k) =>
      isRegister(original)
        ? undefined
        : replaced(original, k, k, () => valueAt(original, k) + 10 * standardDeviation(original)),
    ),
  },
  {
    name: 'a day with eight times the usage',
    rules: ['high_usage'],
    inject: amongDays(1, (original, [from, to]) => {
      const mean = dailyMean(original, from) / (to - from + 1);
      return () => 8 * mean;
    }),
  },
  {
    name: 'a day with a hundredth of the usage',
    rules: ['low_usage', 'zero'],
    inject: amongDays(1, (original, [from]) => {
      const amount = Math.max(quantumOf(original), dailyMean(original, from) / 100);
      return (_amount, k) => (k === from ? amount : 0);
    }),
  },
  { name: 'a day without usage', rules: ['zero'], inject: amongDays(1, () => () => 0) },
  {
    name: 'ten days without usage',
    rules: ['consecutive_zero'],
    inject: amongDays(10, () => () => 0),
  },
  {
    name: 'an interval of twice the rated maximum',
    rules: ['rating'],
    inject: single((original, k) => {
      const { maximumRate } = original.facts;
      if (!isRegister(original) || maximumRate === undefined) return undefined;
      const hours = (timeAt(original, k) - timeAt(original, k - 1)) / HOUR_US;
      return recounted(original, [k, k], () => 2 * maximumRate * hours);
    }),
  },
  {
    name: 'a value beyond what can be',
    rules: ['range'],
    inject: single((original, k) =>
      ['temperature', 'humidity', 'pm2_5', 'pm10', 'pressure'].includes(original.facts.quantity)
        ? replaced(original, k, k, () => 6000)
        : undefined,
    ),
  },
  {
    name: 'three values of -200',
    rules: ['error_code'],
    inject: single((original, k) =>
      isRegister(original) ? undefined : replaced(original, k, k + 2, () => -200),
    ),
  },
  {
    name: 'a register that loses a third of a day beside its profile',
    rules: ['sum_check'],
    inject: inSum,
  },
  { name: 'six hours missing', rules: ['gap'], inject: without(1, 0.25) },
  {
    name: 'four days missing',
    rules: ['prolonged_estimation'],
    inject: (original, random) => (isRegister(original) ? without(4)(original, random) : undefined),
  },
  { name: 'a reading that comes twice', rules: ['duplicate'], inject: single(again) },
  {
    name: 'a reading two fifths of an interval late',
    rules: ['interval_size'],
    inject: single(later),
  },
  {
    name: 'a thousand times from a day on (unit)',
    rules: ['unit', 'rating', 'multiplier'],
    inject: amongDays(5, () => (amount) => 1000 * amount, 'to the end'),
  },
  {
    name: 'forty times from a day on (transformer ratio)',
    rules: ['multiplier'],
    inject: amongDays(5, () => (amount) => 40 * amount, 'to the end'),
  },
  {
    name: 'a tenth from a day on',
    rules: ['multiplier'],
    inject: amongDays(5, () => (amount) => amount / 10, 'to the end'),
  },
  {
    name: 'the same amount for a day and a half',
    rules: ['identical'],
    inject: amongDays(2, (original, [from, to]) => {
      const quantum = quantumOf(original);
      const mean = (2 * dailyMean(original, from)) / (to - from + 1);
      const amount = quantum * Math.max(20, Math.round(mean / quantum));
      return () => amount;
    }),
  },
  {
    name: 'a value that stays for 60 hours',
    rules: ['identical'],
    inject: (original, random) => {
      const k = place(original, random, 5);
      if (k === undefined || isRegister(original)) return undefined;
      const end = original.series.tsUs.findIndex((us) => us > timeAt(original, k) + 60 * HOUR_US);
      const series = replaced(original, k, end - 1, () => valueAt(original, k));
      return { series, facts: original.facts, ...spanOf(original, [k, end - 1]) };
    },
  },
  {
    name: 'a register that falls and counts on',
    rules: ['negative', 'register_event'],
    inject: single((original, k) =>
      isRegister(original)
        ? recounted(original, [k, k], () => -20 * largestAmount(original))
        : undefined,
    ),
  },
  { name: 'a rollover', rules: ['register_event'], inject: rollover },
];
