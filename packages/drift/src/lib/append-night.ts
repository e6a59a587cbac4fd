import { addCombination, addGram, at, dotColumns } from '@verimeter/statistics';
import { type AreaDesign, buildDesign } from './area-design.ts';
import { type AreaSums, MAX_BLOCKS, noiseShape } from './area-evidence.ts';
import { type AreaIntervals, formIntervals, meterOf, sumOfSteps } from './area-intervals.ts';
import {
  CARRIED,
  goOnWhitening,
  innovationWeights,
  type NoiseShape,
  whitenInto,
} from './balance-noise.ts';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { DAY_US, type FrozenArea, membershipOf } from './frozen-area.ts';
import { checkOf, watchMeter } from './meter-checks.ts';

/** Time before the new readings that their columns need: neighbours, and the run-in of the smoothing of registers. */
export const CONTEXT_US: number = 6 * 3600e6;
/** Mean square of the innovations of a night beyond which it is not the noise that the filter was found from. */
const STRANGE_NOISE = 2;

/** Why an area needs a full analysis before it can go on. */
export type NightRefusal = 'members' | 'stopped' | 'columns' | 'noise';

export type AppendedNight =
  | { readonly kind: 'appended'; readonly area: FrozenArea }
  | { readonly kind: 'refused'; readonly reason: NightRefusal };

const refused = (reason: NightRefusal): AppendedNight => ({ kind: 'refused', reason });

/**
 * Goes on with the readings after the last interval: columns in the units and with the slopes of the full analysis, its noise
 * filter. `input`: meters of the area, from CONTEXT_US before the end of the last interval on.
 */
export function appendNight(frozen: FrozenArea, input: FleetInput, area: AreaInput): AppendedNight {
  if (membershipOf(input, area) !== frozen.membership) return refused('members');
  const indexOf = new Map(input.meters.map(({ deviceId }, index) => [deviceId, index]));
  const indices = (ids: readonly string[]): number[] => ids.map((id) => indexOf.get(id) ?? -1);
  const joined = indices(frozen.joined);
  if (joined.includes(-1)) return refused('members');
  const seen = new Map(
    area.members.map(({ meter }) => {
      const series = meterOf(input, meter);
      const before = frozen.seen.get(series.deviceId);
      if (before === undefined) throw new RangeError(`no register of ${series.deviceId} so far`);
      return [series.deviceId, watchMeter(before, input, series, area.asOfUs)];
    }),
  );
  if ([...seen.values()].some((check) => checkOf(check, input.grid).stoppedAt !== undefined))
    return refused('stopped');
  const quantumOf = new Map(indices(frozen.consumers).map((meter, i) => [meter, frozen.quanta[i]]));
  const window = formIntervals(
    input,
    area,
    new Set(indices(frozen.excluded)),
    joined,
    (meter) => quantumOf.get(meter) ?? 0,
  );
  const { startUs, stepUs } = input.grid;
  const instant = (k: number): number => startUs + k * stepUs;
  let first = 0;
  while (first < window.count && instant(at(window.from, first)) < frozen.untilUs) first++;
  if (first === window.count) return { kind: 'appended', area: { ...frozen, seen } };
  if (window.consumers.some(({ countsFrom }) => countsFrom > 0)) return refused('members');
  const intervals = onDaysOf(frozen, input, window);
  const design = buildDesign(input, intervals, {
    technicalLoss: area.technicalLoss,
    useVoltages: true,
    knownLoss: area.knownLoss && sumOfSteps(area.knownLoss, intervals),
    stoppedAt: new Map(),
    units: frozen.units,
  });
  const grown = withWander(frozen, design.wanderCount, design);
  if (design.columns.length + frozen.ended !== grown.sums.p) return refused('columns');
  const shape = shapeFrom(noiseShape(design, { units: frozen.noiseUnits }), first);
  if (instant(at(window.from, first)) !== frozen.untilUs) shape.broken[0] = 1;
  const rows = whitenRows(grown, design, { shape, first });
  if (rows.meanSquare > STRANGE_NOISE) return refused('noise');
  return {
    kind: 'appended',
    area: {
      ...grown,
      filter: { ...grown.filter, end: rows.end },
      carry: rows.carry,
      untilUs: instant(at(window.to, window.count - 1)),
      ...withinBlocks(addRows(grown.sums, rows, intervals.day.subarray(first)), grown.drifts),
      seen,
    },
  };
}

/** Days are counted from the first one of the area's evidence. */
function onDaysOf(frozen: FrozenArea, { grid }: FleetInput, window: AreaIntervals): AreaIntervals {
  const start = Math.floor((grid.startUs + at(window.from, 0) * grid.stepUs) / DAY_US);
  const before = start - frozen.firstDayUs / DAY_US;
  return { ...window, day: window.day.map((day) => day + before), days: window.days + before };
}

/** A new pair of days has a column of its own: the columns behind it move. */
function withWander(frozen: FrozenArea, count: number, design: AreaDesign): FrozenArea {
  const more = count - frozen.wander.count;
  if (more <= 0) return frozen;
  const { sums } = frozen;
  const { p, blocks } = sums;
  const { n } = sums.design;
  const size = p + more;
  const split = frozen.wander.at + frozen.wander.count;
  const rowsOf = (rows: Float64Array, height: number, width = 1): Float64Array => {
    const out = new Float64Array(height * size * width);
    for (let r = 0; r < height; r++) {
      const from = r * p * width;
      const to = r * size * width;
      out.set(rows.subarray(from, from + split * width), to);
      out.set(rows.subarray(from + split * width, from + p * width), to + (split + more) * width);
    }
    return out;
  };
  const wide = rowsOf(sums.gram, p);
  const gram = new Float64Array(size * size);
  gram.set(wide.subarray(0, split * size));
  gram.set(wide.subarray(split * size), (split + more) * size);
  const carry = new Float64Array((size + 1) * CARRIED);
  carry.set(rowsOf(frozen.carry.subarray(0, p * CARRIED), 1, CARRIED));
  carry.set(frozen.carry.subarray(p * CARRIED), size * CARRIED);
  const priorSd = rowsOf(sums.design.priorSd, 1);
  const priorMean = rowsOf(sums.design.priorMean, 1);
  for (let j = split; j < split + more; j++) {
    priorSd[j] = at(design.priorSd, j);
    priorMean[j] = at(design.priorMean, j);
  }
  return {
    ...frozen,
    wander: { at: frozen.wander.at, count },
    coefficients: rowsOf(frozen.coefficients, 1),
    carry,
    sums: {
      ...sums,
      design: { ...sums.design, priorSd, priorMean },
      p: size,
      gram,
      moment: rowsOf(sums.moment, 1),
      blockRows: rowsOf(sums.blockRows, blocks * n),
      blockMoments: rowsOf(sums.blockMoments, blocks),
    },
  };
}

function shapeFrom(shape: NoiseShape, first: number): NoiseShape {
  return {
    logScale: shape.logScale.subarray(first),
    length: shape.length.subarray(first),
    extra: shape.extra.subarray(first),
    broken: shape.broken.subarray(first),
  };
}

interface WhitenedRows {
  readonly whitened: readonly Float64Array[];
  readonly target: Float64Array;
  readonly carry: Float64Array;
  readonly end: FrozenArea['filter']['end'];
  /** Of the innovations, outliers weighted down. */
  readonly meanSquare: number;
}

function whitenRows(
  frozen: FrozenArea,
  design: AreaDesign,
  part: { readonly shape: NoiseShape; readonly first: number },
): WhitenedRows {
  const { first, shape } = part;
  const count = shape.logScale.length;
  const filter = goOnWhitening(frozen.filter, shape);
  const carry = frozen.carry.slice();
  const { p } = frozen.sums;
  const ended = new Float64Array(count);
  const rowsOf = (series: Float64Array | undefined, j: number): Float64Array => {
    const out = new Float64Array(count);
    whitenInto(out, filter, series?.subarray(first) ?? ended, { values: carry, at: j * CARRIED });
    return out;
  };
  const whitened = Array.from({ length: p }, (_, j) => rowsOf(design.columns[j], j));
  const target = rowsOf(design.balance, p);
  const rest = target.slice();
  addCombination(
    rest,
    whitened,
    frozen.coefficients.map((value) => -value),
  );
  const weight = innovationWeights(rest, frozen.filter.scale);
  let squares = 0;
  for (const series of [...whitened, target])
    for (let t = 0; t < count; t++) series[t] = (series[t] as number) * (weight[t] as number);
  for (let t = 0; t < count; t++) squares += (at(rest, t) * at(weight, t)) ** 2;
  return { whitened, target, carry, end: filter.end, meanSquare: squares / count };
}

/** `day`: of each row, counted from the first day of the sums. */
function addRows(sums: AreaSums, rows: WhitenedRows, day: Int32Array): AreaSums {
  const { p, daysPerBlock } = sums;
  const { n } = sums.design;
  const { whitened, target } = rows;
  const blocks = Math.max(sums.blocks, Math.floor(at(day, day.length - 1) / daysPerBlock) + 1);
  const gram = sums.gram.slice();
  const moment = sums.moment.slice();
  const blockRows = new Float64Array(blocks * n * p);
  blockRows.set(sums.blockRows);
  const blockMoments = new Float64Array(blocks * p);
  blockMoments.set(sums.blockMoments);
  const part = new Float64Array(p * p);
  const h = new Float64Array(p);
  let from = 0;
  while (from < day.length) {
    const block = Math.floor(at(day, from) / daysPerBlock);
    let to = from;
    while (to < day.length && Math.floor(at(day, to) / daysPerBlock) === block) to++;
    part.fill(0);
    addGram(part, whitened, from, to);
    dotColumns(h, whitened, target, { from, to });
    for (let i = 0; i < p; i++) {
      moment[i] = at(moment, i) + at(h, i);
      blockMoments[block * p + i] = at(blockMoments, block * p + i) + at(h, i);
      for (let j = 0; j <= i; j++) {
        const value = part[i * p + j] as number;
        gram[i * p + j] = (gram[i * p + j] as number) + value;
        if (j < i) gram[j * p + i] = (gram[j * p + i] as number) + value;
        if (i < n) addTo(blockRows, (block * n + i) * p + j, value);
        if (j < n && j < i) addTo(blockRows, (block * n + j) * p + i, value);
      }
    }
    from = to;
  }
  const days = Math.max(sums.days, at(day, day.length - 1) + 1);
  return { ...sums, blocks, days, gram, moment, blockRows, blockMoments };
}

function addTo(values: Float64Array, k: number, value: number): void {
  values[k] = (values[k] as number) + value;
}

/** A drift goes on as it was in the last block. Where there are too many blocks, two become one. */
function withinBlocks(
  sums: AreaSums,
  before: FrozenArea['drifts'],
): Pick<FrozenArea, 'sums' | 'drifts'> {
  const { blocks } = sums;
  const drifts = before.map(({ consumer, shape }) => ({
    consumer,
    shape: Float64Array.from({ length: blocks }, (_, d) =>
      at(shape, Math.min(d, shape.length - 1)),
    ),
  }));
  if (blocks <= MAX_BLOCKS) return { sums, drifts };
  const fewer = Math.ceil(blocks / 2);
  const halved = (values: Float64Array): Float64Array => {
    const width = values.length / blocks;
    const out = new Float64Array(fewer * width);
    for (let k = 0; k < values.length; k++)
      addTo(out, Math.floor(Math.floor(k / width) / 2) * width + (k % width), at(values, k));
    return out;
  };
  return {
    sums: {
      ...sums,
      blocks: fewer,
      daysPerBlock: 2 * sums.daysPerBlock,
      blockRows: halved(sums.blockRows),
      blockMoments: halved(sums.blockMoments),
    },
    drifts: drifts.map(({ consumer, shape }) => ({
      consumer,
      shape: Float64Array.from({ length: fewer }, (_, d) =>
        at(shape, Math.min(2 * d + 1, blocks - 1)),
      ),
    })),
  };
}
