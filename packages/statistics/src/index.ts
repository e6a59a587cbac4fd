export {
  fitAutoregression,
  leakyIntegral,
  innovations,
  type Autoregression,
} from './lib/autoregression.ts';
export { benjaminiHochberg } from './lib/benjamini-hochberg.ts';
export { betaCdf, betaQuantile } from './lib/beta-distribution.ts';
export { regularisedBeta } from './lib/beta-function.ts';
export { binomialCdf, binomialTail, binomialQuantile, type Binomial } from './lib/binomial.ts';
export { changePoints } from './lib/change-points.ts';
export { chiSquareCdf, chiSquareTail, chiSquareQuantile } from './lib/chi-square.ts';
export { updateCholeskyInPlace, downdateCholeskyInPlace } from './lib/cholesky-update.ts';
export {
  choleskyInPlace,
  solveLowerInPlace,
  solveLowerRowsInPlace,
  solveUpperInPlace,
  solveCholeskyInPlace,
} from './lib/cholesky.ts';
export { upperCusum, firstCusumAlarm, type CusumChart, type CusumAlarm } from './lib/cusum.ts';
export { ewma, ewmaDeviation, firstEwmaAlarm, type EwmaChart, type EwmaAlarm } from './lib/ewma.ts';
export { logGamma, regularisedGamma, regularisedGammaTail } from './lib/gamma-function.ts';
export {
  addCombination,
  addCombinations,
  addGram,
  addProducts,
  dotColumns,
  dotRange,
} from './lib/gram.ts';
export { fitRidge, type RidgeFit } from './lib/least-squares.ts';
export { solveLinearInPlace } from './lib/linear-solve.ts';
export {
  hypergeometricCdf,
  hypergeometricProbability,
  type Hypergeometric,
} from './lib/hypergeometric.ts';
export { mannKendall, hamedRaoTest, yueWangTest, type TrendTest } from './lib/mann-kendall.ts';
export {
  mixtureShares,
  type MixtureLikelihoods,
  type MixtureShares,
  type ShareConstraint,
} from './lib/mixture-proportions.ts';
export { monotoneRoot } from './lib/monotone-root.ts';
export {
  neweyWestLag,
  automaticLag,
  longRunVariance,
  neweyWestCovariance,
} from './lib/newey-west.ts';
export { normalDensity, normalCdf, normalQuantile } from './lib/normal.ts';
export {
  packedCholeskyInPlace,
  solvePackedLowerInPlace,
  solvePackedUpperInPlace,
  solvePackedCholeskyInPlace,
  invertPackedCholeskyInPlace,
} from './lib/packed-cholesky.ts';
export {
  packedLength,
  packedIndex,
  addPackedProducts,
  multiplyPacked,
  packedQuadraticForm,
} from './lib/packed-symmetric.ts';
export { addTrials, binomialMass, poissonBinomial } from './lib/poisson-binomial.ts';
export {
  clopperPearson,
  wilsonInterval,
  type ProportionInterval,
} from './lib/proportion-interval.ts';
export { quantile, median, robustDeviation } from './lib/quantile.ts';
export { fitRobustRegression, type RobustLoss, type RobustFit } from './lib/robust-regression.ts';
export {
  cusumRunLength,
  twoSidedCusumRunLength,
  ewmaRunLength,
  cusumThreshold,
  ewmaWidth,
  type RunLengthOptions,
} from './lib/run-length.ts';
export { studentCdf, studentQuantile } from './lib/student-t.ts';
export { theilSen, type TheilSenFit } from './lib/theil-sen.ts';
export { at, dot, mean, multiplyRows } from './lib/vector.ts';
export { fitWeightedLeastSquares, type LinearFit } from './lib/weighted-least-squares.ts';
