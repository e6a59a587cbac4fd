import {
  type Language,
  PLAN_ITEM_COLUMNS,
  planItemRecord,
  storedPlanItem,
} from '@verimeter/api-schema';
import type { PlanItemRow, PlanRow } from '@verimeter/registry';
import { toPlan } from './plan-shapes.ts';

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\r\n`;

/** The items as RFC 4180, with the columns of `export plan`. */
export function planCsv(row: PlanRow, items: readonly PlanItemRow[], language: Language): string {
  const { period, summary } = toPlan(row);
  const lines = items.map((item) => {
    const record = planItemRecord(
      storedPlanItem.parse({ ...item, period, currency: summary.currency }),
      language,
    );
    return line(PLAN_ITEM_COLUMNS.map((name) => record[name]));
  });
  return [line(PLAN_ITEM_COLUMNS), ...lines].join('');
}
