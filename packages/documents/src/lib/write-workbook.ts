import writeXlsx, { type SheetData } from 'write-excel-file/node';

export type CellValue = string | number | Date | null;

export interface SheetColumn {
  readonly title: string;
  /** Characters. */
  readonly width?: number;
  /** Excel's own: `0.0 %`, `yyyy-mm-dd`. */
  readonly format?: string;
}

export interface WorkbookSheet {
  /** Excel allows 31 characters without []:*?/\. */
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly (readonly CellValue[])[];
}

const FORBIDDEN = /[[\]:*?/\\]/g;

function cellOf(value: CellValue, format: string | undefined) {
  if (value === null) return null;
  if (typeof value === 'string') return { type: String, value };
  if (typeof value === 'number')
    return format === undefined ? { type: Number, value } : { type: Number, value, format };
  return { type: Date, value, format: format ?? 'yyyy-mm-dd' };
}

/** An Excel workbook: each sheet with a head that stays in view. Texts stay texts: nothing is evaluated as a formula. */
export async function writeWorkbook(sheets: readonly WorkbookSheet[]): Promise<Uint8Array> {
  const contents = sheets.map(({ name, columns, rows }) => {
    const head = columns.map(({ title }) => ({
      type: String,
      value: title,
      fontWeight: 'bold' as const,
      wrap: true,
    }));
    const data: SheetData = [
      head,
      ...rows.map((row) => row.map((value, k) => cellOf(value, columns[k]?.format))),
    ];
    return {
      data,
      sheet: name.replaceAll(FORBIDDEN, ' ').slice(0, 31),
      columns: columns.map(({ width }) => ({ width: width ?? 16 })),
      stickyRowsCount: 1,
    };
  });
  return writeXlsx(contents).toBuffer();
}
