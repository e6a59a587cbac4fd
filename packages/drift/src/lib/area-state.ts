import { type PreparedArea, prepareArea } from './area-analysis.ts';
import { gatherEvidence } from './area-evidence.ts';
import type { ActiveDrift } from './area-posterior.ts';
import { isResolvable, type JudgedConsumer, searchDrifts } from './drift-search.ts';
import { driftProfiles, type Profile } from './error-path.ts';
import type { FleetFacts } from './fleet-facts.ts';
import { initialPrior, type JudgedMeter, type LotPrior } from './fleet-prior.ts';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { varianceInflation } from './sandwich.ts';

/** An area between the rounds in which its meters are judged. */
export interface AreaState {
  prepared: PreparedArea;
  readonly profiles: readonly Profile[];
  judged: readonly JudgedConsumer[];
  actives: readonly ActiveDrift[];
  inflation: Float64Array;
}

/** The area after its gates, nobody judged yet. */
export function openArea(input: FleetInput, area: AreaInput, facts: FleetFacts): AreaState {
  const prepared = prepareArea(input, area, facts);
  return {
    prepared,
    profiles: driftProfiles(prepared.evidence?.blocks ?? 1),
    judged: [],
    actives: [],
    inflation: new Float64Array(prepared.evidence?.design.n ?? 0).fill(1),
  };
}

/**
 * Judges the consumers of an area with the fleet's priors, and describes the noise again beside the drifts found. Returns
 * what the fleet learns from: listed consumers whose load says anything.
 */
export function judgeArea(
  input: FleetInput,
  state: AreaState,
  round: {
    readonly priors: ReadonlyMap<string, LotPrior>;
    readonly first: boolean;
    readonly last: boolean;
  },
): JudgedMeter[] {
  const { evidence } = state.prepared;
  if (evidence === undefined) return [];
  const { consumers } = evidence.design.intervals;
  const lots = consumers.map((consumer) => input.meters[consumer.meter]?.lot ?? '');
  const found = searchDrifts(evidence, state.profiles, {
    priors: lots.map((lot) => round.priors.get(lot) ?? initialPrior()),
    start: state.actives,
    inflation: state.inflation,
  });
  state.judged = found.judged;
  state.actives = found.actives;
  if (!round.last && (round.first || found.actives.length > 0)) {
    const drifts = found.actives.map(({ consumer, profile }) => ({
      consumer,
      shape: profile.shape,
    }));
    state.prepared = { ...state.prepared, evidence: gatherEvidence(evidence.design, drifts) };
  }
  if (round.first)
    state.inflation = Float64Array.from(found.judged, (consumer) =>
      varianceInflation(consumer, state.profiles),
    );
  const joined = new Set(state.prepared.candidates.map((candidate) => candidate.meter));
  return found.judged.flatMap(({ posterior }, i): JudgedMeter[] => {
    if (joined.has(consumers[i]?.meter ?? -1) || !isResolvable(evidence, i)) return [];
    const { probabilityDrifted, healthyMean, healthyVariance } = posterior;
    return [{ lot: lots[i] ?? '', probabilityDrifted, healthyMean, healthyVariance }];
  });
}
