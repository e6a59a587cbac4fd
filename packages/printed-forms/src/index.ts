export { evidencePackContent } from './lib/evidence-pack/content.ts';
export { reportContent } from './lib/report/content.ts';
export { reportSheets } from './lib/report/workbook.ts';
export {
  type PlannedDevice,
  type PrintedOrder,
  workOrdersContent,
} from './lib/work-orders/content.ts';
export { planSheet } from './lib/work-orders/sheet.ts';
