import { dateOf, originMs } from './calendar.ts';
import { buildCity, type City } from './city.ts';
import { type CitySize, SIZES } from './sizes.ts';

const DAY_MS = 86_400_000;

/** `YYYY-MM-DD` of the first day of a city that begins to publish at an instant: its history ends with the day before. */
export const originAt = (size: CitySize, atMs: number): string =>
  dateOf(Math.floor(atMs / DAY_MS) * DAY_MS, -SIZES[size].days);

/** The city of an origin with at least a day to spare after an instant. */
export function cityUntil(
  {
    seed,
    size,
    origin,
  }: { readonly seed: number; readonly size: CitySize; readonly origin: string },
  untilMs: number,
): City {
  const days = Math.ceil((untilMs - originMs(origin)) / DAY_MS) + 1;
  return buildCity({ seed, size, origin, days });
}

/**
 * The city that a simulator shows which is started for the first time at an instant. Weekdays and season follow from the day, and with them
 * everything people use: the city of a seed is another one tomorrow, with the same meters and faults.
 */
export const cityStartedAt = (seed: number, size: CitySize, atMs: number): City =>
  cityUntil({ seed, size, origin: originAt(size, atMs) }, atMs);
