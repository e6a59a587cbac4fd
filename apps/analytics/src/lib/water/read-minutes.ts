import type { ReadingStore } from '@verimeter/reading-store';

/** At what minute of the hour a meter is read is told by so much time before its as-of. */
const LOOKED_AT_US = 2 * 86_400e6;
const DAY_US = 86_400e6;
const HOUR_US = 3600e6;
const MINUTE_US = 60e6;
const MINUTES = 60;
/** A meter is read at a minute where so large a share of the readings is, of those at its most frequent minute. */
const LEAST_SHARE = 0.75;
/** A minute is nearer to the readings than another one where so much more of each meter's are at it. */
const LEAST_NEARER = 0.02;

/** Readings of a channel by minute of the hour. */
export type ReadMinutes = Uint16Array;

/**
 * At which minutes of the hour channels are read, over two days before each one's own as-of.
 *
 * @param untilUs by channel
 */
export async function readMinutes(
  store: Pick<ReadingStore, 'series'>,
  untilUs: ReadonlyMap<number, number>,
): Promise<Map<number, ReadMinutes>> {
  const found = new Map<number, ReadMinutes>();
  const days = Map.groupBy([...untilUs], ([, us]) => Math.floor(us / DAY_US));
  for (const channels of days.values()) {
    const instants = channels.map(([, us]) => us);
    const latest = instants.reduce((a, b) => Math.max(a, b));
    const earliest = instants.reduce((a, b) => Math.min(a, b));
    const ids = channels.map(([channelId]) => channelId);
    // oxlint-disable-next-line no-await-in-loop -- one stream of readings at a time
    await store.series(ids, earliest - LOOKED_AT_US, latest, (channelId, tsUs) => {
      const until = untilUs.get(channelId) ?? latest;
      if (tsUs > until || tsUs <= until - LOOKED_AT_US) return;
      const minutes = found.get(channelId) ?? new Uint16Array(MINUTES);
      found.set(channelId, minutes);
      const minute = Math.round((tsUs % HOUR_US) / MINUTE_US) % MINUTES;
      minutes[minute] = (minutes[minute] ?? 0) + 1;
    });
  }
  return found;
}

/**
 * The minute at which most of some meters are read. Of several - meters that are read four times an hour are read at all of them - the one that readings lie at
 * best, then `usual`, then the earliest. Undefined where none is read.
 */
export function commonMinute(
  meters: Iterable<ReadMinutes>,
  usual: number | undefined,
): number | undefined {
  const read = new Float64Array(MINUTES);
  const exact = new Float64Array(MINUTES);
  for (const minutes of meters) addMeter({ read, exact }, minutes);
  let best = usual ?? 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    const more = (read[minute] ?? 0) - (read[best] ?? 0);
    const nearer = (exact[minute] ?? 0) - (exact[best] ?? 0);
    if (more > 0 || (more === 0 && nearer > LEAST_NEARER * (read[best] ?? 0))) best = minute;
  }
  return (read[best] ?? 0) > 0 ? best : undefined;
}

/** Whether most readings are at a minute itself. */
export function isReadAt(minutes: ReadMinutes, minute: number): boolean {
  let all = 0;
  for (const count of minutes) all += count;
  return (minutes[minute] ?? 0) >= LEAST_SHARE * all;
}

/** Counts a meter at each minute that it is read at, give or take one, and which share of these readings is at the minute itself. */
function addMeter(
  { read, exact }: { readonly read: Float64Array; readonly exact: Float64Array },
  minutes: ReadMinutes,
): void {
  const near = (minute: number): number =>
    (minutes[minute] ?? 0) +
    (minutes[(minute + 1) % MINUTES] ?? 0) +
    (minutes[(minute + MINUTES - 1) % MINUTES] ?? 0);
  let most = 0;
  for (let minute = 0; minute < MINUTES; minute++) most = Math.max(most, near(minute));
  for (let minute = 0; minute < MINUTES; minute++) {
    const own = near(minute);
    if (own === 0 || own < LEAST_SHARE * most) continue;
    read[minute] = (read[minute] ?? 0) + 1;
    exact[minute] = (exact[minute] ?? 0) + (minutes[minute] ?? 0) / own;
  }
}
