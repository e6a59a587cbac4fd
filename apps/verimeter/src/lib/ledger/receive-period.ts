import { isCalendarDate } from '@verimeter/metrology';
import { formatTimestamp } from '@verimeter/telemetry';
import { UsageError } from '../arguments.ts';
import { parseInstantOption } from '../instant-option.ts';

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;

/** Whole receive hours (UTC): from inclusive, to exclusive, infinite where open. Microseconds since 1970. */
export interface ReceivePeriod {
  readonly fromUs: number;
  readonly toUs: number;
}

export interface ParsedPeriod {
  readonly period: ReceivePeriod;
  /** For the user: bounds that were moved to the edge of an hour. */
  readonly notes: readonly string[];
}

/** A date is the whole UTC day on both sides: `--from` its start, `--to` its end. */
function parseBound(option: 'from' | 'to', written: string): number {
  if (!isCalendarDate(written)) return parseInstantOption(option, written, true);
  const startUs = Date.parse(`${written}T00:00:00Z`) * 1000;
  return option === 'from' ? startUs : startUs + DAY_US;
}

/**
 * The receive hours that two bounds cover. The ledger knows whole hours only: a bound inside of one takes in the whole
 * hour, and a note says so. @throws UsageError
 */
export function parsePeriod(from: string | undefined, to: string | undefined): ParsedPeriod {
  const givenFromUs = from === undefined ? -Infinity : parseBound('from', from);
  const givenToUs = to === undefined ? Infinity : parseBound('to', to);
  if (givenFromUs >= givenToUs)
    throw new UsageError(`--from ${from} is not before --to ${to}: no hour lies between them`);
  const fromUs = Math.floor(givenFromUs / HOUR_US) * HOUR_US;
  const toUs = Math.ceil(givenToUs / HOUR_US) * HOUR_US;
  const notes: string[] = [];
  if (fromUs !== givenFromUs)
    notes.push(
      `--from ${from} is inside an hour; the ledger has whole hours: checked from ${formatTimestamp(fromUs)} on`,
    );
  if (toUs !== givenToUs)
    notes.push(
      `--to ${to} is inside an hour; the ledger has whole hours: checked up to ${formatTimestamp(toUs)}`,
    );
  return { period: { fromUs, toUs }, notes };
}
