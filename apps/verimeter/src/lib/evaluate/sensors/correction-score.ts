import type { SensorCorrection } from '@verimeter/drift';
import type { ChannelVerdict } from './sensor-record.ts';
import type { SensorTrial } from './sensor-trial.ts';

const SCORED_DAYS = 30;

/**
 * rms of indicated - actual over the last 30 days, as a share of the limit, before and after the corrections that were told; and of
 * the device's own error in dry calm air, which is what a correction is about.
 */
export function correctionScore(
  { input, truths }: SensorTrial,
  channel: number,
  corrections: readonly SensorCorrection[],
  day: number,
): ChannelVerdict['corrected'] {
  const [series, truth] = [input.series[channel], truths[channel]];
  if (series === undefined || truth === undefined) return undefined;
  const own = corrections.filter(
    ({ deviceId, quantity }) => deviceId === series.deviceId && quantity === series.quantity,
  );
  let [count, level] = [0, 0];
  const sums = { before: 0, after: 0, errorBefore: 0, errorAfter: 0 };
  for (let k = 24 * (day - SCORED_DAYS) + 1; k <= 24 * day; k += 1) {
    const value = series.values[k] ?? Number.NaN;
    const actual = truth.actual[k] ?? Number.NaN;
    if (Number.isNaN(value + actual)) continue;
    const us = input.grid.startUs + k * input.grid.stepUs;
    const correction = own.find(({ fromUs, toUs }) => us > fromUs && us <= toUs);
    const [gain, offset] = [correction?.gain ?? 1, correction?.offset ?? 0];
    const dry = (truth.gain[k] ?? 1) * actual + (truth.offset[k] ?? 0);
    sums.before += (value - actual) ** 2;
    sums.after += ((value - offset) / gain - actual) ** 2;
    sums.errorBefore += (dry - actual) ** 2;
    sums.errorAfter += ((dry - offset) / gain - actual) ** 2;
    level += actual;
    count += 1;
  }
  if (count === 0) return undefined;
  const scale = series.limitOf === 'offset' ? series.limit : (series.limit * level) / count;
  const rms = (sum: number): number => Math.round((1e6 * Math.sqrt(sum / count)) / scale) / 1e6;
  return {
    before: rms(sums.before),
    after: rms(sums.after),
    errorBefore: rms(sums.errorBefore),
    errorAfter: rms(sums.errorAfter),
  };
}
