import { DEVICE_KINDS } from '@verimeter/telemetry';
import { z } from 'zod';
import { choiceParam, count, identifierParam } from './common.ts';
import { keptText, period } from './plan-capacities.ts';

export const planSimulationQuery = z.strictObject({
  from: period.optional().meta({ description: 'First month; default: this one' }),
  months: z
    .string()
    .regex(/^(?:[1-9]|[1-5]\d|60)$/, 'must be a whole number from 1 to 60')
    .transform(Number)
    .optional()
    .meta({ type: 'integer', minimum: 1, maximum: 60, default: 12 }),
  team: keptText(60).optional().meta({ description: 'Devices and capacity of this team only' }),
  kind: choiceParam(DEVICE_KINDS).optional(),
  area: identifierParam.optional().meta({ description: 'group_id' }),
  capacity: z
    .string()
    .regex(/^\d{1,7}$/, 'must be a whole number of verifications a month')
    .transform(Number)
    .optional()
    .meta({
      type: 'integer',
      minimum: 0,
      description: 'Verifications a month; default: the capacities of the teams',
    }),
});

export const planSimulation = z
  .object({
    from: z.string(),
    months: z.array(
      z.object({
        month: z.string(),
        due: count.meta({
          description: 'Devices whose validity ends in the month, without those verified ahead',
        }),
        capacity: count,
        verified: count,
        ahead: count.meta({ description: 'Of them in the 60 days before their last month' }),
        overdue: count.meta({ description: 'Without valid verification at the end of the month' }),
      }),
    ),
    overdue_at_start: count.meta({ description: 'Void or ended before the first month' }),
    needed_from_first_month: count.meta({
      description: 'Verifications a month with which none is overdue at the end of any month',
    }),
    needed_by_end: count.meta({
      description: 'Verifications a month with which none is overdue at the end of the last month',
    }),
    devices: z.object({ dated: count, void: count, not_regulated: count, unknown: count }),
  })
  .meta({
    examples: [
      {
        from: '2026-12',
        months: [{ month: '2026-12', due: 40, capacity: 60, verified: 60, ahead: 0, overdue: 69 }],
        overdue_at_start: 89,
        needed_from_first_month: 129,
        needed_by_end: 48,
        devices: { dated: 1320, void: 2, not_regulated: 0, unknown: 14 },
      },
    ],
  });
export type PlanSimulation = z.infer<typeof planSimulation>;
