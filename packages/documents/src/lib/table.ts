import type { Table } from './document-content.ts';
import { COLORS, flow, type Layout, PAGE, reserve, textHeight, WIDTH, writeAt } from './layout.ts';

const PADDING = 4;
const HEAD = { size: 8, weight: 'bold', color: COLORS.muted } as const;
const CELL = { size: 8.5 } as const;

/** Draws a table; the head again on each page that it reaches. */
export function drawTable(layout: Layout, { columns, rows, empty }: Table): void {
  if (rows.length === 0 && empty !== undefined) {
    flow(layout, empty, { color: COLORS.muted }, 8);
    return;
  }
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (WIDTH * share) / shares);
  const lefts = widths.map((_, k) =>
    widths.slice(0, k).reduce((sum, width) => sum + width, PAGE.side),
  );
  const inner = (k: number): number => (widths[k] ?? 0) - 2 * PADDING;

  const heightOf = (cells: readonly string[], style: typeof HEAD | typeof CELL): number =>
    2 * PADDING + Math.max(...cells.map((cell, k) => textHeight(layout, cell, inner(k), style)));

  const drawRow = (cells: readonly string[], style: typeof HEAD | typeof CELL): void => {
    const height = heightOf(cells, style);
    if (style === HEAD) layout.pdf.rect(PAGE.side, layout.y, WIDTH, height).fill(COLORS.head);
    for (const [k, cell] of cells.entries())
      writeAt(
        layout,
        cell,
        { x: (lefts[k] ?? 0) + PADDING, y: layout.y + PADDING, width: inner(k) },
        { ...style, align: columns[k]?.align ?? 'left' },
      );
    layout.y += height;
    layout.pdf
      .moveTo(PAGE.side, layout.y)
      .lineTo(PAGE.side + WIDTH, layout.y)
      .lineWidth(0.5)
      .stroke(COLORS.line);
  };

  const titles = columns.map(({ title }) => title);
  const headHeight = heightOf(titles, HEAD);
  const [first] = rows;
  reserve(layout, headHeight + (first === undefined ? 0 : heightOf(first, CELL)));
  drawRow(titles, HEAD);
  for (const row of rows) {
    const page = layout.pdf.bufferedPageRange().count;
    reserve(layout, heightOf(row, CELL));
    if (layout.pdf.bufferedPageRange().count > page) drawRow(titles, HEAD);
    drawRow(row, CELL);
  }
  layout.y += 10;
}
