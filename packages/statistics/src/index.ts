export { at, dot, mean } from './lib/vector.ts';
export {
  choleskyInPlace,
  solveCholeskyInPlace,
  solveLowerInPlace,
  solveUpperInPlace,
} from './lib/cholesky.ts';
export { addGram, dotRange } from './lib/gram.ts';
export { normalCdf, normalDensity, normalQuantile } from './lib/normal.ts';
export { median, quantile, robustDeviation } from './lib/quantile.ts';
export {
  fitAutoregression,
  innovations,
  leakyIntegral,
  type Autoregression,
} from './lib/autoregression.ts';
export { fitRidge, type RidgeFit } from './lib/least-squares.ts';
