import { at } from '@verimeter/statistics';
import { type BalanceWatch, type PreparedArea, prepareArea, refusedArea } from './area-analysis.ts';
import { type AreaSums, gatherEvidence } from './area-evidence.ts';
import type { ActiveDrift } from './area-posterior.ts';
import {
  isResolvable,
  type JudgedConsumer,
  type SearchedArea,
  searchDrifts,
} from './drift-search.ts';
import { profilesOf, type Profile } from './drift-profiles.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { type FleetPrior, type JudgedMeter, type LotEvidence, priorOf } from './fleet-prior.ts';
import { areaLots, lotEvidence } from './lot-shifts.ts';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { blockUnrest, varianceInflations } from './sandwich.ts';

/** An area between the rounds in which its meters are judged. */
export interface AreaState {
  prepared: PreparedArea;
  readonly profiles: readonly Profile[];
  judged: readonly JudgedConsumer[];
  actives: readonly ActiveDrift[];
  inflation: Float64Array;
  /** Drifts beside which the noise was described. */
  noiseBeside: readonly ActiveDrift[];
  /** Variance of each block over what the noise model says. */
  unrest: Float64Array;
}

/** What the fleet learns from an area: listed consumers whose load says anything, and their lots. */
export interface JudgedArea {
  readonly meters: readonly JudgedMeter[];
  readonly lots: LotEvidence;
}

/** Meters of the consumers that are judged, in the order of the evidence. */
export function consumersOf({ prepared }: AreaState): number[] {
  return prepared.evidence?.design.intervals.consumers.map(({ meter }) => meter) ?? [];
}

/** The area after its gates, nobody judged yet. */
export function openArea(
  input: FleetInput,
  area: AreaInput,
  facts: FleetFacts,
  watch?: BalanceWatch,
): AreaState {
  const prepared = orRefused(area, () =>
    prepareArea(input, area, { ...facts, ...(watch === undefined ? {} : { watch }) }),
  );
  return {
    prepared,
    profiles: profilesOf(prepared.evidence?.blocks ?? 1),
    judged: [],
    actives: [],
    inflation: new Float64Array(prepared.evidence?.design.n ?? 0).fill(1),
    noiseBeside: [],
    unrest: new Float64Array(),
  };
}

function sameDrifts(a: readonly ActiveDrift[], b: readonly ActiveDrift[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ consumer, profile }, k) => consumer === b[k]?.consumer && profile === b[k].profile)
  );
}

/** An area whose numbers defy the model - twin loads to the last digit, no load at all - is refused; the others go on. */
function orRefused(area: AreaInput, prepare: () => PreparedArea): PreparedArea {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refusedArea(area, 'incomplete', [
      { code: 'not_estimable', values: { reason: error.message } },
    ]);
  }
}

/** Consumers of an area with what is to be known of each. */
export interface Judging {
  readonly groupId: string;
  readonly evidence: AreaSums;
  /** Meters of the consumers. */
  readonly meters: readonly number[];
  /** Those that are in no list: they teach nothing of their lot. */
  readonly joined: ReadonlySet<number>;
  readonly profiles: readonly Profile[];
  readonly start: readonly ActiveDrift[];
  readonly inflation: Float64Array;
}

export interface Judged {
  readonly found: SearchedArea;
  /** What the fleet learns from. */
  readonly learn: () => JudgedArea;
}

/** Judges the consumers of an area with the fleet's priors. */
export function judgeConsumers(input: FleetInput, area: Judging, prior: FleetPrior): Judged {
  const { evidence, meters, joined } = area;
  const lots = meters.map((meter) => input.meters[meter]?.lot ?? '');
  const own = areaLots(
    lots.map((lot, i) =>
      joined.has(meters[i] ?? -1) || !isResolvable(evidence, i) ? undefined : lot,
    ),
    prior,
  );
  const found = searchDrifts(evidence, area.profiles, {
    priors: lots.map((lot) => priorOf(prior, lot)),
    start: area.start,
    inflation: area.inflation,
    biasScale: prior.biasScales.get(area.groupId) ?? 1,
    lots: own.shifts,
  });
  const learn = (): JudgedArea => ({
    meters: own.names.flatMap((lot, k) =>
      (own.shifts.members[k] ?? []).map((i): JudgedMeter => {
        const { level, posterior } = found.judged[i] as JudgedConsumer;
        const { mean, variance } = level;
        return {
          lot,
          area: area.groupId,
          healthy: 1 - posterior.probabilityDrifted,
          deviation: mean - priorOf(prior, lot).lotMean,
          variance,
          bias: at(evidence.design.betaBiasSd, i),
          bayesFactors: posterior.bayesFactors,
        };
      }),
    ),
    lots: lotEvidence(found.posterior(), own, prior, area.groupId),
  });
  return { found, learn };
}

/**
 * Judges the consumers of an area with the fleet's priors, and describes the noise again beside the drifts found. What it returns tells, when it is
 * asked, what the fleet learns from: listed consumers whose load says anything.
 */
export function judgeArea(
  input: FleetInput,
  state: AreaState,
  round: { readonly prior: FleetPrior; readonly first: boolean; readonly last: boolean },
): (() => JudgedArea) | undefined {
  const { evidence } = state.prepared;
  if (evidence === undefined) return undefined;
  const { found, learn } = judgeConsumers(
    input,
    {
      groupId: state.prepared.area.groupId,
      evidence,
      meters: consumersOf(state),
      joined: new Set(state.prepared.candidates.map((candidate) => candidate.meter)),
      profiles: state.profiles,
      start: state.actives,
      inflation: state.inflation,
    },
    round.prior,
  );
  state.judged = found.judged;
  state.actives = found.actives;
  const restless = round.first ? blockUnrest(found.judged, state.profiles) : state.unrest;
  if (!round.last && (round.first || !sameDrifts(state.noiseBeside, found.actives))) {
    const drifts = found.actives.map(({ consumer, profile }) => ({
      consumer,
      shape: profile.shape,
    }));
    state.noiseBeside = found.actives;
    state.prepared = {
      ...state.prepared,
      evidence: gatherEvidence(evidence.design, drifts, restless),
    };
  }
  state.unrest = restless;
  if (!round.first && !round.last)
    state.inflation = varianceInflations(found.judged, state.profiles);
  return learn;
}
