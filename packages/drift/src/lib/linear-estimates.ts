import { at } from '@verimeter/statistics';
import { buildDesign } from './area-design.ts';
import { gatherEvidence } from './area-evidence.ts';
import { flatBetas } from './area-gates.ts';
import { formIntervals, sumOfSteps } from './area-intervals.ts';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { wideModel } from './wide-model.ts';

export interface LinearEstimate {
  readonly deviceId: string;
  /** Linear coefficient beta, not e, with its standard deviation. */
  readonly beta: number;
  readonly deviation: number;
}

/**
 * Errors by generalised least squares: the balance, the nuisances and the noise of the product, each meter's beta free and constant
 * over the window; no groups, no gate, nothing learned. To hold the linear part against other implementations.
 */
export function linearEstimates(input: FleetInput, area: AreaInput): LinearEstimate[] {
  const intervals = formIntervals(input, area, new Set(), []);
  const design = buildDesign(input, intervals, {
    technicalLoss: area.technicalLoss,
    useVoltages: true,
    knownLoss: area.knownLoss === undefined ? undefined : sumOfSteps(area.knownLoss, intervals),
    stoppedAt: new Map(),
  });
  const evidence = gatherEvidence(design, []);
  const { estimate, sd } = flatBetas(evidence, wideModel(design, evidence.gram, evidence.moment));
  return intervals.consumers.map(({ meter }, i) => ({
    deviceId: input.meters[meter]?.deviceId ?? '',
    beta: at(estimate, i),
    deviation: at(sd, i),
  }));
}
