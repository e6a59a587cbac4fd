import { at } from '@verimeter/statistics';
import { DAYS_PER_YEAR, WEEKS_PER_YEAR, weekAt } from './calendar.ts';
import { comparisonSetting, neighbourSetting } from './comparison-setting.ts';
import { type DriftPath, driftPaths } from './drift-paths.ts';
import { DRIFT_PRIOR, usualOnsetsPerYear } from './drift-prior.ts';
import { type LearningStretch, learnWander, usualWander } from './learn-wander.ts';
import { type ComparedStretch, compareAll, type QuantityNetwork } from './quantity-network.ts';
import {
  type Part,
  posteriorAt,
  type StretchEvidence,
  WANDER_FACTORS,
} from './sensor-posterior.ts';
import type { SensorSeries } from './sensor-types.ts';
import type { Stretch } from './stretches.ts';
import { filterWander, type Wander } from './wander-filter.ts';
import { measuredRow, type WeeklyRow } from './weekly-rows.ts';

/** Usual limit of a ratio; wander is measured in it, whatever limit a tenant sets. */
const USUAL_RATIO = 0.2;
const ROUNDS = 3;
/** Beyond this probability a stretch is left out of the blends of others; so many are kept at least. */
const LEFT_OUT_FROM = 0.3;
const LEAST_KEPT = 5;
/** Two elements of one device stray so much less from each other than two devices, before that is learned. */
const PAIR_UNITS = 0.3;
/** So much less strays from a reference at its own place than from others elsewhere, before that is learned: the element alone. */
const OWN_UNITS = 0.4;
/** Probability from which on a reference that seems to drift tells of its neighbours. */
const BELIED_FROM = 0.95;
/** Share of a network's stretches from which no wander is learned, at most. */
const MOST_TRIMMED = 0.25;
/** So many at least of those beside references: there are often one or two, all of which may drift. */
const TRIMMED_BESIDE = 2;
/** Level of today: so many days. */
const LEVEL_DAYS = 30;

interface Known {
  readonly wander: Wander;
  /** That of sensors beside a reference at their own place. */
  readonly ownWander: Wander;
  readonly unit: number;
  readonly onsetsPerYear: number;
  readonly factors: readonly number[];
  readonly pairWander: Wander;
  readonly pathsOf: (weeks: number, offsets: boolean) => readonly DriftPath[];
}

export interface JudgedStretch {
  readonly compared: ComparedStretch;
  readonly stretch: Stretch;
  readonly evidence: StretchEvidence;
  /** First week of the stretch on the calendar. */
  readonly fromWeek: number;
  readonly probabilityDrifted: number;
  readonly probabilityBegun: number;
  /** What the others of its kind stray. */
  readonly wander: Wander;
}

export interface JudgedQuantity {
  readonly network: QuantityNetwork;
  readonly stretches: readonly JudgedStretch[];
}

export interface QuantityVerdict {
  readonly networks: readonly JudgedQuantity[];
  readonly wander: Wander;
  readonly onsetsPerYear: number;
}

/**
 * One quantity over all networks of a tenant. In turns: blends without those that drift, the wander of those that do not, the frequency of
 * drifts, the probability of each.
 *
 * @throws {RangeError} a series defies the model
 */
export function judgeQuantity(networks: readonly QuantityNetwork[]): QuantityVerdict {
  let leftOut: Set<number>[] = networks.map(() => new Set());
  let compared = networks.map((network, n) => compareAll(network, leftOut[n] as Set<number>));
  const usualOnsets = usualOnsetsPerYear(
    networks[0]?.quantity ?? '',
    networks[0]?.comparison ?? 'ratio',
  );
  let onsetsPerYear = usualOnsets;
  const unit = unitOf(networks);
  let wander = usualWander(unit);
  let ownWander = usualWander(OWN_UNITS * unit);
  let judged: JudgedQuantity[] = [];
  const pathsOf = rememberedPaths();
  const pairWander = learnPairs(networks, unit);
  const anchored = new Set<QuantityNetwork>();
  for (let round = 0; round < ROUNDS; round++) {
    const last = round === ROUNDS - 1;
    const known = {
      wander,
      ownWander,
      unit,
      onsetsPerYear,
      factors: last ? WANDER_FACTORS : [1],
      pathsOf,
      pairWander,
    };
    judged = networks.map((network, n): JudgedQuantity => ({
      network,
      stretches: (compared[n] as ComparedStretch[]).map((one) => judgeStretch(network, one, known)),
    }));
    if (last) break;
    const learning = (samePlace: boolean): LearningStretch[] =>
      judged.flatMap((one) => learningStretches(one, samePlace, known));
    wander = learnWander(learning(false), unit, round === 0 ? undefined : wander);
    ownWander = learnWander(learning(true), OWN_UNITS * unit, round === 0 ? undefined : ownWander);
    onsetsPerYear = learnOnsets(judged, usualOnsets);
    for (const { network, stretches } of judged)
      if (stretches.some(isBelied)) anchored.add(network);
    const next = judged.map(({ network, stretches }) =>
      anchored.has(network) ? allSensors(stretches) : leftOutNext(stretches),
    );
    compared = networks.map((network, n) =>
      same(next[n] as Set<number>, leftOut[n] as Set<number>)
        ? (compared[n] as ComparedStretch[])
        : compareAll(network, next[n] as Set<number>),
    );
    leftOut = next;
  }
  return { networks: judged, wander, onsetsPerYear };
}

/** Stretches of one length have the same paths. */
function rememberedPaths(): Known['pathsOf'] {
  const known = new Map<string, readonly DriftPath[]>();
  return (weeks, offsets) => {
    const key = `${weeks} ${offsets}`;
    const paths = known.get(key) ?? driftPaths(weeks, offsets);
    known.set(key, paths);
    return paths;
  };
}

/** How the elements of one device stray from each other, over all devices that have two. */
function learnPairs(networks: readonly QuantityNetwork[], unit: number): Wander {
  const usual = PAIR_UNITS * unit;
  const pairs = networks.flatMap((network) =>
    network.stretches.flatMap((_, stretch) => {
      const rows = network.pairs[stretch];
      return rows === undefined
        ? []
        : [{ rows, setting: neighbourSetting(network, stretch, unit), weight: 1 }];
    }),
  );
  return pairs.length === 0 ? usualWander(usual) : learnWander(pairs, usual);
}

/** A reference that drifts against all sensors: it does not, they do. Nothing but references can be believed then. */
function isBelied({ stretch, probabilityDrifted }: JudgedStretch): boolean {
  return stretch.reference && probabilityDrifted > BELIED_FROM;
}

function allSensors(stretches: readonly JudgedStretch[]): Set<number> {
  return new Set(
    stretches.filter(({ stretch }) => !stretch.reference).map(({ compared }) => compared.stretch),
  );
}

function unitOf(networks: readonly QuantityNetwork[]): number {
  if (networks[0]?.comparison !== 'difference') return USUAL_RATIO;
  return Math.min(...networks.flatMap(({ series }) => series.map(({ limit }) => limit)));
}

function judgeStretch(
  network: QuantityNetwork,
  compared: ComparedStretch,
  known: Known,
): JudgedStretch {
  const stretch = network.stretches[compared.stretch] as Stretch;
  const series = network.series[stretch.series] as SensorSeries;
  const { samePlace } = compared.neighbourhood;
  const setting = comparisonSetting(network, compared, known.unit);
  const wander = samePlace ? known.ownWander : known.wander;
  const { weeks, from } = setting;
  const paths = known.pathsOf(weeks, network.comparison === 'ratio');
  const rows = withMeasured(network, compared.rows, { stretch, series });
  const filtered = known.factors.map((factor) =>
    filterWander(rows, paths, { ...setting, wander: scaled(wander, factor) }),
  );
  const pairRows = network.pairs[compared.stretch];
  const evidence = {
    ...(pairRows === undefined
      ? {}
      : {
          pair: filterWander(pairRows, paths, {
            ...neighbourSetting(network, compared.stretch, known.unit),
            wander: known.pairWander,
          }),
        }),
    weeks,
    paths,
    filtered,
    factors: known.factors,
    sizeUnit: known.unit,
    wander: Math.hypot(wander.short, wander.long),
    levelNow: levelNow(compared),
  };
  const { probabilityDrifted, probabilityBegun } = posteriorAt(
    evidence,
    weeks - 1,
    known.onsetsPerYear,
  );
  // one of them would make the wander and the onsets of all networks not a number
  if (!Number.isFinite(probabilityDrifted))
    throw new RangeError(`${series.quantity} of ${series.deviceId} has no likelihood`);
  return {
    compared,
    stretch,
    evidence,
    fromWeek: from,
    probabilityDrifted,
    probabilityBegun,
    wander,
  };
}

function scaled(wander: Wander, factor: number): Wander {
  return {
    short: wander.short * factor,
    weeks: wander.weeks,
    long: wander.long * factor,
    season: wander.season * factor,
    walk: wander.walk * factor,
  };
}

/** What an authorised body measured counts in the stretch before a restart at that instant if it was found so, else after it. */
function withMeasured(
  { calendar }: QuantityNetwork,
  rows: readonly WeeklyRow[],
  { stretch, series }: { readonly stretch: Stretch; readonly series: SensorSeries },
): readonly WeeklyRow[] {
  const own = (series.measured ?? []).filter(({ atUs, asFound }) =>
    asFound
      ? atUs > stretch.fromUs && atUs <= stretch.toUs
      : atUs >= stretch.fromUs && atUs < stretch.toUs,
  );
  if (own.length === 0) return rows;
  const measured = own.map(({ atUs, error, standardUncertainty }) =>
    measuredRow(weekAt(calendar, atUs), error, standardUncertainty),
  );
  return [...rows, ...measured].toSorted((a, b) => a.week - b.week);
}

/** Level of the whole stretch over that of its last 30 days. */
function levelNow({ days }: ComparedStretch): number {
  const { blend, level } = days;
  let sum = 0;
  let count = 0;
  let last = blend.length - 1;
  while (last >= 0 && !Number.isFinite(at(blend, last))) last--;
  for (let d = Math.max(0, last - LEVEL_DAYS + 1); d <= last; d++)
    if (Number.isFinite(at(blend, d))) {
      sum += at(blend, d);
      count++;
    }
  return count === 0 || !(sum > 0) ? 1 : level / (sum / count);
}

/**
 * Those from whom the wander is learned, of those beside a reference at their place or of the others: all, but the likeliest to drift
 * without their drift, at most a quarter of a network. Without that bound every healthy sensor that strays farther than most would count
 * as a drift, and what is left over would look steadier than it is.
 */
function learningStretches(
  { network, stretches: all }: JudgedQuantity,
  samePlace: boolean,
  { unit, onsetsPerYear }: Known,
): LearningStretch[] {
  const stretches = all.filter(({ compared }) => compared.neighbourhood.samePlace === samePlace);
  const ranked = stretches
    .filter(
      ({ stretch, probabilityDrifted }) => !stretch.reference && probabilityDrifted > LEFT_OUT_FROM,
    )
    .toSorted((a, b) => b.probabilityDrifted - a.probabilityDrifted);
  const most = Math.max(
    samePlace ? TRIMMED_BESIDE : 0,
    Math.floor(stretches.length * MOST_TRIMMED),
  );
  const corrected = new Set(ranked.slice(0, most));
  return stretches.map((one) => ({
    rows: corrected.has(one) ? withoutDrift(one, onsetsPerYear) : one.compared.rows,
    setting: comparisonSetting(network, one.compared, unit),
    weight: 1,
  }));
}

/** The rows of a stretch without the likeliest of its drifts. */
function withoutDrift(
  { compared, evidence, fromWeek }: JudgedStretch,
  onsetsPerYear: number,
): WeeklyRow[] {
  const { parts } = posteriorAt(evidence, evidence.weeks - 1, onsetsPerYear);
  let best: Part | undefined;
  for (const part of parts)
    if (part.path >= 0 && (best === undefined || part.weight > best.weight)) best = part;
  const path = best === undefined ? undefined : evidence.paths[best.path];
  if (best === undefined || path === undefined) return [...compared.rows];
  const { size } = best;
  return compared.rows.map((row) => {
    const drift = size * (path.byWeek[row.week - fromWeek] ?? 0);
    const seen = path.of === 'gain' ? row.gain : row.offset;
    return { ...row, value: row.value - drift * seen };
  });
}

function learnOnsets(judged: readonly JudgedQuantity[], usual: number): number {
  let onsets = usual * DRIFT_PRIOR.worthYears;
  let years = DRIFT_PRIOR.worthYears;
  for (const { stretches } of judged)
    for (const { stretch, evidence, compared, probabilityBegun } of stretches) {
      if (stretch.reference || compared.days.count === 0) continue;
      onsets += probabilityBegun;
      years += Math.min(evidence.weeks / WEEKS_PER_YEAR, compared.days.count / DAYS_PER_YEAR);
    }
  return onsets / years;
}

/** Those that are left out of the blends of others: the likeliest first, as long as enough are kept. */
function leftOutNext(stretches: readonly JudgedStretch[]): Set<number> {
  const candidates = stretches
    .filter(
      ({ stretch, probabilityDrifted }) => !stretch.reference && probabilityDrifted > LEFT_OUT_FROM,
    )
    .toSorted((a, b) => b.probabilityDrifted - a.probabilityDrifted);
  const most = Math.max(0, stretches.length - LEAST_KEPT);
  return new Set(candidates.slice(0, most).map(({ compared }) => compared.stretch));
}

function same(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((k) => b.has(k));
}
