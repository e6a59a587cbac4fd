import {
  EDIT_ACTIONS,
  QUANTITIES,
  findQuantity,
  formatTimestamp,
  type KeptVersion,
} from '@verimeter/telemetry';
import { z } from 'zod';
import { identifierParam, instant, instantParam, listOf, pageParams } from './common.ts';

const REASON = 'is required: say why the value is edited';
const MOST_VALUE = 1e15;

export const valueVersion = z.object({
  device_id: z.string(),
  quantity: z.string(),
  ts: instant,
  version: z.int().min(0).meta({ description: '0: the reading itself' }),
  value: z.number().meta({
    description: 'With code 3.7.3 (rejected) a value that does not count',
  }),
  code: z.string().nullable().meta({
    description:
      'IEC 61968-9: 3.7.0 edited or corrected, 3.7.1 added, 3.7.3 rejected, 3.8.0 estimated, 3.10.1 confirmed; null: the reading',
  }),
  method: z.string().nullable().meta({ description: '`manual`: a person' }),
  model: z.string().nullable(),
  action: z.enum(EDIT_ACTIONS).nullable().meta({ description: 'null: received, or computed' }),
  edited_by: z.string().nullable().meta({ description: 'Id of the key, or who ran the command' }),
  reason: z.string().nullable(),
  replaces: z
    .int()
    .nullable()
    .meta({ description: 'Version that was in force before; null: the reading, or nothing' }),
  undoes: z.int().nullable(),
  in_force: z.boolean().meta({
    description: 'Whether it is what counts; of the reading: whether nothing beside it is in force',
  }),
  created_at: instant.meta({ description: 'Of the reading: when it was received' }),
  superseded_at: instant.nullable(),
});
export type ValueVersionItem = z.infer<typeof valueVersion>;

interface Series {
  readonly deviceId: string;
  readonly quantity: string;
}

/** A version as it is answered with. Microseconds since 1970. */
export function versionItem(
  { deviceId, quantity }: Series,
  row: KeptVersion & {
    readonly tsUs: number;
    readonly createdUs: number;
    readonly supersededUs: number | null;
  },
): ValueVersionItem {
  return {
    device_id: deviceId,
    quantity,
    ts: formatTimestamp(row.tsUs),
    version: row.version,
    value: row.value,
    code: row.code,
    method: row.method,
    model: row.model,
    action: row.action,
    edited_by: row.editedBy,
    reason: row.reason,
    replaces: row.replaces,
    undoes: row.undoes,
    in_force: row.inForce,
    created_at: formatTimestamp(row.createdUs),
    superseded_at: row.supersededUs === null ? null : formatTimestamp(row.supersededUs),
  };
}

/** The reading itself, as version 0. */
export function readingVersionItem(
  { deviceId, quantity }: Series,
  reading: { readonly tsUs: number; readonly value: number; readonly receivedAtUs: number },
  inForce: boolean,
): ValueVersionItem {
  return {
    device_id: deviceId,
    quantity,
    ts: formatTimestamp(reading.tsUs),
    version: 0,
    value: reading.value,
    code: null,
    method: null,
    model: null,
    action: null,
    edited_by: null,
    reason: null,
    replaces: null,
    undoes: null,
    in_force: inForce,
    created_at: formatTimestamp(reading.receivedAtUs),
    superseded_at: null,
  };
}

export const valueVersionList = listOf(valueVersion);

const quantityParam = z
  .string({ error: 'is required' })
  .refine(
    (name) => findQuantity(name) !== undefined,
    'is not a known quantity; docs/quantities.md lists them',
  )
  .meta({ enum: QUANTITIES.map(({ name }) => name) });

export const valueVersionListQuery = z
  .strictObject({
    device_id: identifierParam,
    quantity: quantityParam,
    ts: instantParam.optional().meta({
      format: 'date-time',
      description: 'All versions of the value at this instant, the reading first',
    }),
    from: instantParam.optional().meta({ format: 'date-time', description: 'Inclusive' }),
    to: instantParam.optional().meta({ format: 'date-time', description: 'Exclusive' }),
    ...pageParams,
  })
  .superRefine((query, context) => {
    if (query.ts !== undefined && (query.from !== undefined || query.to !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['ts'],
        message: 'is an instant of its own; leave `from` and `to` out',
      });
    if (query.from !== undefined && query.to !== undefined && query.from > query.to)
      context.addIssue({ code: 'custom', path: ['to'], message: 'is before `from`; swap them' });
  });

/** What a person says of a value. */
export const valueEdit = z
  .strictObject({
    device_id: identifierParam,
    quantity: quantityParam,
    ts: instantParam.meta({ format: 'date-time', description: 'Instant of the value' }),
    action: z.enum(EDIT_ACTIONS, { error: `must be one of ${EDIT_ACTIONS.join(', ')}` }).meta({
      description:
        '`replace`: another value counts · `fill`: one where there is no reading · `confirm`: it is right · `reject`: it does not count · `undo`: takes the edit `version` back',
    }),
    value: z
      .number({ error: 'must be a number' })
      .min(-MOST_VALUE, `must be a number from -${MOST_VALUE} to ${MOST_VALUE}`)
      .max(MOST_VALUE, `must be a number from -${MOST_VALUE} to ${MOST_VALUE}`)
      .optional()
      .meta({ description: 'Of `replace` and `fill`, in the unit of the channel' }),
    version: z.int({ error: 'must be a whole number' }).min(0).optional().meta({
      description:
        '`undo`: the edit that is taken back. Others: the version that was seen in force, 0 for the reading; where another one is by now, the answer is 409',
    }),
    reason: z
      .string({ error: REASON })
      .trim()
      .min(1, REASON)
      .max(4000, 'must be at most 4000 characters'),
  })
  .superRefine(({ action, value, version }, context) => {
    const takesValue = action === 'replace' || action === 'fill';
    if (takesValue && value === undefined)
      context.addIssue({ code: 'custom', path: ['value'], message: `is required to ${action}` });
    if (!takesValue && value !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['value'],
        message: `cannot be given to ${action}; leave it out, or replace the value`,
      });
    if (action === 'undo' && version === undefined)
      context.addIssue({
        code: 'custom',
        path: ['version'],
        message: 'is required: name the edit to undo; GET /value-versions lists them',
      });
  });
export type ValueEditBody = z.infer<typeof valueEdit>;
