/** Cached offset of a zone from UTC per quarter of an hour of UTC: no zone changes at another time. */
const offsets = new Map<string, Map<number, number>>();
const formats = new Map<string, Intl.DateTimeFormat>();
/** A flood of stamps from everywhere must not fill the memory. */
const MOST_QUARTERS = 20_000;
const QUARTER_MS = 900_000;

/** Whether the runtime knows the zone: an IANA name or a fixed offset such as +01:00. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Local minus UTC at an instant, milliseconds. @throws {RangeError} where the zone is unknown; see {@link isZone}. */
function offsetAt(zone: string, utcMs: number): number {
  let known = offsets.get(zone);
  if (known === undefined || known.size > MOST_QUARTERS) {
    known = new Map();
    offsets.set(zone, known);
  }
  const quarter = Math.floor(utcMs / QUARTER_MS);
  const cached = known.get(quarter);
  if (cached !== undefined) return cached;
  const at = quarter * QUARTER_MS;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - at;
  known.set(quarter, offset);
  return offset;
}

export interface ZonedInstant {
  readonly utcMs: number;
  /** The hour exists twice or not at all in the zone: the instant is a choice. */
  readonly isAmbiguous: boolean;
}

const DAY_MS = 86_400_000;

/**
 * The instant of a local time (milliseconds as if it were UTC). Of the two in the repeated hour of autumn that nearest to `nearMs`; in the hour
 * that spring leaves out the clock was not put forward, so it is read with the offset before (payloads.md 0.3, LOCAL).
 */
export function instantInZone(localMs: number, zone: string, nearMs: number): ZonedInstant {
  const before = offsetAt(zone, localMs - DAY_MS);
  const after = offsetAt(zone, localMs + DAY_MS);
  const first = localMs - before;
  if (before === after) return { utcMs: first, isAmbiguous: false };
  const second = localMs - after;
  const isFirst = offsetAt(zone, first) === before;
  const isSecond = offsetAt(zone, second) === after;
  if (isFirst && isSecond) {
    const utcMs = Math.abs(first - nearMs) <= Math.abs(second - nearMs) ? first : second;
    return { utcMs, isAmbiguous: true };
  }
  if (isFirst || isSecond) return { utcMs: isFirst ? first : second, isAmbiguous: false };
  return { utcMs: first, isAmbiguous: true };
}

/** Offsets of a zone from UTC in one year, milliseconds; equal where the zone has no summer time. */
export interface SeasonOffsets {
  readonly winterMs: number;
  readonly summerMs: number;
}

/** What the letters of winter and summer time mean in a zone; south of the equator summer is in January. */
export function seasonOffsets(zone: string, year: number): SeasonOffsets {
  const january = offsetAt(zone, Date.UTC(year, 0, 1));
  const july = offsetAt(zone, Date.UTC(year, 6, 1));
  return { winterMs: Math.min(january, july), summerMs: Math.max(january, july) };
}

/** Standard offset of a zone in the year that was asked for last. */
const standards = new Map<string, { readonly year: number; readonly offset: string }>();
const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');

/**
 * The fixed offset, such as +01:00, that a zone has outside of summer time in the year of an instant: that of a clock that nobody puts forward.
 */
export function standardOffset(zone: string, nearMs: number): string {
  const year = new Date(nearMs).getUTCFullYear();
  const known = standards.get(zone);
  if (known?.year === year) return known.offset;
  const minutes = seasonOffsets(zone, year).winterMs / 60_000;
  const size = Math.abs(minutes);
  const offset = `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
  standards.set(zone, { year, offset });
  return offset;
}
