import { at } from './vector.ts';

export interface Autoregression {
  /** n(t) = sum_k coefficients[k-1] n(t-k) + innovation. */
  readonly coefficients: Float64Array;
  readonly innovationVariance: number;
}

/** AR(order) by the Yule-Walker equations (biased autocovariances about zero, Levinson-Durbin). */
export function fitAutoregression(series: Float64Array, order: number): Autoregression {
  const covariance = new Float64Array(order + 1);
  for (let lag = 0; lag <= order; lag++) {
    let sum = 0;
    for (let t = lag; t < series.length; t++) sum += at(series, t) * at(series, t - lag);
    covariance[lag] = sum / series.length;
  }
  const phi = new Float64Array(order);
  const previous = new Float64Array(order);
  let variance = at(covariance, 0);
  if (variance <= 0) return { coefficients: phi, innovationVariance: 0 };
  for (let k = 0; k < order; k++) {
    let numerator = at(covariance, k + 1);
    for (let j = 0; j < k; j++) numerator -= at(phi, j) * at(covariance, k - j);
    const reflection = numerator / variance;
    previous.set(phi);
    for (let j = 0; j < k; j++) phi[j] = at(previous, j) - reflection * at(previous, k - 1 - j);
    phi[k] = reflection;
    variance *= 1 - reflection * reflection;
  }
  return { coefficients: phi, innovationVariance: variance };
}

/** y(t) = rho y(t-1) + x(t): turns differenced (telescoping) noise back into nearly white noise. */
export function leakyIntegral(x: Float64Array, rho: number, out: Float64Array): void {
  let state = 0;
  for (let t = 0; t < x.length; t++) {
    state = rho * state + (x[t] as number);
    out[t] = state;
  }
}

/** y(t) = x(t) - sum_k phi_k x(t-k), zero before the start; `x` and `out` must be distinct. */
export function innovations(x: Float64Array, phi: Float64Array, out: Float64Array): void {
  const order = phi.length;
  for (let t = 0; t < x.length; t++) {
    let value = x[t] as number;
    const lags = t < order ? t : order;
    for (let k = 1; k <= lags; k++) value -= (phi[k - 1] as number) * (x[t - k] as number);
    out[t] = value;
  }
}
