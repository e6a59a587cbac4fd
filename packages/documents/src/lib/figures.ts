import encodeQr from 'qr';
import type { Code, IntervalFigure, LineFigure } from './document-content.ts';
import { COLORS, flow, type Layout, PAGE, reserve, WIDTH, writeAt } from './layout.ts';

/** Limits to each side of zero on the scale of an interval; what lies farther out is drawn at the end. */
const SPAN = 4;

export function drawInterval(layout: Layout, figure: IntervalFigure): void {
  const height = 26;
  const width = 300;
  reserve(layout, height + 20);
  const { pdf } = layout;
  const left = PAGE.side;
  const top = layout.y;
  const x = (value: number): number =>
    left +
    width / 2 +
    (Math.max(-SPAN, Math.min(SPAN, value / figure.limit)) / SPAN) * (width / 2 - 6);
  const middle = top + height / 2;
  const color = Math.abs(figure.value) > figure.limit ? COLORS.alert : COLORS.accent;
  pdf
    .rect(x(-figure.limit), top + 3, x(figure.limit) - x(-figure.limit), height - 6)
    .fill(COLORS.band);
  pdf
    .lineWidth(0.5)
    .moveTo(left, middle)
    .lineTo(left + width, middle)
    .stroke(COLORS.line);
  pdf
    .dash(2, { space: 2 })
    .moveTo(x(0), top + 3)
    .lineTo(x(0), top + height - 3)
    .stroke(COLORS.muted)
    .undash();
  pdf.lineWidth(1.6).moveTo(x(figure.low), middle).lineTo(x(figure.high), middle).stroke(color);
  for (const end of [figure.low, figure.high])
    pdf
      .moveTo(x(end), middle - 4)
      .lineTo(x(end), middle + 4)
      .stroke(color);
  pdf.circle(x(figure.value), middle, 3.4).fill(color);
  layout.y += height + 2;
  flow(layout, figure.caption, { size: 8.5, color: COLORS.muted }, 8);
}

const LINE_COLORS = [COLORS.accent, COLORS.muted, COLORS.alert] as const;
const TICKS = 4;

/** Round steps: 1, 2 or 5 times a power of ten. */
function niceStep(span: number): number {
  const rough = span / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

export function drawLines(layout: Layout, figure: LineFigure): void {
  const points = figure.series.flatMap((series) =>
    series.points.flatMap(([x, y]) => (y === null ? [] : [[x, y] as const])),
  );
  if (points.length === 0) return;
  const height = 150;
  const axis = 52;
  reserve(layout, height + 50);
  const { pdf } = layout;
  const limits = figure.limit === undefined ? [] : [figure.limit * 1.2, -figure.limit * 1.2];
  const values = [...points.map(([, y]) => y), ...limits];
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const step = niceStep(span === 0 ? Math.abs(low) + 1 : span);
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(bottom + step, Math.ceil((low + span) / step) * step);
  const times = points.map(([x]) => x);
  const from = Math.min(...times);
  const until = Math.max(from + 1, Math.max(...times));
  const left = PAGE.side + axis;
  const right = PAGE.side + WIDTH - 6;
  const ceiling = layout.y + 4;
  const floor = layout.y + height - 16;
  const px = (x: number): number => left + ((x - from) / (until - from)) * (right - left);
  const py = (y: number): number => floor - ((y - bottom) / (top - bottom)) * (floor - ceiling);

  if (figure.limit !== undefined)
    pdf
      .rect(left, py(figure.limit), right - left, py(-figure.limit) - py(figure.limit))
      .fill(COLORS.band);
  for (let k = 0; bottom + k * step <= top + step / 2; k++) {
    const y = bottom + k * step;
    pdf.lineWidth(0.5).moveTo(left, py(y)).lineTo(right, py(y)).stroke(COLORS.line);
    writeAt(
      layout,
      figure.formatY(y),
      { x: PAGE.side, y: py(y) - 5, width: axis - 6 },
      { size: 7.5, color: COLORS.muted, align: 'right' },
    );
  }
  for (let k = 0; k <= TICKS; k++) {
    const x = from + ((until - from) * k) / TICKS;
    writeAt(
      layout,
      figure.formatX(x),
      // The first and the last stay within the figure.
      { x: px(x) - (k === 0 ? 12 : k === TICKS ? 74 : 40), y: floor + 4, width: 80 },
      {
        size: 7.5,
        color: COLORS.muted,
        align: k === 0 ? 'left' : k === TICKS ? 'right' : 'center',
      },
    );
  }
  for (const [k, series] of figure.series.entries()) {
    const color = LINE_COLORS[k % LINE_COLORS.length] ?? COLORS.accent;
    let drawing = false;
    pdf.lineWidth(1.2);
    for (const [x, y] of series.points) {
      if (y === null) {
        drawing = false;
        continue;
      }
      if (drawing) pdf.lineTo(px(x), py(y));
      else pdf.moveTo(px(x), py(y));
      drawing = true;
    }
    pdf.stroke(color);
  }
  layout.y += height + 4;
  let x = left;
  for (const [k, { label }] of figure.series.entries()) {
    const color = LINE_COLORS[k % LINE_COLORS.length] ?? COLORS.accent;
    pdf
      .lineWidth(2)
      .moveTo(x, layout.y + 5)
      .lineTo(x + 12, layout.y + 5)
      .stroke(color);
    writeAt(layout, label, { x: x + 16, y: layout.y, width: 160 }, { size: 8 });
    x += 26 + pdf.widthOfString(label);
  }
  layout.y += 16;
  flow(layout, figure.caption, { size: 8.5, color: COLORS.muted }, 8);
}

/** Modules of quiet that a reader needs around a code (ISO/IEC 18004). */
const QUIET = 4;

/** The modules of a QR code in a square of the page. */
export function drawModules(
  layout: Layout,
  text: string,
  place: { readonly x: number; readonly y: number; readonly side: number },
): void {
  const modules = encodeQr(text, 'raw', { ecc: 'medium', border: QUIET });
  const size = place.side / modules.length;
  for (const [row, line] of modules.entries())
    for (const [column, dark] of line.entries())
      if (dark) layout.pdf.rect(place.x + column * size, place.y + row * size, size, size);
  // All at once: one by one, hair lines would show between them.
  layout.pdf.fill('#000');
}

export function drawCode(layout: Layout, { text, label }: Code): void {
  const side = 84;
  reserve(layout, side + 8);
  drawModules(layout, text, { x: PAGE.side, y: layout.y, side });
  writeAt(
    layout,
    label,
    { x: PAGE.side + side + 12, y: layout.y + 10, width: WIDTH - side - 12 },
    { size: 9 },
  );
  layout.y += side + 8;
}
