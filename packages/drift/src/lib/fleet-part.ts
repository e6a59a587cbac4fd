import { type AreaAnswers, answerArea } from './area-answers.ts';
import { consumersOf, type JudgedArea, judgeArea, openArea } from './area-state.ts';
import { fleetFacts } from './fleet-facts.ts';
import { type FleetPrior, learnPriors } from './fleet-prior.ts';
import type { FleetInput } from './fleet-types.ts';
import { type FrozenArea, freezeArea } from './frozen-area.ts';

/** Rounds of learning the fleet's prior from its meters and judging the meters with it. */
export const EM_ROUNDS = 3;

/** Some areas of a fleet, which one thread looks after. What goes in and out can be sent between threads. */
export interface FleetPart {
  /**
   * Judges the consumers of all areas with the priors. Returns what the fleet learns from each area, in the order of the areas; undefined
   * where nothing is judged, and after the last round.
   */
  readonly judge: (round: number, prior: FleetPrior) => (JudgedArea | undefined)[];
  readonly answer: (prior: FleetPrior) => AreaAnswers[];
  /** The areas as they stand after the last round and their answers, to go on from; undefined where an area cannot. */
  readonly freeze: (answers: readonly AreaAnswers[]) => (FrozenArea | undefined)[];
}

/** `areas`: indices into `input.areas`. All meters of the fleet are in `input`: any of them may explain a balance. */
export function openPart(input: FleetInput, areas: readonly number[]): FleetPart {
  const facts = fleetFacts(input);
  const states = areas.map((index) => {
    const area = input.areas[index];
    if (area === undefined)
      throw new RangeError(`a fleet of ${input.areas.length} areas has no area ${index}`);
    return openArea(input, area, facts);
  });
  return {
    judge: (round, prior) => {
      const last = round === EM_ROUNDS - 1;
      return states.map((state) => {
        const learn = judgeArea(input, state, { prior, first: round === 0, last });
        // Nobody learns from the last round.
        return last ? undefined : learn?.();
      });
    },
    answer: (prior) =>
      states.map((state) =>
        answerArea({ input, facts, prior }, { ...state, consumers: consumersOf(state) }),
      ),
    freeze: (answers) =>
      states.map((state, k) => freezeArea(input, state, answers[k] as AreaAnswers)),
  };
}

/** The prior after a round, from what all areas of the fleet returned, in the order of the areas. */
export function nextPrior(judged: readonly (JudgedArea | undefined)[]): FleetPrior {
  const areas = judged.filter((area) => area !== undefined);
  return learnPriors(
    areas.flatMap((area) => area.meters),
    areas.map((area) => area.lots),
  );
}
