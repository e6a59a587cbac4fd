import { at } from '@verimeter/statistics';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { errorOfBeta } from './health-decision.ts';
import { crossValidatedLasso } from './lasso.ts';
import { recursiveLeastSquares } from './recursive-least-squares.ts';
import { balanceRegression, foldSums } from './textbook-baselines.ts';

/** Meters hardly forget (a memory of 10,000 intervals, over three months), the loss within a day. */
const METER_FACTOR = 0.9999;
const LOSS_FACTOR = 0.99;

export interface AdaptiveEstimate {
  readonly deviceId: string;
  /** e by recursive least squares with one forgetting factor for meters and one for the loss. */
  readonly recursive: number;
  /** e by the lasso, its strength by cross-validation. */
  readonly lasso: number;
}

/** Two further estimators of the literature on the same balance as `textbookEstimates`; for comparison only. */
export function adaptiveEstimates(input: FleetInput, area: AreaInput): AdaptiveEstimate[] {
  const { deviceIds, columns, balance } = balanceRegression(input, area);
  const n = deviceIds.length;
  const factors = columns.map((_, j) => (j < n ? METER_FACTOR : LOSS_FACTOR));
  const recursive = recursiveLeastSquares(columns, balance, factors);
  const lasso = crossValidatedLasso(foldSums(columns, balance), n);
  return deviceIds.map((deviceId, i) => ({
    deviceId,
    recursive: errorOfBeta(at(recursive, i)),
    lasso: errorOfBeta(at(lasso, i)),
  }));
}
