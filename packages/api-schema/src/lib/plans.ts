import { DEVICE_KINDS } from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  count,
  date,
  identifierParam,
  instant,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';
import { evidence } from './health.ts';
import {
  keptText,
  minutes,
  needsBound,
  period,
  place,
  planSettings,
  reach,
  visits,
} from './plan-capacities.ts';

const PLAN_POLICIES = ['legal_first', 'balanced'] as const;
const PLAN_STATUSES = ['draft', 'issued', 'closed'] as const;
export const PLAN_ITEM_STATES = ['planned', 'ordered', 'done', 'skipped'] as const;

const planTeam = z
  .strictObject({
    ...reach,
    visits: visits.nullable().default(null),
    minutes: minutes.nullable().default(null),
    depot: place.nullable().default(null),
  })
  .refine((one) => one.visits !== null || one.minutes !== null, needsBound);
export type PlanTeam = z.infer<typeof planTeam>;

const ratio = z.number().min(0).max(1);

export const planRequest = z
  .strictObject({
    period: period.optional().meta({ description: 'Default: the month after this one' }),
    policy: z.enum(PLAN_POLICIES).default('legal_first').meta({
      description:
        '`legal_first`: what is void, overdue or ends in the month comes before all else; `balanced`: it weighs with the rest',
    }),
    random_share: ratio.default(0).meta({
      description:
        'Share of the capacity for devices drawn at random, whatever is known of them (cross-check)',
    }),
    seed: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(1)
      .meta({ description: 'Of the draw: the same seed draws the same devices' }),
    as_of: z.iso
      .date('must be a date such as 2026-11-29')
      .refine((day) => day >= '1900-01-01' && day <= '2199-12-31', {
        message: 'must be a date from 1900-01-01 to 2199-12-31',
      })
      .optional()
      .meta({ description: 'Day on which legal dates are looked at; default: today' }),
    teams: z.array(planTeam).min(1).max(200).optional().meta({
      description: 'Default: the capacities that count in the month',
    }),
    settings: planSettings.default({}),
    next: z
      .int()
      .min(0)
      .max(500)
      .default(50)
      .meta({ description: 'How many of those left out are named' }),
    note: keptText(2000).nullable().default(null),
    save: z.boolean().default(false).meta({ description: 'true: kept as a draft' }),
  })
  .meta({
    examples: [
      { period: '2026-12', policy: 'legal_first', random_share: 0.05, save: true },
      { period: '2026-12', teams: [{ team: 'Đội 1', visits: 50 }] },
    ],
  });
export type PlanRequest = z.infer<typeof planRequest>;

const points = z.number().meta({ description: 'Points: kWh a year' });

export const planTerms = z.object({
  stake: points.meta({
    description: 'Energy or water measured wrongly beyond the limit that a verification ends',
  }),
  risk: points,
  legal: points,
  confirmation: points.meta({ description: 'What a result tells of the device and of its lot' }),
  travel: points.meta({ description: 'Minutes from the stop before, negative' }),
});

/** What was known of the device when the plan was made. */
const facts = {
  kind: z.enum(DEVICE_KINDS),
  serial: z.string().nullable(),
  group_id: z.string().nullable(),
  address: z.string().nullable(),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  recommendation: z.string().nullable(),
  indication: z.string().nullable(),
  probability_over_limit: ratio.nullable().meta({
    description:
      'As published; null: nothing is estimated, and the plan reckons with what is usual',
  }),
  legal_state: z.enum(['dated', 'void', 'not_regulated', 'unknown']),
  due_on: date.nullable(),
  amount_unit: z.enum(['kWh', 'm3']).nullable(),
  annual_amount: z.number().nullable().meta({ description: 'What passes it in a year' }),
  amount_assumed: z.boolean().meta({ description: 'The median of its kind: its own is not known' }),
  mismeasured: z.number().nullable().meta({
    description:
      'Expected amount measured wrongly in a year: E|e| times what passes, with the uncertainty of e',
  }),
  recoverable: z
    .number()
    .meta({ description: 'The part of it that a verification is expected to end' }),
  money: z
    .number()
    .nullable()
    .meta({ description: '`mismeasured` by the tariff; null: no tariff' }),
} as const;

const EXAMPLE_FACTS = {
  device_id: 'E-A4-0051',
  kind: 'electricity_meter',
  serial: '20190051',
  group_id: 'A4',
  address: '51 Lê Lợi, Hòn Gai',
  lat: 20.951,
  lon: 107.08,
  recommendation: 'reverify',
  indication: 'drift_likely',
  probability_over_limit: 0.999,
  legal_state: 'dated',
  due_on: '2026-03-02',
  amount_unit: 'kWh',
  annual_amount: 5807,
  amount_assumed: false,
  mismeasured: 238.6,
  recoverable: 238.4,
  money: 525_471,
  must: true,
  score: 635.2,
  terms: { stake: 238.4, risk: 50, legal: 348.9, confirmation: 0.3, travel: -2.4 },
  reasons: [
    {
      code: 'plan_expired',
      values: { due_on: '2026-03-02', days: 272 },
      text: 'Kiểm định hết hiệu lực ngày 2026-03-02, đã quá hạn 272 ngày.',
    },
  ],
} as const;

const reasons = z.array(evidence).meta({ description: 'Why, what weighs most first' });

export const planFacts = z.object(facts);
export type PlanFacts = z.infer<typeof planFacts>;

export const planItem = z
  .object({
    rank: z.int().meta({
      description:
        'With `legal_first` what the law asks for, then by falling points without the way; the order of visits is day and stop',
    }),
    device_id: z.string(),
    ...facts,
    team: z.string(),
    day: z.int().meta({ description: 'Day of the team, from 1' }),
    stop: z.int().meta({ description: 'Stop of the day, from 1' }),
    visit_on: date
      .nullable()
      .meta({ description: 'null: the month has no working day left for it' }),
    must: z.boolean().meta({ description: 'Void, overdue, or ends in the month' }),
    random: z.boolean().meta({ description: 'Drawn at random' }),
    score: points,
    terms: planTerms,
    reasons,
    travel_minutes: z.number(),
    work_minutes: z.number(),
    state: z.enum(PLAN_ITEM_STATES),
    state_reason: z.string().nullable(),
    work_order: z.string().nullable(),
    changed_by: z.string().nullable(),
    changed_by_name: z.string().nullable(),
    changed_at: instant.nullable(),
  })
  .meta({
    examples: [
      {
        rank: 1,
        ...EXAMPLE_FACTS,
        team: 'Đội 1',
        day: 1,
        stop: 4,
        visit_on: '2026-12-02',
        random: false,
        travel_minutes: 2.4,
        work_minutes: 30,
        state: 'ordered',
        state_reason: null,
        work_order: '2026-12-7-01',
        changed_by: 'k_92866e8be2c2',
        changed_by_name: 'desk',
        changed_at: '2026-11-29T10:00:00Z',
      },
    ],
  });
export type PlanItem = z.infer<typeof planItem>;

export const nextInLine = z
  .object({
    position: z.int(),
    device_id: z.string(),
    ...facts,
    must: z.boolean(),
    score: points,
    terms: planTerms,
    reasons,
  })
  .meta({ examples: [{ position: 1, ...EXAMPLE_FACTS }] });
export type NextInLine = z.infer<typeof nextInLine>;

const plannedTeam = z.object({
  team: z.string(),
  kinds: z.array(z.enum(DEVICE_KINDS)).nullable(),
  areas: z.array(z.string()).nullable(),
  visits: z.int().nullable(),
  minutes: z.int().nullable(),
  depot: place.nullable(),
  eligible: count.meta({ description: 'Devices it could choose from' }),
  planned: count,
  days: count,
  working_days: count.meta({ description: 'Mondays to Fridays left in the month' }),
  travel_minutes: z.number(),
  minutes_used: z.number(),
});

const planSummary = z.object({
  items: count,
  random: count,
  candidates: count.meta({ description: 'Devices that are not ordered already' }),
  without_team: count.meta({ description: 'Of them no team may verify' }),
  must: count.meta({ description: 'Devices that the law asks for by the end of the month' }),
  must_left: count.meta({ description: 'Of them not in the plan, for want of capacity' }),
  expected_beyond_limit: z.number().meta({
    description: 'Sum of the published probabilities of the planned devices',
  }),
  mismeasured_kwh: z.number(),
  mismeasured_m3: z.number(),
  money: z.number().nullable(),
  currency: z.string().nullable(),
});
export type PlanSummary = z.infer<typeof planSummary>;

const planFields = {
  id: z.int().nullable().meta({ description: 'null: a preview' }),
  period: z.string(),
  policy: z.enum(PLAN_POLICIES),
  random_share: ratio,
  seed: z.int(),
  as_of: date,
  status: z.enum(PLAN_STATUSES),
  note: z.string().nullable(),
  settings: planSettings.meta({ description: 'All that it was made with' }),
  teams: z.array(plannedTeam),
  summary: planSummary,
  states: z.object({ planned: count, ordered: count, done: count, skipped: count }),
  made_by: z.string(),
  made_by_name: z.string().nullable(),
  made_at: instant,
  issued_by: z.string().nullable(),
  issued_by_name: z.string().nullable(),
  issued_at: instant.nullable(),
  closed_by: z.string().nullable(),
  closed_by_name: z.string().nullable(),
  closed_at: instant.nullable(),
} as const;

export const plan = z.object(planFields);
export type Plan = z.infer<typeof plan>;
export const planDetail = z.object({ ...planFields, next_in_line: z.array(nextInLine) });
export type PlanDetail = z.infer<typeof planDetail>;
export const madePlan = z.object({
  ...planFields,
  next_in_line: z.array(nextInLine),
  items: z.array(planItem).meta({ description: 'By rank, the first 1,000' }),
});
export type MadePlan = z.infer<typeof madePlan>;

export const planList = listOf(plan);
export const planListQuery = z.strictObject({
  status: choiceParam(PLAN_STATUSES).optional(),
  period: period.optional(),
  ...pageParams,
});
export const planPath = z.strictObject({ id: numericIdParam });

export const planItemList = listOf(planItem);
export const planItemListQuery = z.strictObject({
  team: keptText(60).optional(),
  state: choiceParam(PLAN_ITEM_STATES).optional(),
  work_order: keptText(60).optional(),
  device_id: identifierParam.optional(),
  ...pageParams,
});
export const planItemPath = z.strictObject({ id: numericIdParam, device_id: identifierParam });
export const planItemChange = z
  .strictObject({
    state: z.enum(PLAN_ITEM_STATES, { error: `must be one of ${PLAN_ITEM_STATES.join(', ')}` }),
    reason: keptText(1000).nullable().default(null),
  })
  .refine((change) => change.state !== 'skipped' || (change.reason ?? '').trim() !== '', {
    path: ['reason'],
    message: 'is needed to skip a device: say why',
  })
  .meta({ examples: [{ state: 'skipped', reason: 'Nhà khóa cửa' }] });

export const workOrder = z
  .object({
    number: z.string().meta({ examples: ['2026-12-7-01'] }),
    plan_id: z.int(),
    team: z.string(),
    day: z.int(),
    visit_on: date.nullable(),
    stops: count,
    open: count.meta({ description: 'Of them still to do' }),
    minutes: z.number().meta({ description: 'Work and ways, without the way back' }),
    issued_at: instant,
  })
  .meta({
    examples: [
      {
        number: '2026-12-7-01',
        plan_id: 7,
        team: 'Đội 1',
        day: 1,
        visit_on: '2026-12-01',
        stops: 11,
        open: 9,
        minutes: 412.5,
        issued_at: '2026-11-29T10:00:00Z',
      },
    ],
  });
export const workOrderList = z.object({ items: z.array(workOrder), next_cursor: z.null() });
