/** Offsets from UTC that are in use somewhere (IANA time zone database 2026), minutes. */
const WHOLE_HOURS: readonly number[] = Array.from({ length: 27 }, (_, k) => (k - 12) * 60);
const OTHERS: readonly number[] = [
  -570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825,
];
const IN_USE: readonly number[] = [...WHOLE_HOURS, ...OTHERS].filter((minutes) => minutes !== 0);

/** A clock may be set by hand, and the transport takes a moment. */
const TOLERANCE_S = 180;

/**
 * The zone that an offset looks like, minutes from UTC: one of `preferred` where it fits, also for a device that waits for up to `wait`
 * seconds before it sends; else one that is in use anywhere; undefined: none. A negative offset is that of a zone in the west, or
 * that of one in the east whose name was put on UTC.
 */
export function zoneOfOffset(
  seconds: number,
  preferred: readonly number[],
  wait = 0,
): number | undefined {
  const own = [...preferred, ...preferred.map((minutes) => -minutes)].filter(
    (minutes) => minutes !== 0,
  );
  const fits = (minutes: number, most: number): boolean =>
    minutes * 60 - seconds >= -TOLERANCE_S && minutes * 60 - seconds <= most;
  return (
    own.find((minutes) => fits(minutes, Math.max(wait, TOLERANCE_S))) ??
    IN_USE.find((minutes) => fits(minutes, TOLERANCE_S))
  );
}
