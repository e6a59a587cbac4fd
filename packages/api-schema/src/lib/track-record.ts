import { OUTCOMES, SELECTIONS, VERIFICATION_KINDS } from '@verimeter/metrology';
import { DEVICE_KINDS, INDICATIONS, RECOMMENDATIONS } from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  count,
  date,
  identifierParam,
  instant,
  listOf,
  pageParams,
} from './common.ts';
import { legalDay } from './legal-dates.ts';

const ratio = z.number().nullable();
const probability = z.number().min(0).max(1);

/** One verification held against what had been published before it. */
export const verificationScore = z.object({
  verification_id: z.int(),
  device_id: z.string(),
  quantity: z.string(),
  verified_on: date,
  kind: z.enum(VERIFICATION_KINDS).nullable(),
  selection: z.enum(SELECTIONS).meta({
    description:
      'How it came to be verified: `random` (cross-check), `flagged` (it had a finding), `complaint`, `routine`',
  }),
  outcome: z.enum(OUTCOMES).meta({
    description:
      'hit, false_alarm: recommended `reverify`; miss, correct_silence: estimated, not recommended; inspected: recommended for a look only; no_claim: no error was estimated',
  }),
  found_beyond: z.boolean().meta({ description: 'The measured error lies beyond `limit`' }),
  limit: z.number(),
  measured_error: ratio.meta({ description: 'Weighted over the test points as found, a ratio' }),
  measured_uncertainty: ratio.meta({ description: 'Standard uncertainty' }),
  predicted_low: ratio.meta({
    description:
      '95 % interval of what would be measured: the published one, each side widened by the variance of the measurement',
  }),
  predicted_high: ratio,
  covered: z.boolean().nullable().meta({ description: 'measured_error lies in that interval' }),
  source: z.enum(['published', 'history']).meta({
    description: '`history`: from the weekly history, which keeps no probabilities',
  }),
  as_of: instant.meta({ description: 'Of the data that the published answer knew' }),
  indication: z.enum(INDICATIONS).nullable(),
  recommendation: z.enum(RECOMMENDATIONS),
  error_estimate: ratio,
  interval_low: ratio,
  interval_high: ratio,
  probability_over_limit: probability.nullable(),
  probability_drifted: probability.nullable(),
  model_version: z.string().nullable(),
  finding_id: z.int().nullable(),
});
export type VerificationScoreItem = z.infer<typeof verificationScore>;
export const verificationScoreList = listOf(verificationScore);

const share = z.object({
  k: count,
  n: count,
  value: probability.nullable().meta({ description: 'k / n; null: n is 0' }),
  low: probability.meta({ description: '95 % interval (Wilson); 0 to 1 where n is 0' }),
  high: probability,
  enough: z.boolean().meta({ description: 'false: too few to tell; see `enough_from`' }),
});
export type Share = z.infer<typeof share>;

const outcomes = z.object({
  hit: count,
  false_alarm: count,
  miss: count,
  correct_silence: count,
  inspected: count,
  no_claim: count,
} satisfies Record<(typeof OUTCOMES)[number], z.ZodInt>);

export const trackRecord = z.object({
  scored: count.meta({ description: 'Verifications as found with a published answer before them' }),
  outcomes,
  found_beyond: z.object({
    inspected: count,
    no_claim: count.meta({ description: 'Beyond the limit where no error had been estimated' }),
  }),
  selections: z.object({
    flagged: outcomes,
    random: outcomes,
    routine: outcomes,
    complaint: outcomes,
  } satisfies Record<(typeof SELECTIONS)[number], z.ZodObject>),
  precision: share.meta({ description: 'Of meters recommended for verification: found beyond' }),
  recall: share.meta({
    description:
      'Of meters found beyond the limit among those drawn at random (cross-checks) and estimated: recommended before. Verifications of flagged meters alone cannot tell it: of the meters that were missed they see none',
  }),
  coverage: share.meta({ description: 'Measured errors inside their 95 % interval' }),
  calibration: z.array(
    z.object({
      from: probability,
      to: probability,
      predicted: probability.meta({ description: 'Mean of the published P(beyond the limit)' }),
      found: share,
    }),
  ),
  enough_from: count.meta({
    description: 'Shares of fewer verifications are too uncertain to say anything of the system',
  }),
  from: date.nullable().meta({ description: 'First and last day of verification among them' }),
  to: date.nullable(),
});
export type TrackRecord = z.infer<typeof trackRecord>;

const period = {
  from: legalDay.optional().meta({ format: 'date', description: 'Verified on this day or later' }),
  to: legalDay.optional().meta({ format: 'date', description: 'Verified on this day or before' }),
  kind: choiceParam(DEVICE_KINDS).optional(),
} as const;

export const trackRecordQuery = z.strictObject(period);
export const verificationScoreListQuery = z.strictObject({
  ...period,
  outcome: choiceParam(OUTCOMES).optional(),
  selection: choiceParam(SELECTIONS).optional(),
  device_id: identifierParam.optional(),
  ...pageParams,
});
