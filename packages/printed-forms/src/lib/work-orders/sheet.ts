import type { Language, PlanItem } from '@verimeter/api-schema';
import type { CellValue, WorkbookSheet } from '@verimeter/documents';
import { KIND_WORDS } from '../kinds.ts';
import type { PlannedDevice } from './content.ts';
import { WORK_ORDER_WORDS } from './words.ts';

/** A calendar day as a spreadsheet has it: without a zone. */
const day = (text: string | null): CellValue =>
  text === null ? null : new Date(`${text}T00:00:00Z`);

/** The items of a plan in the order of the way, with columns to fill in. */
export function planSheet(
  items: readonly PlanItem[],
  devices: ReadonlyMap<string, PlannedDevice>,
  language: Language,
): WorkbookSheet {
  const { columns: titles, results, sheet } = WORK_ORDER_WORDS[language];
  const ordered = items.toSorted(
    (left, right) =>
      left.team.localeCompare(right.team, 'vi') || left.day - right.day || left.stop - right.stop,
  );
  return {
    name: sheet,
    columns: [
      { title: titles.order, width: 16 },
      { title: titles.date, width: 12, format: 'yyyy-mm-dd' },
      { title: titles.team, width: 14 },
      { title: titles.stop, width: 8 },
      { title: titles.rank, width: 10 },
      { title: titles.device, width: 18 },
      { title: titles.serial, width: 16 },
      { title: titles.kind, width: 18 },
      { title: titles.address, width: 40 },
      { title: titles.area, width: 16 },
      { title: titles.due, width: 12, format: 'yyyy-mm-dd' },
      { title: titles.over, width: 12, format: '0.0%' },
      { title: titles.why, width: 80 },
      { title: titles.last, width: 12, format: 'yyyy-mm-dd' },
      { title: titles.lastResult, width: 12 },
      { title: titles.limit, width: 10, format: '0.0%' },
      { title: titles.result, width: 12 },
      { title: titles.error, width: 12 },
      { title: titles.seal, width: 16 },
      { title: titles.note, width: 30 },
    ],
    rows: ordered.map((item) => {
      const device = devices.get(item.device_id);
      const last = device?.last ?? null;
      return [
        item.work_order ?? '',
        day(item.visit_on),
        item.team,
        item.stop,
        item.rank,
        item.device_id,
        item.serial ?? '',
        KIND_WORDS[language][item.kind],
        item.address ?? '',
        item.group_id ?? '',
        day(item.due_on),
        item.probability_over_limit,
        item.reasons.map(({ text }) => text).join(' '),
        day(last?.on ?? null),
        last === null ? '' : results[last.result],
        device?.limit ?? null,
        null,
        null,
        null,
        null,
      ];
    }),
  };
}
