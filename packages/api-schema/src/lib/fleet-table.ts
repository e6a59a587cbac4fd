import {
  DEVICE_KINDS,
  GROUP_STATUSES,
  INDICATIONS,
  LEGAL_STATUSES,
  RECOMMENDATIONS,
} from '@verimeter/telemetry';
import { z } from 'zod';
import {
  choiceParam,
  count,
  date,
  dateParam,
  freeTextParam,
  identifierParam,
  instant,
  pageParams,
} from './common.ts';
import { FINDING_STATUSES } from './finding-workflow.ts';

const text = z.string().nullable();
const ratio = z.number().nullable();
const probability = z.number().min(0).max(1).nullable();

/** One device and judged quantity with all that the table of the fleet shows of it. The columns of `fleet.csv`, in order. */
const rowFields = {
  device_id: z.string(),
  quantity: text.meta({
    description: 'Balanced register or sensor quantity; null: no answer is published of the device',
  }),
  kind: z.enum(DEVICE_KINDS),
  serial: text,
  manufacturer: text,
  model: text,
  accuracy_class: text,
  nominal: text,
  built_year: z.int().nullable(),
  installed_on: date.nullable(),
  verified_on: date.nullable(),
  address: text,
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  online: z.boolean().nullable().meta({ description: 'Last status message; null: none yet' }),
  last_seen: instant
    .nullable()
    .meta({ description: 'Last status message, or last message whose clock was looked at' }),
  group_id: text.meta({
    description: 'Group of the answer; without an answer the one the device was put in last',
  }),
  group_name: text,
  group_status: z.enum(GROUP_STATUSES).nullable(),
  indication: z.enum(INDICATIONS).nullable(),
  recommendation: z.enum(RECOMMENDATIONS).nullable(),
  as_of: instant.nullable(),
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
  offset_unit: text,
  drift_per_year: ratio,
  drift_per_year_se: ratio,
  exit_date_median: date.nullable(),
  exit_date_earliest: date.nullable(),
  minimum_detectable: ratio.meta({ description: 'Smallest error this data could have shown' }),
  evidence_days: z.number().nullable(),
  legal_status: z
    .enum(LEGAL_STATUSES)
    .meta({ description: '`unknown` where nothing is published' }),
  due_on: date
    .nullable()
    .meta({ description: 'Last day of the legal validity of the verification' }),
  finding_id: z.int().nullable().meta({ description: 'Newest finding on this answer' }),
  finding_status: z.enum(FINDING_STATUSES).nullable(),
} as const;

export const fleetRow = z.object(rowFields);
export type FleetRow = z.infer<typeof fleetRow>;
export const FLEET_COLUMNS = fleetRow.keyof().options;

export const fleetList = z.object({
  items: z.array(fleetRow),
  next_cursor: z
    .string()
    .nullable()
    .meta({ description: 'Give it back as `cursor` for the next page; null on the last page' }),
  total: count.meta({ description: 'Rows on all pages' }),
});
export type FleetList = z.infer<typeof fleetList>;

export const FLEET_SORTS = [
  'risk',
  'device_id',
  'error',
  'error_of_limit',
  'probability_over_limit',
  'probability_drifted',
  'minimum_detectable',
  'exit_date',
  'due_on',
  'last_seen',
] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];
type WrittenSort = FleetSort | `-${FleetSort}`;

const SORTS_WRITTEN: readonly WrittenSort[] = FLEET_SORTS.flatMap((sort): WrittenSort[] => [
  sort,
  `-${sort}`,
]);

const filters = {
  q: freeTextParam(100)
    .optional()
    .meta({
      description:
        'Beginning of a device id or serial number, or beginnings of words of the address, whatever case and diacritics: `le loi` finds Lê Lợi',
      examples: ['le loi'],
    }),
  kind: choiceParam(DEVICE_KINDS).optional(),
  recommendation: choiceParam(RECOMMENDATIONS).optional(),
  indication: choiceParam(INDICATIONS).optional(),
  legal_status: choiceParam(LEGAL_STATUSES).optional(),
  due_before: dateParam
    .optional()
    .meta({ description: 'Legal validity ends on this day or earlier' }),
  group: identifierParam.optional().meta({ description: 'group_id' }),
  manufacturer: freeTextParam(200)
    .optional()
    .meta({ description: 'Exactly as registered', examples: ['EMIC'] }),
  model: freeTextParam(200).optional().meta({ description: 'Exactly as registered' }),
  accuracy_class: freeTextParam(40)
    .optional()
    .meta({ description: 'Exactly as registered', examples: ['1'] }),
  finding_status: choiceParam([...FINDING_STATUSES, 'none']).optional(),
  online: choiceParam(['true', 'false', 'unknown']).optional(),
} as const;

const sort = z
  .enum(SORTS_WRITTEN, {
    error: `must be one of ${FLEET_SORTS.join(', ')}, or one with - before it`,
  })
  .optional()
  .meta({
    description:
      '`risk` (default): reverify, inspect, watch, none, no answer, each by falling probability_drifted. `error_of_limit`: size of the error as a multiple of its limit. With `-` before it descending; rows without a value come last both ways. `last_seen` may be minutes old',
  });

export const fleetListQuery = z.strictObject({ ...filters, sort, ...pageParams });
export const fleetFacetsQuery = z.strictObject(filters);
export const fleetFileQuery = z.strictObject({ ...filters, sort });
export type FleetFilters = z.output<typeof fleetFacetsQuery>;

const facet = z.object({
  values: z.array(
    z.object({
      value: z.string().nullable().meta({ description: 'null: rows without one' }),
      name: z.string().nullable().meta({ description: 'Of a group' }),
      count: count.meta({
        description: 'Rows there would be with this value and the other filters',
      }),
    }),
  ),
  more: count.meta({ description: 'Further values, each with fewer rows' }),
});
export type FleetFacet = z.infer<typeof facet>;

export const FLEET_FACETS = [
  'kind',
  'recommendation',
  'indication',
  'legal_status',
  'finding_status',
  'online',
  'accuracy_class',
  'group',
  'manufacturer',
  'model',
] as const;

export const fleetFacets = z.object({
  total: count,
  facets: z.record(z.enum(FLEET_FACETS), facet),
});
export type FleetFacets = z.infer<typeof fleetFacets>;
