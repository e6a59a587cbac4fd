import type { InstrumentCategory } from './cycle-rule.ts';

/** One test point of a verification; errors are ratios. */
export interface TestPoint {
  readonly testPoint: string;
  readonly error?: number;
  readonly expandedUncertainty?: number;
  /** Default 2. */
  readonly coverageFactor?: number;
  readonly limit?: number;
  readonly pass?: boolean;
  /** Ratio of the base or rated current. */
  readonly load?: number;
  readonly powerFactor?: number;
  /** m3/h. */
  readonly flow?: number;
}

const number = (text: string | undefined): number | undefined =>
  text === undefined || text === '' ? undefined : Number(text.replace(',', '.'));

const CURRENT = /(?:(\d+(?:[.,]\d+)?)\s*(%)?\s*[·x*]?\s*)?I\s*_?(?:b|n|ref|r)\b/i;

/** The current of a point as a ratio of the base or rated one, as its name tells it: `0.1 Ib`, `10 % In`, `Ib`. */
export function loadOf({ load, testPoint }: TestPoint): number | undefined {
  if (load !== undefined) return load;
  const match = CURRENT.exec(testPoint);
  if (match === null) return undefined;
  return (number(match[1]) ?? 1) / (match[2] === undefined ? 1 : 100);
}

const POWER_FACTOR = /(?:cos\s*(?:φ|ϕ|phi)?|PF)\s*=?\s*(\d+(?:[.,]\d+)?)/i;

/** Power factor of a point; 1 where its name tells none. */
export function powerFactorOf({ powerFactor, testPoint }: TestPoint): number {
  return powerFactor ?? number(POWER_FACTOR.exec(testPoint)?.[1]) ?? 1;
}

const FLOW = /Q\s*_?([1-4])/i;

/** Where a point lies among those of a water meter, for putting them in order: flow in m3/h, else the number of Q1 to Q4. */
export function flowRankOf({ flow, testPoint }: TestPoint): number | undefined {
  return flow ?? number(FLOW.exec(testPoint)?.[1]);
}

export type WeightedErrorMethod = 'ansi_c12_1' | 'flows_15_70_15' | 'mean';

/** One error of several test points. */
export interface WeightedError {
  readonly error: number;
  /** Undefined: one of the points tells no uncertainty. */
  readonly standardUncertainty?: number;
  readonly method: WeightedErrorMethod;
  readonly points: readonly { readonly testPoint: string; readonly weight: number }[];
}

interface Measured extends TestPoint {
  readonly error: number;
}
interface Weighted {
  readonly point: Measured;
  readonly weight: number;
}

const isMeasured = (point: TestPoint): point is Measured => point.error !== undefined;

/** Standard uncertainty of a point. */
const uncertaintyOf = ({ expandedUncertainty, coverageFactor }: TestPoint): number | undefined =>
  expandedUncertainty === undefined ? undefined : expandedUncertainty / (coverageFactor ?? 2);

const nearest = (
  points: readonly Measured[],
  load: number,
  [least, most]: readonly [number, number],
): Measured | undefined =>
  points
    .map((point) => ({ point, at: loadOf(point) ?? 0 }))
    .filter(({ at }) => at >= least && at <= most)
    .toSorted(
      (left, right) => Math.abs(Math.log(left.at / load)) - Math.abs(Math.log(right.at / load)),
    )
    .at(0)?.point;

/** Average registration of ANSI C12.1: four parts full load and one part light load (10 %), at power factor 1. */
function electricity(points: readonly Measured[]): readonly Weighted[] | undefined {
  const resistive = points.filter((point) => powerFactorOf(point) === 1);
  const full = nearest(resistive, 1, [0.5, 2]);
  const light = nearest(resistive, 0.1, [0.03, 0.25]);
  if (full === undefined || light === undefined) return undefined;
  return [
    { point: full, weight: 0.8 },
    { point: light, weight: 0.2 },
  ];
}

/**
 * Flows of homes as American utilities weigh them: 15 % low, 70 % middle, 15 % high. Which point is which is told by the order of their flows; of more
 * than three the ones between share the 70 %.
 */
function water(points: readonly Measured[]): readonly Weighted[] | undefined {
  const ranked = points.flatMap((point) => {
    const rank = flowRankOf(point);
    return rank === undefined ? [] : [{ point, rank }];
  });
  if (ranked.length < 3 || ranked.length < points.length) return undefined;
  const ordered = ranked.toSorted((left, right) => left.rank - right.rank);
  const between = 0.7 / (ordered.length - 2);
  return ordered.map(({ point }, index) => ({
    point,
    weight: index === 0 || index === ordered.length - 1 ? 0.15 : between,
  }));
}

function weighted(parts: readonly Weighted[], method: WeightedErrorMethod): WeightedError {
  const error = parts.reduce((sum, { point, weight }) => sum + weight * point.error, 0);
  // The points share the standard that they were measured with.
  let shared: number | undefined = 0;
  for (const { point, weight } of parts) {
    const uncertainty = uncertaintyOf(point);
    shared =
      shared === undefined || uncertainty === undefined ? undefined : shared + weight * uncertainty;
  }
  // Of a plain mean nobody knows at which loads the meter works, so the scatter of its points is uncertainty.
  const n = parts.length;
  const scatter =
    method !== 'mean' || n === 1
      ? 0
      : parts.reduce((sum, { point }) => sum + (point.error - error) ** 2, 0) / (n - 1) / n;
  return {
    error,
    ...(shared === undefined
      ? {}
      : { standardUncertainty: Math.hypot(shared, Math.sqrt(scatter)) }),
    method,
    points: parts.map(({ point, weight }) => ({ testPoint: point.testPoint, weight })),
  };
}

/**
 * The error of a meter over the loads it works at, from its test points: electricity by ANSI C12.1, water by the flows of homes,
 * and the plain mean where the points for that are not there or the category has no rule. Undefined: no point tells an error.
 */
export function weightedError(
  points: readonly TestPoint[],
  category?: InstrumentCategory,
): WeightedError | undefined {
  const measured = points.filter(isMeasured);
  if (measured.length === 0) return undefined;
  const byLoad = category === 'electricity_meter' ? electricity(measured) : undefined;
  if (byLoad !== undefined) return weighted(byLoad, 'ansi_c12_1');
  const byFlow = category === 'water_meter' ? water(measured) : undefined;
  if (byFlow !== undefined) return weighted(byFlow, 'flows_15_70_15');
  return weighted(
    measured.map((point) => ({ point, weight: 1 / measured.length })),
    'mean',
  );
}
