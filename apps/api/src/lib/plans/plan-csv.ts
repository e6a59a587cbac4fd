import {
  type Language,
  PLAN_ITEM_COLUMNS,
  planItemRecord,
  storedPlanItem,
} from '@verimeter/api-schema';
import type { PlanItemRow, PlanRow } from '@verimeter/registry';
import { csvLine } from '../csv-cell.ts';
import { toPlan } from './plan-shapes.ts';

/** The items as RFC 4180, with the columns of `export plan`. */
export function planCsv(row: PlanRow, items: readonly PlanItemRow[], language: Language): string {
  const { period, summary } = toPlan(row);
  const lines = items.map((item) => {
    const record = planItemRecord(
      storedPlanItem.parse({ ...item, period, currency: summary.currency }),
      language,
    );
    const values: Readonly<Record<string, unknown>> = record;
    return csvLine(PLAN_ITEM_COLUMNS, (name) => values[name]);
  });
  return [`${PLAN_ITEM_COLUMNS.join(',')}\r\n`, ...lines].join('');
}
