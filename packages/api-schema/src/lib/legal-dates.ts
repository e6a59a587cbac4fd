import { isCalendarDate, parseValidity } from '@verimeter/metrology';
import { z } from 'zod';

const EARLIEST = '1900-01-01';

/** A calendar day of the tenant. */
export const legalDay = z
  .string({ error: 'must be a date YYYY-MM-DD' })
  .refine(
    (text) => isCalendarDate(text) && text >= EARLIEST,
    'must be a date YYYY-MM-DD of the calendar, from 1900 on',
  )
  .meta({ format: 'date', examples: ['2026-11-03'] });

/** `YYYY-MM-DD`, or `YYYY-MM` where the mark tells the month only: valid to its last day. */
export const validityText = z
  .string({ error: 'must be a date YYYY-MM-DD or a month YYYY-MM' })
  .refine(
    (text) => (parseValidity(text)?.until ?? '') >= EARLIEST,
    'must be a date YYYY-MM-DD or a month YYYY-MM of the calendar, from 1900 on',
  )
  .meta({
    pattern: '^\\d{4}-\\d{2}(-\\d{2})?$',
    description: 'Day, or month where the mark tells no day: then valid to its last day',
    examples: ['2027-03'],
  });
