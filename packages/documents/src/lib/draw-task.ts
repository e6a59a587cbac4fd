import type { Task } from './document-content.ts';
import { drawModules } from './figures.ts';
import { COLORS, type Layout, PAGE, reserve, textHeight, WIDTH, writeAt } from './layout.ts';

const SIDE = 62;
const TEXT = { size: 8.5 } as const;
const LABEL = { size: 7.5, color: COLORS.muted } as const;
const TITLE = { size: 10, weight: 'bold' } as const;
const BOX = 9;
/** Of a line to write on. */
const ROW = 24;

export function drawTask(layout: Layout, task: Task): void {
  const left = PAGE.side + SIDE + 8;
  const width = WIDTH - SIDE - 8;
  const heights = task.lines.map((line) => textHeight(layout, line, width, TEXT) + 1);
  const text = 16 + heights.reduce((sum, height) => sum + height, 0);
  const height = Math.max(SIDE, text + ROW) + 14;
  reserve(layout, height);
  const { pdf } = layout;
  drawModules(layout, task.code, { x: PAGE.side, y: layout.y, side: SIDE });
  writeAt(layout, task.title, { x: left, y: layout.y + 2, width: width - 60 }, TITLE);
  writeAt(
    layout,
    task.mark,
    { x: left + width - 60, y: layout.y + 2, width: 60 },
    { ...TITLE, align: 'right' },
  );
  let y = layout.y + 17;
  for (const [k, line] of task.lines.entries()) {
    writeAt(layout, line, { x: left, y, width }, TEXT);
    y += heights[k] ?? 0;
  }
  const base = Math.max(y + ROW - 6, layout.y + SIDE - 2);
  let x = left;
  for (const box of task.boxes) {
    pdf
      .lineWidth(0.8)
      .rect(x, base - BOX, BOX, BOX)
      .stroke(COLORS.text);
    writeAt(layout, box, { x: x + BOX + 4, y: base - BOX - 1, width: 90 }, TEXT);
    x += BOX + 14 + pdf.widthOfString(box);
  }
  const shares = task.fields.reduce((sum, { share }) => sum + share, 0);
  const room = left + width - x;
  for (const { label, share } of task.fields) {
    const of = (room * share) / shares;
    writeAt(layout, label, { x, y: base - BOX, width: of - 4 }, LABEL);
    const from = x + pdf.widthOfString(label) + 4;
    pdf
      .lineWidth(0.5)
      .moveTo(from, base)
      .lineTo(x + of - 6, base)
      .stroke(COLORS.muted);
    x += of;
  }
  layout.y = base + 8;
  pdf
    .lineWidth(0.5)
    .moveTo(PAGE.side, layout.y)
    .lineTo(PAGE.side + WIDTH, layout.y)
    .stroke(COLORS.line);
  layout.y += 6;
}
