import { numberOf } from '../../foreign/numbers.ts';
import { earlier, textTime } from '../../foreign/times.ts';
import type { Telegram } from './telegram.ts';

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
export function readTimes(telegram: Telegram, media: string | undefined): MeterClock {
  const { timestamp, clock: raw, findings } = telegram;
  const received = textTime(timestamp, findings.times, 'gateway');
  telegram.time = received;
  const age = numberOf(telegram.age) ?? 0;
  if (received.tsSource !== 'arrival' && age > 0 && age < MOST_ACTUALITY_S)
    telegram.time = earlier(received, age * 1e6);
  if (typeof raw !== 'string' || raw === '') return 'untold';
  if (isSameDay(raw, timestamp) && received.refused === undefined) return 'right';
  // WR-02: of smoke detectors 2000-01-01 is no date either
  if (NO_DATE.test(raw) || media === 'smoke detector') return 'untold';
  const shown = textTime(raw, findings.times);
  if (shown.tsSource === 'device' && Math.abs(shown.tsUs - received.tsUs) <= DAY_US + age * 1e6)
    return 'right';
  // the register counts at the time of reception all the same; that the clock was refused is told beside it
  telegram.time = { ...telegram.time, refused: received.refused ?? raw };
  return 'wrong';
}

/** The usual case, which needs no calendar. */
const isSameDay = (raw: string, stamp: unknown): boolean =>
  typeof stamp === 'string' &&
  raw.length > DATE_LENGTH &&
  raw.slice(0, DATE_LENGTH) === stamp.slice(0, DATE_LENGTH);
