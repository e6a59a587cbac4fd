import { buffer } from 'node:stream/consumers';
import Pdf from 'pdfkit';
import type { Block, DocumentContent, Facts, Signatures } from './document-content.ts';
import { drawTask } from './draw-task.ts';
import { drawCode, drawInterval, drawLines } from './figures.ts';
import { FONTS } from './fonts.ts';
import {
  COLORS,
  flow,
  type Layout,
  newPage,
  PAGE,
  reserve,
  textHeight,
  WIDTH,
  writeAt,
} from './layout.ts';
import { drawTable } from './table.ts';

const NAME = { size: 8.5, color: COLORS.muted } as const;
const VALUE = { size: 9.5 } as const;

/** More lines than this in half of the width, and a value has all of it. */
const NARROW_LINES = 2;

function drawFacts(layout: Layout, { pairs }: Facts): void {
  const gap = 20;
  const column = (WIDTH - gap) / 2;
  const nameWidth = column * 0.42;
  const half = column - nameWidth - 6;
  const line = textHeight(layout, 'x', half, VALUE);
  const isWide = (value: string): boolean =>
    textHeight(layout, value, half, VALUE) > (NARROW_LINES + 0.5) * line;
  const lines: (readonly (readonly [string, string])[])[] = [];
  for (const pair of pairs) {
    const last = lines.at(-1);
    if (last?.length === 1 && ![...last, pair].some(([, value]) => isWide(value)))
      lines[lines.length - 1] = [...last, pair];
    else lines.push([pair]);
  }
  for (const row of lines) {
    const width =
      row.length === 1 && row.some(([, value]) => isWide(value)) ? WIDTH - nameWidth - 6 : half;
    const height = Math.max(
      ...row.map(([name, value]) =>
        Math.max(
          textHeight(layout, name, nameWidth, NAME),
          textHeight(layout, value, width, VALUE),
        ),
      ),
    );
    reserve(layout, height + 4);
    for (const [at, [name, value]] of row.entries()) {
      const x = PAGE.side + at * (column + gap);
      writeAt(layout, name, { x, y: layout.y + 1, width: nameWidth }, NAME);
      writeAt(layout, value, { x: x + nameWidth + 6, y: layout.y, width }, VALUE);
    }
    layout.y += height + 4;
  }
  layout.y += 6;
}

function drawSignatures(layout: Layout, { titles }: Signatures): void {
  const height = 90;
  reserve(layout, height);
  const width = WIDTH / titles.length;
  for (const [k, title] of titles.entries()) {
    const x = PAGE.side + k * width;
    writeAt(layout, title, { x, y: layout.y + 8, width: width - 16 }, { size: 9, align: 'center' });
    layout.pdf
      .lineWidth(0.5)
      .moveTo(x + 12, layout.y + height - 10)
      .lineTo(x + width - 28, layout.y + height - 10)
      .stroke(COLORS.muted);
  }
  layout.y += height;
}

function drawBlock(layout: Layout, block: Block): void {
  switch (block.kind) {
    case 'heading':
      // A heading stays with what follows it.
      reserve(layout, 60);
      layout.y += block.level === 2 ? 8 : 4;
      flow(layout, block.text, { size: block.level === 2 ? 12.5 : 10.5, weight: 'bold' }, 4);
      return;
    case 'paragraph':
      flow(
        layout,
        block.text,
        block.style === 'note'
          ? { size: 8.5, color: COLORS.muted }
          : { weight: block.style === 'strong' ? 'bold' : 'regular' },
        6,
      );
      return;
    case 'facts':
      drawFacts(layout, block);
      return;
    case 'table':
      drawTable(layout, block);
      return;
    case 'interval':
      drawInterval(layout, block);
      return;
    case 'lines':
      drawLines(layout, block);
      return;
    case 'code':
      drawCode(layout, block);
      return;
    case 'signatures':
      drawSignatures(layout, block);
      return;
    case 'task':
      drawTask(layout, block);
      return;
    case 'page_break':
      newPage(layout);
      return;
    default:
      block satisfies never;
  }
}

/** Head and foot of every page, once it is known how many there are. */
function drawMargins(layout: Layout, content: DocumentContent): void {
  const { pdf } = layout;
  const { count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    pdf.switchToPage(page);
    const small = { size: 8, color: COLORS.muted } as const;
    writeAt(layout, content.issuer, { x: PAGE.side, y: 34, width: WIDTH / 2 }, small);
    writeAt(
      layout,
      content.title,
      { x: PAGE.side + WIDTH / 2, y: 34, width: WIDTH / 2 },
      { ...small, align: 'right' },
    );
    pdf
      .lineWidth(0.5)
      .moveTo(PAGE.side, 52)
      .lineTo(PAGE.side + WIDTH, 52)
      .stroke(COLORS.line);
    const foot = PAGE.height - 40;
    writeAt(layout, content.reference, { x: PAGE.side, y: foot, width: WIDTH * 0.75 }, small);
    writeAt(
      layout,
      content.pageLabel(page + 1, count),
      { x: PAGE.side + WIDTH * 0.75, y: foot, width: WIDTH * 0.25 },
      { ...small, align: 'right' },
    );
  }
}

/**
 * The document as a PDF file (A4). A pure function of its content: equal contents give equal bytes, so that a document can be made again
 * and compared.
 */
export async function writePdf(content: DocumentContent): Promise<Uint8Array> {
  const pdf = new Pdf({
    size: 'A4',
    // No margin of its own: text near the foot would else begin a page.
    margin: 0,
    bufferPages: true,
    autoFirstPage: false,
    lang: content.language,
    displayTitle: true,
    info: {
      Title: content.title,
      Author: content.issuer,
      Creator: 'Verimeter',
      Producer: 'Verimeter',
      CreationDate: new Date(content.createdAtMs),
      ModDate: new Date(content.createdAtMs),
    },
  });
  const file = buffer(pdf);
  for (const [weight, path] of Object.entries(FONTS)) pdf.registerFont(weight, path);
  const layout: Layout = { pdf, y: PAGE.top };
  newPage(layout);
  flow(layout, content.title, { size: 17, weight: 'bold' }, 2);
  if (content.subtitle !== undefined)
    flow(layout, content.subtitle, { size: 10, color: COLORS.muted }, 6);
  layout.y += 4;
  for (const block of content.blocks) drawBlock(layout, block);
  drawMargins(layout, content);
  pdf.end();
  return file;
}
