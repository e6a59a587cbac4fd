import type PdfDocument from 'pdfkit';
import type { Weight } from './fonts.ts';

type Pdf = InstanceType<typeof PdfDocument>;

/** Points (1/72 inch) on A4, 595 x 842. */
export const PAGE = { width: 595.28, height: 841.89, side: 48, top: 70, bottom: 60 } as const;
export const WIDTH: number = PAGE.width - 2 * PAGE.side;
const FLOOR = PAGE.height - PAGE.bottom;

export const COLORS = {
  text: '#16212c',
  muted: '#566472',
  line: '#d5dbe1',
  head: '#f1f4f7',
  accent: '#14598c',
  alert: '#b3261e',
  band: '#e6f4ea',
} as const;

/** A pen on paper: keeps where the next block begins, and begins a page where one does not fit. */
export interface Layout {
  readonly pdf: Pdf;
  y: number;
}

export interface TextStyle {
  readonly size?: number;
  readonly weight?: Weight;
  readonly color?: string;
  readonly align?: 'left' | 'right' | 'center';
}

const LINE_GAP = 1.5;

function use({ pdf }: Layout, { size = 9.5, weight = 'regular', color = COLORS.text }: TextStyle) {
  pdf.font(weight).fontSize(size).fillColor(color);
}

export function textHeight(layout: Layout, text: string, width: number, style: TextStyle): number {
  use(layout, style);
  return layout.pdf.heightOfString(text === '' ? ' ' : text, { width, lineGap: LINE_GAP });
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Writes text at a place; does not move the pen. */
export function writeAt(layout: Layout, text: string, place: Place, style: TextStyle = {}): void {
  use(layout, style);
  layout.pdf.text(text, place.x, place.y, {
    width: place.width,
    align: style.align ?? 'left',
    lineGap: LINE_GAP,
  });
}

/** Begins a page unless so much fits on this one. */
export function reserve(layout: Layout, height: number): void {
  if (layout.y + height > FLOOR && layout.y > PAGE.top) newPage(layout);
}

export function newPage(layout: Layout): void {
  layout.pdf.addPage();
  layout.y = PAGE.top;
}

/** Writes text over the whole width, across pages where it must, and moves the pen below it. */
export function flow(layout: Layout, text: string, style: TextStyle, after: number): void {
  for (const part of text.split('\n')) {
    const height = textHeight(layout, part, WIDTH, style);
    reserve(layout, Math.min(height, FLOOR - PAGE.top));
    writeAt(layout, part, { x: PAGE.side, y: layout.y, width: WIDTH }, style);
    layout.y += height;
  }
  layout.y += after;
}
