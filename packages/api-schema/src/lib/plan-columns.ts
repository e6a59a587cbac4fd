import { z } from 'zod';
import { evidenceText } from './evidence-text.ts';
import type { Language } from './language.ts';
import { PLAN_ITEM_STATES, planFacts, planTerms } from './plans.ts';

/** The columns of a plan as a table, in order. */
export const PLAN_ITEM_COLUMNS = [
  'plan_id',
  'period',
  'rank',
  'device_id',
  'kind',
  'serial',
  'group_id',
  'address',
  'lat',
  'lon',
  'team',
  'work_order',
  'visit_on',
  'day',
  'stop',
  'must',
  'random',
  'legal_state',
  'due_on',
  'recommendation',
  'indication',
  'probability_over_limit',
  'annual_amount',
  'amount_unit',
  'amount_assumed',
  'mismeasured',
  'recoverable',
  'money',
  'currency',
  'score',
  'stake',
  'risk',
  'legal',
  'confirmation',
  'travel',
  'travel_minutes',
  'work_minutes',
  'state',
  'state_reason',
  'reasons',
] as const;

/** An item as the registry keeps it, with the month and the currency of its plan. */
export const storedPlanItem = z.object({
  plan_id: z.number(),
  period: z.string(),
  currency: z.string().nullable(),
  rank: z.number(),
  device_id: z.string(),
  team: z.string(),
  day: z.number(),
  stop: z.number(),
  visit_on: z.string().nullable(),
  must: z.boolean(),
  random: z.boolean(),
  score: z.number(),
  terms: planTerms,
  facts: planFacts,
  reasons: z.array(
    z.object({
      code: z.string(),
      values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    }),
  ),
  travel_minutes: z.number(),
  work_minutes: z.number(),
  state: z.enum(PLAN_ITEM_STATES),
  state_reason: z.string().nullable(),
  work_order: z.string().nullable(),
});

/** The cells of an item by column; reasons as sentences. */
export function planItemRecord(
  item: z.infer<typeof storedPlanItem>,
  language: Language,
): Readonly<Record<string, unknown>> {
  const { terms, facts, reasons, ...rest } = item;
  return {
    ...facts,
    ...rest,
    ...terms,
    reasons: reasons.map(({ code, values }) => evidenceText(code, values, language)).join(' '),
  };
}
