import { trimIntervalDays } from '@verimeter/registry';
import { INTERVAL_RULES, QUANTITIES } from '@verimeter/telemetry';
import { lookByDay, type LookOptions } from '../days/look-by-day.ts';
import { dayOfReading, formDays } from './form-days.ts';

const REGISTERS = QUANTITIES.flatMap(({ name, kind }) => (kind === 'register' ? name : []));

/**
 * Forms the intervals of a tenant's days that are over: each day once for all channels, and again for those channels whose readings or events
 * came or changed later. A look that was interrupted goes on where it was. Returns how many days were written.
 */
export function lookForDays(options: LookOptions): Promise<number> {
  return lookByDay(options, {
    name: 'intervals',
    looks: 'interval_looks',
    algorithm: INTERVAL_RULES,
    quantities: REGISTERS,
    form: (channels, fromUs, toUs) => formDays(options, channels, fromUs, toUs),
    trim: (beforeUs) => trimIntervalDays(options.pool, options.tenant, beforeUs),
    dayOfReading,
  });
}
