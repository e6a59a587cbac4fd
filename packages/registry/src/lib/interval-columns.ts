import {
  INTERVAL_QUALITIES,
  type IntervalQuality,
  type RegisterInterval,
} from '@verimeter/telemetry';

/** Step of the intervals that are kept, microseconds. */
export const KEPT_STEP_US: number = 900e6;
const DAY_US = 86_400e6;
const STEPS_A_DAY = DAY_US / KEPT_STEP_US;
/** Registers have no more decimals. */
const MOST_DECIMALS = 6;
const MOST_QUANTA = 2 ** 31 - 1;

/** An interval without what is known of the clock, which changes by itself. */
export type KeptInterval = Omit<RegisterInterval, 'clockOffset'>;

/** The intervals of a day as `interval_days` holds them. */
export interface IntervalColumns {
  readonly edges: readonly number[] | null;
  readonly shifts_us: readonly number[] | null;
  readonly scale: number | null;
  readonly quanta: readonly (number | null)[] | null;
  readonly amounts: readonly (number | null)[] | null;
  readonly coverages: readonly number[] | null;
  readonly events: readonly number[] | null;
}

/** Qualities that do not follow from where an interval lies. */
const EVENT_QUALITIES = INTERVAL_QUALITIES.filter(
  (quality) => quality !== 'exact' && quality !== 'shifted' && quality !== 'merged',
);

const bitsOf = (qualities: readonly IntervalQuality[]): number =>
  EVENT_QUALITIES.reduce(
    (bits, quality, bit) => (qualities.includes(quality) ? bits | (1 << bit) : bits),
    0,
  );

/** Amounts carry no more digits than registers have. */
const rounded = (amount: number): number => Math.round(amount * 1e9) / 1e9;

const coverageOf = ({ startUs, endUs, fromUs, toUs }: KeptInterval): number =>
  (Math.min(toUs, endUs) - Math.max(fromUs, startUs)) / (endUs - startUs);

/** Of intervals that follow each other. Reads back equal but for digits of amounts beyond the ninth decimal. */
export function dayColumns(dayUs: number, intervals: readonly KeptInterval[]): IntervalColumns {
  const [first] = intervals;
  const bounds =
    first === undefined
      ? []
      : [
          { edgeUs: first.startUs, readUs: first.fromUs },
          ...intervals.map(({ endUs, toUs }) => ({ edgeUs: endUs, readUs: toUs })),
        ];
  const edges = bounds.map(({ edgeUs }) => (edgeUs - dayUs) / KEPT_STEP_US);
  const shifts = bounds.map(({ edgeUs, readUs }) => readUs - edgeUs);
  const amounts = intervals.map(({ amount }) => (amount === undefined ? null : rounded(amount)));
  const scale = scaleOf(amounts);
  const events = intervals.map(({ quality }) => bitsOf(quality));
  return {
    edges: edges.length === STEPS_A_DAY + 1 && edges.every((edge, k) => edge === k) ? null : edges,
    shifts_us: shifts.every((shift) => shift === 0) ? null : shifts,
    scale: scale ?? null,
    quanta:
      scale === undefined
        ? null
        : amounts.map((amount) => (amount === null ? null : Math.round(amount * 10 ** scale))),
    amounts: scale === undefined ? amounts : null,
    coverages: intervals.every((interval) => interval.coverage === coverageOf(interval))
      ? null
      : intervals.map(({ coverage }) => coverage),
    events: events.every((bits) => bits === 0) ? null : events,
  };
}

/** Decimals with which all amounts are whole numbers of 32 bits; undefined: there are none. */
function scaleOf(amounts: readonly (number | null)[]): number | undefined {
  for (let scale = 0; scale <= MOST_DECIMALS; scale++) {
    const factor = 10 ** scale;
    const fits = amounts.every((amount) => {
      const quanta = Math.round((amount ?? 0) * factor);
      return quanta <= MOST_QUANTA && quanta / factor === (amount ?? 0);
    });
    if (fits) return scale;
  }
  return undefined;
}

export function intervalsOfDay(dayUs: number, columns: IntervalColumns): KeptInterval[] {
  const { scale, quanta, coverages, events } = columns;
  const edges = columns.edges ?? Array.from({ length: STEPS_A_DAY + 1 }, (_, edge) => edge);
  const shifts = columns.shifts_us ?? edges.map(() => 0);
  const amounts =
    columns.amounts ??
    (quanta ?? []).map((count) => (count === null ? null : count / 10 ** (scale ?? 0)));
  return amounts.map((amount, k) => {
    const [startUs, endUs] = [k, k + 1].map((at) => dayUs + (edges[at] ?? NaN) * KEPT_STEP_US);
    const fromUs = (startUs ?? NaN) + (shifts[k] ?? NaN);
    const toUs = (endUs ?? NaN) + (shifts[k + 1] ?? NaN);
    const interval = {
      startUs: startUs ?? NaN,
      endUs: endUs ?? NaN,
      fromUs,
      toUs,
      amount: amount ?? undefined,
      coverage: NaN,
      quality: [],
    };
    const bits = events?.[k] ?? 0;
    const found = new Set<IntervalQuality>(
      EVENT_QUALITIES.filter((_quality, bit) => (bits & (1 << bit)) !== 0),
    );
    found.add(fromUs === startUs && toUs === endUs ? 'exact' : 'shifted');
    if (interval.endUs - interval.startUs > KEPT_STEP_US) found.add('merged');
    return {
      ...interval,
      coverage: coverages?.[k] ?? coverageOf(interval),
      quality: INTERVAL_QUALITIES.filter((quality) => found.has(quality)),
    };
  });
}
