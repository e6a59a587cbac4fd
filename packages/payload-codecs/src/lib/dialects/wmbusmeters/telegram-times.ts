import { numberOf } from '../../foreign/numbers.ts';
import { type PointTime, type TimeContext, earlier, textTime } from '../../foreign/times.ts';
import { type JsonObject, member } from '../../json.ts';

/** What the meter's own clock shows beside the time of reception. */
export type MeterClock = 'untold' | 'right' | 'wrong';

const DAY_US = 86_400e6;
/** "No date" of M-Bus (WW-05): month or day 0. */
const NO_DATE = /^\d{4}-(?:00|\d\d-00)/;
/** A meter cannot have sent later than it measured by more than this. */
const MOST_ACTUALITY_S = 366 * 86_400;
const DATE_LENGTH = 'YYYY-MM-DD'.length;

/**
 * Time of measurement: reception less how old the values are (WW-04). The meter's clock is only looked at for its health: it is local time of
 * a minute's resolution in a zone that the source may not have right, so it is wrong when it is more than a day off.
 */
export function readTimes(
  payload: JsonObject,
  times: TimeContext,
): { readonly time: PointTime; readonly clock: MeterClock } {
  const stamp = member(payload, 'timestamp');
  const received = textTime(stamp, times, 'gateway');
  const age = numberOf(member(payload, 'actuality_duration_s')) ?? 0;
  const isTold = received.tsSource !== 'arrival' && age > 0 && age < MOST_ACTUALITY_S;
  const time = isTold ? earlier(received, age * 1e6) : received;
  const raw = member(payload, 'meter_datetime') ?? member(payload, 'device_datetime');
  if (typeof raw !== 'string' || raw === '') return { time, clock: 'untold' };
  if (isSameDay(raw, stamp) && received.refused === undefined) return { time, clock: 'right' };
  // WR-02: of smoke detectors 2000-01-01 is no date either
  if (NO_DATE.test(raw) || member(payload, 'media') === 'smoke detector')
    return { time, clock: 'untold' };
  const shown = textTime(raw, times);
  const isRight =
    shown.tsSource === 'device' && Math.abs(shown.tsUs - received.tsUs) <= DAY_US + age * 1e6;
  // the register counts at the time of reception all the same; that the clock was refused is told beside it
  return isRight
    ? { time, clock: 'right' }
    : { time: { ...time, refused: time.refused ?? raw }, clock: 'wrong' };
}

/** The usual case, which needs no calendar. */
const isSameDay = (raw: string, stamp: unknown): boolean =>
  typeof stamp === 'string' &&
  raw.length > DATE_LENGTH &&
  raw.slice(0, DATE_LENGTH) === stamp.slice(0, DATE_LENGTH);
