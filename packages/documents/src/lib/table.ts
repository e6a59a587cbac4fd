import type { Table } from './document-content.ts';
import {
  COLORS,
  flow,
  type Layout,
  PAGE,
  reserve,
  type TextStyle,
  textHeight,
  WIDTH,
  writeAt,
} from './layout.ts';

type Style = TextStyle & { readonly size: number };
const HEAD: Style = { size: 8, weight: 'bold', color: COLORS.muted };
const CELL: Style = { size: 8.5 };
const DENSE = { head: { ...HEAD, size: 7 }, cell: { size: 7.2 }, padding: 2 } as const;
const USUAL = { head: HEAD, cell: CELL, padding: 4 } as const;

/** Draws a table; the head again on each page that it reaches. */
export function drawTable(layout: Layout, { columns, rows, empty, dense }: Table): void {
  const { head, cell: cells, padding } = dense === true ? DENSE : USUAL;
  if (rows.length === 0 && empty !== undefined) {
    flow(layout, empty, { color: COLORS.muted }, 8);
    return;
  }
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (WIDTH * share) / shares);
  const lefts = widths.map((_, k) =>
    widths.slice(0, k).reduce((sum, width) => sum + width, PAGE.side),
  );
  const inner = (k: number): number => (widths[k] ?? 0) - 2 * padding;

  const heightOf = (texts: readonly string[], style: Style): number =>
    2 * padding + Math.max(...texts.map((text, k) => textHeight(layout, text, inner(k), style)));

  const drawRow = (texts: readonly string[], style: Style): void => {
    const height = heightOf(texts, style);
    if (style === head) layout.pdf.rect(PAGE.side, layout.y, WIDTH, height).fill(COLORS.head);
    for (const [k, text] of texts.entries())
      writeAt(
        layout,
        text,
        { x: (lefts[k] ?? 0) + padding, y: layout.y + padding, width: inner(k) },
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
  const headHeight = heightOf(titles, head);
  const [first] = rows;
  reserve(layout, headHeight + (first === undefined ? 0 : heightOf(first, cells)));
  drawRow(titles, head);
  for (const row of rows) {
    const page = layout.pdf.bufferedPageRange().count;
    reserve(layout, heightOf(row, cells));
    if (layout.pdf.bufferedPageRange().count > page) drawRow(titles, head);
    drawRow(row, cells);
  }
  layout.y += 10;
}
