import {
  type Capacity,
  type Language,
  type NextInLine,
  type Plan,
  type PlanItem,
  plan as planSchema,
  planFacts,
  planTerms,
} from '@verimeter/api-schema';
import type { EnteredCapacity, PlanItemRow, PlanRow } from '@verimeter/registry';
import { DEVICE_KINDS, formatTimestamp } from '@verimeter/telemetry';
import { type StoredEvidence, renderEvidence } from '../evidence.ts';
import { instantOrNull } from '../instants.ts';

/** How reasons are told. */
export interface Reader {
  readonly language: Language;
  readonly zone: string;
}

export const toPlan = (row: PlanRow): Plan =>
  planSchema.parse({
    ...row,
    made_at: formatTimestamp(row.made_at),
    issued_at: instantOrNull(row.issued_at),
    closed_at: instantOrNull(row.closed_at),
  });

export function toItem(row: PlanItemRow, { language, zone }: Reader): PlanItem {
  const { plan_id: _plan, facts, terms, reasons, ...rest } = row;
  return {
    ...rest,
    ...planFacts.parse(facts),
    terms: planTerms.parse(terms),
    reasons: renderEvidence(reasons, language, zone),
    changed_at: instantOrNull(row.changed_at),
  };
}

type WaitingRow = Omit<NextInLine, 'reasons'> & { reasons: StoredEvidence[] };

/** Those left out, as they are kept with the plan. */
export function toNext(stored: unknown, { language, zone }: Reader): NextInLine[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as plan-job.ts wrote it
  return (stored as WaitingRow[]).map((row) => ({
    ...row,
    reasons: renderEvidence(row.reasons, language, zone),
  }));
}

const month = (date: string): string => date.slice(0, 7);

export const toCapacity = (row: EnteredCapacity): Capacity => ({
  team: row.team,
  kinds: row.kinds?.flatMap((name) => DEVICE_KINDS.filter((kind) => kind === name)) ?? null,
  areas: row.areas,
  visits_per_month: row.visits_per_month,
  minutes_per_month: row.minutes_per_month,
  depot:
    row.depot_lat === null || row.depot_lon === null
      ? null
      : { lat: row.depot_lat, lon: row.depot_lon },
  from: month(row.valid_from),
  to: row.valid_to === null ? null : month(row.valid_to),
  entered_by: row.entered_by,
  entered_by_name: row.entered_by_name,
  entered_at: formatTimestamp(row.entered_at),
});
