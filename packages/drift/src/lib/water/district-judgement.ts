import { at, solveLowerRowsInPlace } from '@verimeter/statistics';
import { openPaths, type PathOf, pathsBeside } from '../area-paths.ts';
import { type ActiveDrift, factorArea, type HealthyPrior } from '../area-posterior.ts';
import { type Profile, profilesOf } from '../drift-profiles.ts';
import { deflate, type JudgedConsumer, levelOf, withBias } from '../drift-search.ts';
import { posteriorOfPath, type TwoGroupPrior } from '../error-path.ts';
import { mixtureMoments } from '../mixture.ts';
import type { DistrictEvidence } from './district-evidence.ts';

const MAX_ROUNDS = 40;
const DAMPING = 0.6;
/** Largest change of a probability in the last round. */
const TOLERANCE = 1e-3;
/** A site of less information than this would make the others' product improper. */
const LEAST_PRECISION = 1 / 0.5 ** 2;
/** An error that changes enters the model of the others above this probability and leaves it below half of it. */
const ENTER = 0.5;
const MAX_PASSES = 12;

export interface JudgedDistrictHomes {
  readonly judged: readonly JudgedConsumer[];
  /** Errors that change within the window, beside which the others were judged. */
  readonly actives: readonly ActiveDrift[];
}

/**
 * Judges each consumer with all others as uncertain as they are: the two-group prior of each is replaced by a normal with which the others'
 * joint posterior has the moments of the mixture (expectation propagation). A drift of 10 % among 60 homes is seen with 2 to 5 standard
 * deviations; whoever is taken for certain to have drifted, or not to have, makes neighbours look surer than they are. Errors that
 * change within the window are no constants: they get a column of their own, one after the other, the most probable first.
 */
export function judgeDistrict(
  evidence: DistrictEvidence,
  priors: readonly TwoGroupPrior[],
  inflation: Float64Array,
  start: readonly ActiveDrift[],
): JudgedDistrictHomes {
  const profiles = profilesOf(evidence.blocks);
  let actives = start;
  let sites = firstSites(evidence, priors);
  for (let pass = 0; ; pass++) {
    sites = propagate(evidence, priors, { inflation, actives, sites });
    const paths = openPaths(evidence, asPriors(sites));
    const judge = (i: number, pathOf: PathOf): JudgedConsumer => {
      const { betaBiasSd, betaWanderSd } = evidence.design;
      const bare = deflate(pathOf(i), at(inflation, i));
      const level = levelOf(bare);
      const path = withBias(bare, { level: at(betaBiasSd, i), wander: at(betaWanderSd, i) });
      return {
        path,
        level,
        posterior: posteriorOfPath(path, profiles, priors[i] as TwoGroupPrior),
      };
    };
    const settled = actives.map((active): ActiveDrift => {
      const { posterior } = judge(active.consumer, pathsBeside(paths, actives));
      const profile = profiles[posterior.best] as Profile;
      return profile.kind === 'constant' ? active : { ...active, profile };
    });
    const pathOf = pathsBeside(paths, settled);
    const judged = priors.map((_, i) => judge(i, pathOf));
    if (pass === MAX_PASSES) return { judged, actives: settled };
    const next = settled.filter(({ consumer }) => changes(judged[consumer], profiles) > ENTER / 2);
    const enter = mostChanging(judged, next, profiles);
    if (enter !== undefined)
      next.push({
        consumer: enter,
        profile: profiles[judged[enter]?.posterior.best ?? 0] as Profile,
      });
    else if (
      next.length === actives.length &&
      next.every(({ profile }, k) => profile === actives[k]?.profile)
    )
      return { judged, actives: next };
    actives = next;
  }
}

/** Probability that the meter has drifted and its error changed within the window. */
function changes(judged: JudgedConsumer | undefined, profiles: readonly Profile[]): number {
  let sum = 0;
  if (judged === undefined || judged.posterior.probabilityDrifted < ENTER / 2) return 0;
  for (const { profile, weight } of judged.posterior.components)
    if (profile >= 0 && profiles[profile]?.kind !== 'constant') sum += weight;
  return sum;
}

/** The consumer not among the known whose error has changed most probably, if any has rather than not. */
function mostChanging(
  judged: readonly JudgedConsumer[],
  known: readonly ActiveDrift[],
  profiles: readonly Profile[],
): number | undefined {
  const inside = new Set(known.map(({ consumer }) => consumer));
  let enter: number | undefined;
  let best = 0;
  judged.forEach((one, i) => {
    const { logBayesFactor, best: profile } = one.posterior;
    if (inside.has(i) || profiles[profile]?.kind === 'constant') return;
    if (changes(one, profiles) < ENTER || (enter !== undefined && logBayesFactor <= best)) return;
    enter = i;
    best = logBayesFactor;
  });
  return enter;
}

/** Normal priors that stand for the two groups of each consumer: precision, and precision times mean. */
interface Sites {
  readonly precision: Float64Array;
  readonly shift: Float64Array;
}

function asPriors({ precision, shift }: Sites): HealthyPrior[] {
  return Array.from(precision, (value, i) => ({
    mean: at(shift, i) / value,
    sd: 1 / Math.sqrt(value),
  }));
}

function firstSites({ design }: DistrictEvidence, priors: readonly TwoGroupPrior[]): Sites {
  const precision = Float64Array.from(priors, ({ lotSd, sizes, drifted }, i) => {
    const slab = sizes.reduce(
      (s, { centre, sd, weight }) => s + weight * (centre ** 2 + sd ** 2),
      0,
    );
    return 1 / (lotSd ** 2 + at(design.betaBiasSd, i) ** 2 + drifted * slab);
  });
  return { precision, shift: precision.map((value, i) => value * (priors[i]?.lotMean ?? 0)) };
}

function propagate(
  evidence: DistrictEvidence,
  priors: readonly TwoGroupPrior[],
  from: {
    readonly inflation: Float64Array;
    readonly actives: readonly ActiveDrift[];
    readonly sites: Sites;
  },
): Sites {
  const { n, betaBiasSd } = evidence.design;
  const constant = profilesOf(1);
  const always = priors.map((prior): TwoGroupPrior => ({ ...prior, kinds: [1, 0, 0] }));
  const precision = from.sites.precision.slice();
  const shift = from.sites.shift.slice();
  // what an active drift changes from is the error of a healthy meter
  const active = new Set(from.actives.map(({ consumer }) => consumer));
  for (const i of active) {
    const { lotSd, lotMean } = priors[i] as TwoGroupPrior;
    precision[i] = 1 / (lotSd ** 2 + at(betaBiasSd, i) ** 2);
    shift[i] = lotMean * at(precision, i);
  }
  const before = new Float64Array(n);
  let units = new Float64Array();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { size, factor, coefficients } = factorArea(
      evidence,
      asPriors({ precision, shift }),
      from.actives,
    );
    if (units.length !== n * size) units = new Float64Array(n * size);
    units.fill(0);
    for (let i = 0; i < n; i++) units[i * size + i] = 1;
    solveLowerRowsInPlace(factor, size, units, n);
    let change = 0;
    for (let i = 0; i < n; i++) {
      if (active.has(i)) continue;
      let variance = 0;
      for (let j = 0; j < size; j++) variance += (units[i * size + j] as number) ** 2;
      const around = Math.max(1 / variance - at(precision, i), 1e-9);
      const centre = at(coefficients, i) / variance - at(shift, i);
      // what the data say of the meter alone, as wide as its path is taken to be
      const wide = at(from.inflation, i);
      const own = withBias(
        {
          blocks: 1,
          information: Float64Array.of(around / wide),
          moment: Float64Array.of(centre / wide),
        },
        { level: at(betaBiasSd, i), wander: 0 },
      );
      const posterior = posteriorOfPath(own, constant, always[i] as TwoGroupPrior);
      const { mean, sd } = mixtureMoments(posterior.components);
      const known = at(own.information, 0);
      const wanted = Math.max(1 / (sd * sd) - known, LEAST_PRECISION);
      // the bias belongs to the meter: the others see level and bias together
      const spread = 1 / wanted + at(betaBiasSd, i) ** 2;
      const site = (mean * (wanted + known) - at(own.moment, 0)) / wanted;
      precision[i] = at(precision, i) + DAMPING * (1 / spread - at(precision, i));
      shift[i] = at(shift, i) + DAMPING * (site / spread - at(shift, i));
      change = Math.max(change, Math.abs(posterior.probabilityDrifted - at(before, i)));
      before[i] = posterior.probabilityDrifted;
    }
    if (change < TOLERANCE) break;
  }
  return { precision, shift };
}
