import {
  DEVICE_KINDS,
  GROUP_STATUSES,
  INDICATIONS,
  LEGAL_STATUSES,
  RECOMMENDATIONS,
} from '@verimeter/telemetry';
import { z } from 'zod';
import { choiceParam, date, identifierParam, instant, listOf, pageParams } from './common.ts';
import { provisional } from './groups.ts';

const ratio = z.number().nullable();
const probability = z.number().min(0).max(1).nullable();

/** The columns of `export health`, in order. Fields that may not be claimed are null. */
const healthFields = {
  device_id: z.string(),
  quantity: z
    .string()
    .meta({ description: 'Balanced register, or the sensor quantity; may be empty' }),
  as_of: instant.nullable(),
  indication: z.enum(INDICATIONS),
  recommendation: z.enum(RECOMMENDATIONS),
  error_estimate: ratio.meta({
    description: 'e = (indicated - actual) / actual at as_of, a ratio',
  }),
  standard_error: ratio,
  interval_low: ratio.meta({ description: '95 % interval' }),
  interval_high: ratio,
  limit: ratio.meta({ description: 'Maximum permissible error of the class at verification' }),
  in_service_limit: ratio,
  probability_over_limit: probability,
  probability_over_in_service_limit: probability,
  probability_drifted: probability,
  offset_estimate: z.number().nullable(),
  offset_standard_error: z.number().nullable(),
  offset_unit: z.string().nullable(),
  drift_per_year: ratio,
  drift_per_year_se: ratio,
  exit_date_median: date.nullable(),
  exit_date_earliest: date.nullable(),
  minimum_detectable: ratio.meta({ description: 'Smallest error this data could have shown' }),
  evidence_days: z.number().nullable(),
  group_id: z.string().nullable(),
  group_status: z.enum(GROUP_STATUSES).nullable(),
  legal_status: z.enum(LEGAL_STATUSES),
  valid_until: date.nullable(),
  model_version: z.string(),
} as const;

export const health = z.object(healthFields);
export const HEALTH_COLUMNS = health.keyof().options;
export type Health = z.infer<typeof health>;

export const evidence = z.object({
  code: z.string(),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  text: z.string().meta({ description: 'In the language of Accept-Language (vi or en)' }),
});
export type Evidence = z.infer<typeof evidence>;

export const healthHistoryPoint = z.object({
  as_of: instant,
  error_estimate: ratio,
  interval_low: ratio,
  interval_high: ratio,
});
export type HealthHistoryPoint = z.infer<typeof healthHistoryPoint>;

export const healthDetail = z.object({
  ...healthFields,
  provisional: provisional.nullable().meta({ description: 'That of the group' }),
  history: z.array(healthHistoryPoint),
  evidence: z.array(evidence),
});
export type HealthDetail = z.infer<typeof healthDetail>;

export const healthList = listOf(health);
/** One item per quantity of the device; never paged. */
export const healthDetailList = z.object({ items: z.array(healthDetail) });

export const HEALTH_SORTS = ['risk', 'device_id'] as const;

export const healthListQuery = z.strictObject({
  indication: choiceParam(INDICATIONS).optional(),
  recommendation: choiceParam(RECOMMENDATIONS).optional(),
  group: identifierParam.optional().meta({ description: 'group_id' }),
  kind: choiceParam(DEVICE_KINDS).optional(),
  device: identifierParam
    .optional()
    .meta({ description: 'Beginning of the device id, whatever the case of its letters' }),
  sort: z
    .enum(HEALTH_SORTS, { error: `must be one of ${HEALTH_SORTS.join(', ')}` })
    .optional()
    .meta({
      description:
        '`risk` (default): reverify, inspect, watch, none, each by falling probability_drifted',
    }),
  ...pageParams,
});
