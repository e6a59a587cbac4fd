import { EARLIEST_TS_US } from '@verimeter/telemetry';
import {
  type PointTime,
  type TimeContext,
  arrivalTime,
  textTime,
  utcOf,
} from '../../foreign/times.ts';
import { seasonOffsets } from '../../foreign/zones.ts';

/*
 * stamp  = 12DIGIT [ season ]     ; YYMMDDhhmmss in local time
 * season = "S" / "W"              ; summer, winter time; missing in DSMR 2.2 and 3.0
 */
const STAMP = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SW]?)$/;

/** What UTC stands for, the zone of a source that has none: that of nearly all countries whose meters have a P1 port. */
const USUAL_ZONE = 'Europe/Amsterdam';
const HOUR_MS = 3_600_000;

/** The instant of a stamp; undefined where it says that there is none: empty, before 2005, no date of the calendar (P1-06). */
export function stampTime(raw: string | undefined, times: TimeContext): PointTime | undefined {
  const match = STAMP.exec(raw ?? '');
  if (raw === undefined || match === null) return undefined;
  const [, yy = '', month = '', day = '', hour = '', minute = '', second = '', season] = match;
  const year = 2000 + Number(yy);
  const localMs = utcOf(
    year,
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (localMs === undefined || localMs * 1000 < EARLIEST_TS_US) return undefined;
  const zone = times.zone === 'UTC' ? USUAL_ZONE : times.zone;
  const text = `${year}-${month}-${day} ${hour}:${minute}:${second}`;
  const offset = season === '' ? '' : offsetText(season === 'S', zone, year);
  const time = textTime(text + offset, { receivedAtUs: times.receivedAtUs, zone });
  return time.refused === undefined ? time : arrivalTime(times.receivedAtUs, raw);
}

/** A meter that writes a season letter has summer time, of an hour where its zone knows none. */
function offsetText(isSummer: boolean, zone: string, year: number): string {
  const { winterMs, summerMs } = seasonOffsets(zone, year);
  const summer = summerMs === winterMs ? winterMs + HOUR_MS : summerMs;
  const minutes = (isSummer ? summer : winterMs) / 60_000;
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');
