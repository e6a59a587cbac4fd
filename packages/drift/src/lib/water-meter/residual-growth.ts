import { choleskyInPlace, dot, multiplyRows, solveCholeskyInPlace } from '@verimeter/statistics';
import { type BalanceDay, balanceDays } from './balance-days.ts';
import type { QuietNeighbour } from './quiet-neighbours.ts';

/** Days of the balance before the register stood still, at most and at least. */
const MOST_BEFORE = 60;
const LEAST_BEFORE = 14;
/** What is expected of a neighbour that stands still, before the balance is asked: absent or stopped. */
const NEIGHBOUR = { mean: 0.5, sd: 1 };
/** Days that follow each other resemble each other: so much of what each says is new. */
const NEW_PER_DAY = 0.7;
/** How far a home's own days differ from its usual day, over it. */
const OWN_DAY_SD = 0.7;
/** How far what it uses in weeks differs from its usual use, over it. */
const OWN_LEVEL_SD = 0.25;
/** What the noise of the days before leaves out: in its own measure, and in shares of the home. */
const STRAY = 1.3;
const LEAST_ERROR = 0.15;
/** Probability that something else happened in the district meanwhile, and how far that reaches in shares of the home. */
const SOMETHING_ELSE = 0.15;
const ELSEWHERE = 2;

/** What of a home's usual use shows in the balance of its district while its register stands still. */
export interface ResidualGrowth {
  /** Share of the usual use (1: all of it is missing in the sum), and its standard error. */
  readonly share: number;
  readonly shareSe: number;
  /** Log of how much likelier that is with a stopped meter than with an empty home. */
  readonly evidence: number;
}

/**
 * Supply less the sum of the consumers in each interval, m3, against the shape of the home's usual day, by generalised least squares over whole
 * days together with the other homes that stand still. Leakage and what else nobody meters keep their own shape, so that only what has
 * come since counts. Undefined where it cannot tell.
 */
export function residualGrowth(
  residual: Float64Array,
  own: QuietNeighbour,
  to: number,
  neighbours: readonly QuietNeighbour[],
): ResidualGrowth | undefined {
  const usual = turned(own.usual, own.from);
  const cut = { from: own.from, to, mostBefore: MOST_BEFORE, leastBefore: LEAST_BEFORE };
  const balance = balanceDays(residual, cut, usual);
  if (balance === undefined) return undefined;
  const { days, weights } = balance;
  const others = neighbours.filter(({ deviceId, from }) => deviceId !== own.deviceId && from < to);
  const columns = [
    columnOf(own, usual, { days, weights }),
    ...others.map((home) => columnOf(home, turned(home.usual, own.from), { days, weights })),
  ];
  const fit = fitShares(days, columns);
  if (fit === undefined) return undefined;
  const share = fit.means[0] ?? NaN;
  const after = days.filter(({ isBefore }) => !isBefore).length;
  const error = Math.hypot(
    STRAY * Math.max(fit.sd, stretchError(days, columns, fit.means, after)),
    LEAST_ERROR,
  );
  if (!(error > 0)) return undefined;
  const elsewhere = SOMETHING_ELSE * normalDensity(share, 0, ELSEWHERE + 5 * error);
  const either = (centre: number, sd: number): number =>
    (1 - SOMETHING_ELSE) * normalDensity(share, centre, sd) + elsewhere;
  const stoppedSd = Math.hypot(error, OWN_DAY_SD / Math.sqrt(after), OWN_LEVEL_SD);
  return { share, shareSe: error, evidence: Math.log(either(1, stoppedSd) / either(0, error)) };
}

/** A home's usual day, and on which days it counts: less the part of the days before on which it did already. */
interface Column {
  readonly shape: Float64Array;
  /** W s, and s' W s. */
  readonly weighted: Float64Array;
  readonly active: Float64Array;
}

function columnOf(
  { from }: QuietNeighbour,
  shape: Float64Array,
  { days, weights }: { readonly days: readonly BalanceDay[]; readonly weights: Float64Array },
): Column {
  const weighted = new Float64Array(shape.length);
  multiplyRows(weighted, weights, shape);
  const active = Float64Array.from(days, ({ start }) => (start >= from ? 1 : 0));
  const before = active.filter((_, d) => days[d]?.isBefore === true);
  const already = before.reduce((a, b) => a + b, 0) / before.length;
  return { shape, weighted, active: active.map((value) => value - already) };
}

/** Shares of all homes at once; the first one with nothing expected of it. */
function fitShares(
  days: readonly BalanceDay[],
  columns: readonly Column[],
): { readonly means: Float64Array; readonly sd: number } | undefined {
  const n = columns.length;
  const matrix = new Float64Array(n * n);
  const right = new Float64Array(n);
  columns.forEach((a, i) => {
    columns.forEach((b, j) => {
      matrix[i * n + j] = NEW_PER_DAY * dot(a.weighted, b.shape) * dot(a.active, b.active);
    });
    days.forEach(({ excess }, d) => {
      right[i] =
        (right[i] as number) + NEW_PER_DAY * (a.active[d] as number) * dot(a.weighted, excess);
    });
    if (i === 0) return;
    matrix[i * n + i] = (matrix[i * n + i] as number) + NEIGHBOUR.sd ** -2;
    right[i] = (right[i] as number) + NEIGHBOUR.mean / NEIGHBOUR.sd ** 2;
  });
  if (choleskyInPlace(matrix, n) === undefined) return undefined;
  solveCholeskyInPlace(matrix, n, right);
  const unit = new Float64Array(n);
  unit[0] = 1;
  solveCholeskyInPlace(matrix, n, unit);
  return { means: right, sd: Math.sqrt(unit[0] ?? NaN) };
}

/** Standard error of the own share by how far stretches of so many days before strayed by themselves. */
function stretchError(
  days: readonly BalanceDay[],
  columns: readonly Column[],
  shares: Float64Array,
  length: number,
): number {
  const [own] = columns;
  if (own === undefined) return NaN;
  const power = dot(own.weighted, own.shape);
  const strays = days.flatMap(({ isBefore, excess }, d) => {
    if (!isBefore) return [];
    const fitted = columns.reduce(
      (sum, { shape, active }, j) =>
        sum + (shares[j] as number) * (active[d] as number) * dot(own.weighted, shape),
      0,
    );
    return [(dot(own.weighted, excess) - fitted) / power];
  });
  const stretch = Math.max(1, Math.min(length, Math.floor(strays.length / 4)));
  let squares = 0;
  let count = 0;
  for (let from = 0; from + stretch <= strays.length; from += stretch) {
    const part = strays.slice(from, from + stretch);
    squares += (part.reduce((a, b) => a + b, 0) / stretch) ** 2;
    count++;
  }
  return Math.sqrt((squares / count) * (stretch / length));
}

/** The intervals of a day in the order that begins after a grid point. */
function turned(usual: Float64Array, from: number): Float64Array {
  return usual.map((_, h) => usual[(from + 1 + h) % usual.length] as number);
}

function normalDensity(x: number, centre: number, sd: number): number {
  return Math.exp(-0.5 * ((x - centre) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
}
