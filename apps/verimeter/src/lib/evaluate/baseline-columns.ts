import {
  acceptedList,
  adaptiveEstimates,
  type FleetInput,
  prototypeEstimates,
  textbookEstimates,
} from '@verimeter/drift';
import { type MeterColumns, orNull } from './fleet-record.ts';
import type { TrialFleet } from './trial-fleet.ts';

/** The lists that the prototype's probabilities make (drift-estimation.md 2.4). */
const NARROW_LIST = 0.02;
const WIDE_LIST = 0.1;
/** What the prototype is told where nothing drifts: it would be silent on 0. */
const LEAST_PREVALENCE = 0.005;

type AreaEstimator<T> = (input: FleetInput, area: FleetInput['areas'][number]) => readonly T[];

/** What the estimators for comparison say of a fleet. One that cannot be computed for an area leaves its meters empty. */
export function baselineColumns(fleet: TrialFleet, prevalence: number): Partial<MeterColumns> {
  const { input } = fleet;
  const textbook = estimatesOf(input, textbookEstimates);
  const adaptive = estimatesOf(input, adaptiveEstimates);
  const told = Math.max(LEAST_PREVALENCE, prevalence);
  const prototype = estimatesOf(input, (all, area) => prototypeEstimates(all, area, told));
  const narrow = acceptedList([...prototype.values()], NARROW_LIST);
  const wide = acceptedList([...prototype.values()], WIDE_LIST);
  const column = <T>(byId: Map<string, T>, value: (estimate: T) => number): (number | null)[] =>
    fleet.meters.map(({ meter }) => {
      const estimate = byId.get(meter.deviceId);
      return estimate === undefined ? null : orNull(value(estimate));
    });
  return {
    leastSquares: column(textbook, (estimate) => estimate.leastSquares),
    ridge: column(textbook, (estimate) => estimate.ridge),
    recursive: column(adaptive, (estimate) => estimate.recursive),
    lasso: column(adaptive, (estimate) => estimate.lasso),
    prototype: column(prototype, ({ error }) => error),
    prototypeStandardError: column(prototype, ({ standardError }) => standardError),
    prototypeProbability: column(prototype, ({ probabilityDrifted }) => probabilityDrifted),
    prototypeRecommendation: fleet.meters.map(({ meter: { deviceId } }) =>
      narrow.has(deviceId) ? 2 : wide.has(deviceId) ? 1 : 0,
    ),
  };
}

function estimatesOf<T extends { readonly deviceId: string }>(
  input: FleetInput,
  estimator: AreaEstimator<T>,
): Map<string, T> {
  const byId = new Map<string, T>();
  for (const area of input.areas) {
    try {
      for (const estimate of estimator(input, area)) byId.set(estimate.deviceId, estimate);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return byId;
}
