/** Hour of the local day at which the nightly analysis is due: the readings of the day before have come. */
const NIGHT_HOUR = 2;

const HOUR_MS = 3_600_000;

function localHour(ms: number, zone: string): { readonly date: string; readonly hour: number } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const part = (type: string): string => parts.find((item) => item.type === type)?.value ?? '';
  return { date: `${part('year')}-${part('month')}-${part('day')}`, hour: Number(part('hour')) };
}

/**
 * Milliseconds since 1970 of the last time the nightly analysis was due at or before `nowMs`: the first full hour
 * of the local day that is not before `NIGHT_HOUR` (where clocks skip it, the next one).
 */
export function lastNightMs(nowMs: number, zone: string): number {
  // Every zone's offset is a multiple of a quarter of an hour.
  const quarter = HOUR_MS / 4;
  let candidate = Math.floor(nowMs / quarter) * quarter;
  for (;;) {
    const here = localHour(candidate, zone);
    const before = localHour(candidate - quarter, zone);
    if (here.hour >= NIGHT_HOUR && (before.hour < NIGHT_HOUR || before.date !== here.date))
      return candidate;
    candidate -= quarter;
  }
}
