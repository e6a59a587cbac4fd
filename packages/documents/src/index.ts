export type {
  Block,
  DocumentContent,
  LineSeries,
  Table,
  TableColumn,
} from './lib/document-content.ts';
export { writePdf } from './lib/write-pdf.ts';
export {
  type CellValue,
  type SheetColumn,
  type WorkbookSheet,
  writeWorkbook,
} from './lib/write-workbook.ts';
