/** Minutes that a time zone is ahead of UTC at an instant, microseconds since 1970. */
export function zoneMinutes(zone: string, atUs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longOffset',
  }).formatToParts(new Date(Math.floor(atUs / 1000)));
  const written = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(written);
  if (match === null) throw new Error(`no offset of ${zone}: ${written}`);
  const [, sign, hours, minutes] = match;
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}

const MINUTE_US = 60e6;
const DAY_US = 86_400e6;

/** The instant, microseconds since 1970, at which a day begins that is so many days after 1970-01-01 in a zone. */
function startOfDay(zone: string, day: number): number {
  const guess = day * DAY_US;
  // Summer time may begin between the guess and the day's own start: the offset that holds there decides.
  const near = guess - zoneMinutes(zone, guess) * MINUTE_US;
  return guess - zoneMinutes(zone, near) * MINUTE_US;
}

/**
 * Where the days of a zone begin, microseconds since 1970: from the day that `fromUs` lies in to the first that begins at `toUs` or later,
 * which closes the last one. 23 to 25 hours apart where clocks are changed.
 */
export function zoneDays(zone: string, fromUs: number, toUs: number): number[] {
  const first = Math.floor((fromUs + zoneMinutes(zone, fromUs) * MINUTE_US) / DAY_US);
  const starts: number[] = [];
  for (let day = first; ; day++) {
    const start = startOfDay(zone, day);
    starts.push(start);
    if (start >= toUs && starts.length > 1) return starts;
  }
}
