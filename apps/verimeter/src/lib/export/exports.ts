import {
  exceptionText,
  HEALTH_COLUMNS,
  LOT_COLUMNS,
  PLAN_ITEM_COLUMNS,
  planItemRecord,
  storedPlanItem,
} from '@verimeter/api-schema';
import { flagNames, tsSourceOf, VALIDATION_RULE_NAMES } from '@verimeter/telemetry';
import { z } from 'zod';
import { LEDGER_COUNTS } from '../ledger/ledger-rows.ts';
import { INTERVAL_DAYS_SQL, INTERVAL_EXPORT_COLUMNS, intervalRows } from './interval-rows.ts';
import type { RowBatch } from './row-format.ts';

export const EXPORT_KINDS = [
  'health',
  'lots',
  'findings',
  'plan',
  'readings',
  'intervals',
  'ledger',
  'quarantine',
  'register-events',
  'exceptions',
  'value-versions',
  'value-corrections',
] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export type Row = Readonly<Record<string, unknown>>;

/** An export: its columns in order, and the query whose rows have them, in the order of the file; without one they come from the store. */
export interface ExportSpec {
  readonly columns: readonly string[];
  /** Columns with microseconds since 1970. */
  readonly instants: ReadonlySet<string>;
  /** $1: the tenant. */
  readonly sql?: string;
  readonly convert?: (row: Row) => Row;
  /** Of queries whose rows are several of the file. */
  readonly expand?: (row: Row) => readonly Row[];
  /** Of one fetch; rows with payloads are large. */
  readonly fetchRows?: number;
}

const FINDING_COLUMNS = [
  'id',
  'device_id',
  'group_id',
  'quantity',
  'indication',
  'recommendation',
  'group_status',
  'as_of',
  'status',
  'comment',
  'evidence',
  'reason',
  'assignee',
  'verification_id',
  'created_at',
  'updated_at',
] as const;
const REGISTER_EVENT_COLUMNS = [
  'id',
  'device_id',
  'quantity',
  'ts',
  'value',
  'kind',
  'found_kind',
  'certainty',
  'state',
  'before_ts',
  'before_value',
  'after_ts',
  'after_value',
  'modulus',
  'comment',
  'decided_by',
  'decided_at',
] as const;
const QUARANTINE_COLUMNS = [
  'id',
  'received_at',
  'source',
  'topic',
  'device_id',
  'reason',
  'field',
  'message',
  'rejected',
  'status',
  'payload_bytes',
  'payload_sha256',
  'payload_base64',
] as const;

const EXCEPTION_COLUMNS = [
  'device_id',
  'quantity',
  'from',
  'to',
  'rule',
  'severity',
  'code',
  'value',
  'expected',
  'unit',
  'rules_version',
  'found_at',
  'text',
] as const;
const VALUE_VERSION_COLUMNS = [
  'device_id',
  'quantity',
  'ts',
  'version',
  'value',
  'unit',
  'code',
  'method',
  'model',
  'created_at',
  'superseded_at',
  'action',
  'edited_by',
  'reason',
  'replaces',
  'undoes',
] as const;
const VALUE_CORRECTION_COLUMNS = [
  'device_id',
  'quantity',
  'from',
  'to',
  'version',
  'gain',
  'offset',
  'unit',
  'code',
  'method',
  'model',
  'created_at',
  'superseded_at',
] as const;

const exceptionRow = z.object({
  rule: z.enum(VALIDATION_RULE_NAMES),
  value: z.number().nullable(),
  expected: z.number().nullable(),
  unit: z.string(),
});

/** Rows in the order of device, quantity and time, bytewise, so that a file does not depend on the database's locale. */
export const EXPORTS: Readonly<Record<ExportKind, ExportSpec>> = {
  health: {
    columns: HEALTH_COLUMNS,
    instants: new Set(['as_of']),
    sql: `SELECT ${HEALTH_COLUMNS.map((name) => `"${name}"`).join(', ')} FROM health
           WHERE tenant = $1 ORDER BY device_id COLLATE "C", quantity COLLATE "C"`,
  },
  lots: {
    columns: [
      ...LOT_COLUMNS,
      'plan_n',
      'plan_accept',
      'plan_reject',
      'plan_accept_probability',
      'sample',
    ],
    instants: new Set(['as_of']),
    sql: `SELECT ${LOT_COLUMNS.map((name) => `"${name}"`).join(', ')},
                 (plan ->> 'n')::int8 AS plan_n, (plan ->> 'accept')::int8 AS plan_accept,
                 (plan ->> 'reject')::int8 AS plan_reject, (plan ->> 'accept_probability')::float8 AS plan_accept_probability,
                 array_to_string(ARRAY(SELECT jsonb_array_elements_text(plan -> 'sample')), ' ') AS sample
            FROM lot_health WHERE tenant = $1 ORDER BY lot, quantity`,
  },
  findings: {
    columns: FINDING_COLUMNS,
    instants: new Set(['as_of', 'created_at', 'updated_at']),
    sql: `SELECT ${FINDING_COLUMNS.join(', ')} FROM findings
           WHERE tenant = $1
           ORDER BY device_id COLLATE "C" NULLS FIRST, group_id COLLATE "C", quantity COLLATE "C", id`,
  },
  // The newest plan that is issued, else the newest.
  plan: {
    columns: PLAN_ITEM_COLUMNS,
    instants: new Set(),
    sql: `SELECT i.plan_id, p.period, p.summary ->> 'currency' AS currency, i.rank, i.device_id, i.team, i.day, i.stop, i.visit_on, i.must,
                 i.random, i.score, i.terms, i.facts, i.reasons, i.travel_minutes, i.work_minutes, i.state, i.state_reason, i.work_order
            FROM plan_items i JOIN plans p ON p.tenant = i.tenant AND p.id = i.plan_id
           WHERE i.tenant = $1
                 AND p.id = (SELECT n.id FROM plans n WHERE n.tenant = $1 ORDER BY n.status = 'issued' DESC, n.id DESC LIMIT 1)
           ORDER BY i.rank`,
    convert: (row) => planItemRecord(storedPlanItem.parse(row), 'en'),
  },
  readings: {
    columns: [
      'device_id',
      'quantity',
      'ts',
      'value',
      'unit',
      'quality',
      'received_at',
      'ts_source',
      'current',
    ],
    instants: new Set(['ts', 'received_at']),
    convert: ({ flags, ...row }) => {
      const bits = typeof flags === 'number' ? flags : 0;
      return {
        ...row,
        quality: flagNames(bits),
        ts_source: tsSourceOf(bits),
      };
    },
  },
  intervals: {
    columns: INTERVAL_EXPORT_COLUMNS,
    instants: new Set(['start', 'end', 'from', 'to']),
    // about 96 intervals each
    fetchRows: 100,
    sql: INTERVAL_DAYS_SQL,
    expand: intervalRows,
  },
  ledger: {
    columns: ['device_id', 'topic', 'hour', 'source', ...LEDGER_COUNTS],
    instants: new Set(['hour']),
    sql: `SELECT device_id, topic, hour, source,
                 ${LEDGER_COUNTS.map((name) => `sum(${name})::int8 AS ${name}`).join(', ')} FROM ledger
           WHERE tenant = $1
           GROUP BY device_id, topic, hour, source
           ORDER BY device_id COLLATE "C" NULLS FIRST, topic COLLATE "C" NULLS FIRST, hour, source COLLATE "C"`,
  },
  quarantine: {
    fetchRows: 100,
    columns: QUARANTINE_COLUMNS,
    instants: new Set(['received_at']),
    // By id: in the order in which they came.
    sql: `SELECT id, received_at, source, topic, device_id, reason, field, message, rejected, status, payload_bytes,
                 encode(payload_sha256, 'hex') AS payload_sha256,
                 translate(encode(payload, 'base64'), E'\\n', '') AS payload_base64
            FROM quarantine WHERE tenant = $1 ORDER BY id`,
  },
  'register-events': {
    columns: REGISTER_EVENT_COLUMNS,
    instants: new Set(['ts', 'before_ts', 'after_ts', 'decided_at']),
    sql: `SELECT ${REGISTER_EVENT_COLUMNS.join(', ')} FROM register_events
           WHERE tenant = $1 ORDER BY device_id COLLATE "C", quantity COLLATE "C", ts`,
  },
  exceptions: {
    columns: EXCEPTION_COLUMNS,
    instants: new Set(['from', 'to', 'found_at']),
    sql: `SELECT c.device_id, c.quantity, e.ts AS "from", e.until_ts AS "to", e.rule, e.severity, e.code, e.value, e.expected, c.unit,
                 e.rules_version, e.found_at
            FROM validation_exceptions e JOIN channels c USING (channel_id)
           WHERE e.tenant = $1
           ORDER BY c.device_id COLLATE "C", c.quantity COLLATE "C", e.ts, e.rule, e.rules_version`,
    convert: (row) => ({ ...row, text: exceptionText(exceptionRow.parse(row), 'en') }),
  },
  'value-versions': {
    columns: VALUE_VERSION_COLUMNS,
    instants: new Set(['ts', 'created_at', 'superseded_at']),
    sql: `SELECT c.device_id, c.quantity, v.ts, v.version, v.value, c.unit, v.code, v.method, v.model, v.created_at, v.superseded_at,
                 v.action, v.edited_by, v.reason, v.replaces, v.undoes
            FROM value_versions v JOIN channels c USING (channel_id)
           WHERE v.tenant = $1
           ORDER BY c.device_id COLLATE "C", c.quantity COLLATE "C", v.ts, v.version`,
  },
  'value-corrections': {
    columns: VALUE_CORRECTION_COLUMNS,
    instants: new Set(['from', 'to', 'created_at', 'superseded_at']),
    sql: `SELECT c.device_id, c.quantity, v.from_ts AS "from", v.to_ts AS "to", v.version, v.gain, v."offset", c.unit, v.code, v.method,
                 v.model, v.created_at, v.superseded_at
            FROM value_corrections v JOIN channels c USING (channel_id)
           WHERE v.tenant = $1
           ORDER BY c.device_id COLLATE "C", c.quantity COLLATE "C", v.from_ts, v.version`,
  },
};

/** Cells of the rows of an export, in the order of its columns. `onRows` is told how many rows each batch has. */
export async function* exportCells(
  spec: ExportSpec,
  pieces: AsyncIterable<readonly Row[]>,
  onRows: (count: number) => void,
): AsyncGenerator<RowBatch> {
  for await (const rows of pieces) {
    const { expand, convert } = spec;
    const expanded = expand === undefined ? rows : rows.flatMap((row) => expand(row));
    onRows(expanded.length);
    yield expanded.map((row) => {
      const converted = convert?.(row) ?? row;
      return spec.columns.map((name) => converted[name]);
    });
  }
}
