import { INTERVAL_COLUMNS, intervalsOfDay, toClockObservation } from '@verimeter/registry';
import { CLOCK_STATES, clockOffsetAt } from '@verimeter/telemetry';
import { z } from 'zod';

export const INTERVAL_EXPORT_COLUMNS = [
  'device_id',
  'quantity',
  'start',
  'end',
  'from',
  'to',
  'amount',
  'unit',
  'coverage',
  'quality',
  'clock_offset_s',
  'clock_uncertainty_s',
  'clock_state',
  'version',
] as const;

/** Days of intervals in force, channel by channel. $1: the tenant. */
export const INTERVAL_DAYS_SQL = `
  SELECT c.device_id, c.quantity, c.unit, d.day, d.version, ${INTERVAL_COLUMNS.replaceAll(/(\w+)/g, 'd.$1')},
         k.state, k.offset_s, k.uncertainty_s, k.rate_s_per_day, k.since, k.last_received_at
    FROM (SELECT * FROM channels WHERE tenant = $1 ORDER BY device_id COLLATE "C", quantity COLLATE "C") c
    LEFT JOIN device_clocks k ON k.tenant = c.tenant AND k.device_id = c.device_id
   CROSS JOIN LATERAL (
     SELECT * FROM interval_days WHERE channel_id = c.channel_id AND superseded_at IS NULL ORDER BY day) d`;

const numbers = z.array(z.number()).nullable();
const numbersOrNulls = z.array(z.number().nullable()).nullable();
const dayRow = z.object({
  device_id: z.string(),
  quantity: z.string(),
  unit: z.string(),
  day: z.iso.date(),
  version: z.int(),
  edges: numbers,
  shifts_us: numbers,
  scale: z.int().nullable(),
  quanta: numbersOrNulls,
  amounts: numbersOrNulls,
  coverages: numbers,
  events: numbers,
});
const clockRow = z.object({
  state: z.enum(CLOCK_STATES),
  offset_s: z.number().nullable(),
  uncertainty_s: z.number().nullable(),
  rate_s_per_day: z.number().nullable(),
  since: z.number(),
  last_received_at: z.number(),
});

/** One row for each interval of a day. */
export function intervalRows(row: unknown): Record<string, unknown>[] {
  const { device_id: deviceId, quantity, unit, day, version, ...columns } = dayRow.parse(row);
  const known = clockRow.safeParse(row);
  const clock = known.success ? toClockObservation(known.data) : undefined;
  return intervalsOfDay(Date.parse(`${day}T00:00:00Z`) * 1000, columns).map((interval) => {
    const offset = clock === undefined ? undefined : clockOffsetAt(clock, interval.toUs);
    return {
      device_id: deviceId,
      quantity,
      start: interval.startUs,
      end: interval.endUs,
      from: interval.fromUs,
      to: interval.toUs,
      amount: interval.amount ?? null,
      unit,
      coverage: interval.coverage,
      quality: interval.quality,
      clock_offset_s: offset?.seconds ?? null,
      clock_uncertainty_s: offset?.uncertainty ?? null,
      clock_state: clock?.state ?? null,
      version,
    };
  });
}
