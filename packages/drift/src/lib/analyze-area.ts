import { type AreaAnswers, answerArea } from './area-answers.ts';
import { consumersOf, type JudgedArea, judgeArea, openArea } from './area-state.ts';
import { asksForCandidate } from './candidate-search.ts';
import { fleetFacts } from './fleet-facts.ts';
import { EM_ROUNDS } from './fleet-part.ts';
import type { FleetPrior } from './fleet-prior.ts';
import type { FleetInput } from './fleet-types.ts';
import { type FrozenArea, freezeArea } from './frozen-area.ts';

export interface AnalyzedArea {
  readonly answers: AreaAnswers;
  /** Undefined where the area failed its gates. */
  readonly learned: JudgedArea | undefined;
  /** To go on from; undefined where the area cannot. */
  readonly frozen: FrozenArea | undefined;
  /** Whether a meter in no list of the area may explain what its balance leaves over. */
  readonly asks: boolean;
}

/**
 * A full analysis of one area of a fleet with a prior that the fleet taught before. `input`: its meters, the meters that may be
 * unregistered in it, and where else any of them is or was a member.
 */
export function analyzeArea(input: FleetInput, index: number, prior: FleetPrior): AnalyzedArea {
  const area = input.areas[index];
  if (area === undefined) throw new RangeError(`there is no area ${index}`);
  const facts = fleetFacts(input);
  const state = openArea(input, area, facts);
  const asks = asksForCandidate(state.prepared);
  let learn: (() => JudgedArea) | undefined;
  for (let round = 0; round < EM_ROUNDS; round++)
    learn = judgeArea(input, state, {
      prior,
      first: round === 0,
      last: round === EM_ROUNDS - 1,
    });
  const answers = answerArea({ input, facts, prior }, { ...state, consumers: consumersOf(state) });
  return { answers, learned: learn?.(), frozen: freezeArea(input, state, answers), asks };
}
