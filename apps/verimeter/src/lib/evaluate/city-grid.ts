import type { City } from '@verimeter/simulator';

/** The last instant that is built of a city, ms since 1970. */
export const endOf = (city: City): number => city.startMs + 86_400_000 * city.days;

/** Points of a grid from the first one up to an instant. */
export const pointsUntil = (startMs: number, stepUs: number, untilMs: number): number =>
  Math.floor((1000 * (untilMs - startMs)) / stepUs) + 1;

/** Grid point of the last reading of any of the series: as-of is that, not the clock. -1: none. */
export const lastReading = (series: readonly Float64Array[]): number =>
  series.reduce((last, values) => Math.max(last, values.findLastIndex(Number.isFinite)), -1);
