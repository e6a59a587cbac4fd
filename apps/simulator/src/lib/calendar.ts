const DAY_MS = 86_400_000;

/** Local time of the city is UTC+7 all year: Viet Nam has no daylight saving. */
export const ZONE_HOURS = 7;
/** The same by name. */
export const CITY_ZONE = 'Asia/Ho_Chi_Minh';
export const INTERVALS_PER_DAY = 96;
/** Steps of the power flow inside one 15-minute interval: 3 minutes each. */
export const STEPS_PER_INTERVAL = 5;
export const STEP_HOURS = 0.25 / STEPS_PER_INTERVAL;
export const STEPS_PER_HOUR = 4 * STEPS_PER_INTERVAL;
export const STEPS_PER_DAY = INTERVALS_PER_DAY * STEPS_PER_INTERVAL;

/** Milliseconds since 1970 of 00:00 UTC of a date `YYYY-MM-DD`. */
export function originMs(date: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const ms = match === null ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms)) throw new RangeError(`not a date (YYYY-MM-DD): ${date}`);
  return ms;
}

/** Day of the week of local day `day` counted from the origin, 0 = Sunday. */
export function weekday(startMs: number, day: number): number {
  return new Date(startMs + day * DAY_MS).getUTCDay();
}

/** Fraction of the year, 0 = 1 January, of local day `day`. */
export function yearFraction(startMs: number, day: number): number {
  const at = startMs + day * DAY_MS;
  const year = new Date(at).getUTCFullYear();
  return (at - Date.UTC(year, 0, 1)) / (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1));
}

/** `YYYY-MM-DD` of a number of days after the origin. */
export function dateOf(startMs: number, day: number): string {
  return new Date(startMs + day * DAY_MS).toISOString().slice(0, 10);
}
