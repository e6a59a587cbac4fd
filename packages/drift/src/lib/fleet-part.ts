import { type AreaAnswers, answerArea } from './area-answers.ts';
import { judgeArea, openArea } from './area-state.ts';
import { fleetFacts } from './fleet-facts.ts';
import type { JudgedMeter, LotPrior } from './fleet-prior.ts';
import type { FleetInput } from './fleet-types.ts';

/** Rounds of learning the fleet's prior from its meters and judging the meters with it. */
export const EM_ROUNDS = 3;

/** Some areas of a fleet, which one thread looks after. What goes in and out can be sent between threads. */
export interface FleetPart {
  /** Judges the consumers of all areas with the priors; per area, in the order of the areas. */
  readonly judge: (round: number, priors: ReadonlyMap<string, LotPrior>) => JudgedMeter[][];
  readonly answer: (priors: ReadonlyMap<string, LotPrior>) => AreaAnswers[];
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
    judge: (round, priors) =>
      states.map((state) =>
        judgeArea(input, state, { priors, first: round === 0, last: round === EM_ROUNDS - 1 }),
      ),
    answer: (priors) => states.map((state) => answerArea({ input, facts, priors }, state)),
  };
}
