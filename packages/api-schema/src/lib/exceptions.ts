import { VALIDATION_RULE_NAMES, VALIDATION_SEVERITIES } from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  identifierParam,
  instant,
  instantParam,
  listOf,
  pageParams,
} from './common.ts';

export const exception = z.object({
  device_id: z.string(),
  quantity: z.string(),
  unit: z.string(),
  rule: z.enum(VALIDATION_RULE_NAMES),
  severity: z.enum(VALIDATION_SEVERITIES),
  code: z.string().meta({
    description: 'IEC 61968-9 quality, system.category.index',
    examples: ['3.6.1'],
  }),
  from: instant.meta({
    description: 'The first reading concerned; of a gap the last one before it',
  }),
  to: instant.meta({
    description:
      'The last reading concerned; of a gap the first one after it, or up to where it was looked',
  }),
  value: z.number().nullable().meta({ description: 'What was found' }),
  expected: z.number().nullable().meta({ description: 'What it was held against' }),
  rules_version: z.int().meta({ description: 'Of the rule set that found it' }),
  found_at: instant,
  text: z.string().meta({ description: 'In `Accept-Language`' }),
});
export type ExceptionItem = z.infer<typeof exception>;

export const exceptionList = listOf(exception);

export const exceptionListQuery = z
  .strictObject({
    device_id: identifierParam.optional(),
    quantity: identifierParam.optional(),
    rule: choiceParam(VALIDATION_RULE_NAMES).optional(),
    severity: choiceParam(VALIDATION_SEVERITIES).optional(),
    from: instantParam.optional().meta({
      format: 'date-time',
      description: 'Those that reach to it or beyond',
    }),
    to: instantParam.optional().meta({
      format: 'date-time',
      description: 'Those that begin before it',
    }),
    ...pageParams,
  })
  .superRefine((query, context) => {
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: 'is before `from`; swap them',
      });
  });
