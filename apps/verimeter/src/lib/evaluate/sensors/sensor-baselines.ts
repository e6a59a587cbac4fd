import type { SensorNetworkInput, SensorSeries } from '@verimeter/drift';
import { cusumOf } from './daily-cusum.ts';
import type { ChannelAnswer, JUDGES, SensorJudge } from './sensor-judge.ts';

type Baseline = Exclude<(typeof JUDGES)[number], 'verimeter'>;
const BASELINES: readonly Baseline[] = ['moments', 'cusum', 'cohort'];

const BASELINE_DAYS = 60;
const WINDOW_DAYS = 30;
const LEAST_HOURS = 200;

/** A sensor beside the mean of the others, hour by hour; NaN where it, or half of them, is missing. */
interface Compared {
  readonly channel: number;
  readonly series: SensorSeries;
  readonly proxy: Float64Array;
}

/**
 * What is done without a model of how healthy sensors wander. All three take what a sensor showed beside the others in the 60 days
 * after its last restart as right. `moments`: gain from the standard deviations over 30 days (arXiv 1906.08421), flagged beyond the
 * limit. `cusum`: two-sided CUSUM of daily residuals, k = 0.5 and h = 5 of the standard deviation of the first 60 days, as in
 * textbooks. `cohort`: ratio of 30-day means, flagged beyond the limit.
 */
export function sensorBaselines(input: SensorNetworkInput): SensorJudge[] {
  const compared = input.series.flatMap((series, channel) =>
    series.role === 'reference' ? [] : [{ channel, series, proxy: proxyOf(channel, input) }],
  );
  return BASELINES.map((name) => ({
    name,
    look: (day) => ({
      answers: compared.map((one) => answer(name, one, input, day)),
      corrections: [],
      status: 'ok',
    }),
  }));
}

function proxyOf(channel: number, { series, grid }: SensorNetworkInput): Float64Array {
  const own = series[channel];
  const others = series.filter(
    ({ deviceId, quantity }) => quantity === own?.quantity && deviceId !== own.deviceId,
  );
  const proxy = new Float64Array(grid.count).fill(Number.NaN);
  for (let k = 0; k < grid.count; k += 1) {
    let [sum, count] = [0, 0];
    for (const { values } of others) {
      const value = values[k] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
    if (count > 0 && 2 * count >= others.length) proxy[k] = sum / count;
  }
  return proxy;
}

function answer(
  name: Baseline,
  { channel, series, proxy }: Compared,
  { grid }: SensorNetworkInput,
  day: number,
): ChannelAnswer {
  const hour = (us: number): number => Math.max(0, Math.ceil((us - grid.startUs) / grid.stepUs));
  const startUs = Math.max(
    grid.startUs,
    series.fromUs,
    ...series.restartsUs.filter((us) => us <= grid.startUs + 24 * day * grid.stepUs),
  );
  const [from, to] = [hour(startUs), 24 * day];
  const trained = from + 24 * BASELINE_DAYS;
  if (to < trained) return { channel, list: 'none', indication: 'insufficient_data' };
  if (name === 'cusum') {
    const relative = series.limitOf === 'relative_error';
    const alarm = cusumOf(series.values, proxy, { from, trained, to, relative });
    return verdict(channel, alarm, undefined);
  }
  const before = momentsOf(series.values, proxy, from, trained);
  const now = momentsOf(series.values, proxy, to - 24 * WINDOW_DAYS, to);
  if (before.count < LEAST_HOURS || now.count < LEAST_HOURS)
    return { channel, list: 'none', indication: 'insufficient_data' };
  const change =
    series.limitOf === 'offset'
      ? now.own - now.proxy - (before.own - before.proxy)
      : name === 'moments'
        ? now.ownSd / now.proxySd / (before.ownSd / before.proxySd) - 1
        : now.own / now.proxy / (before.own / before.proxy) - 1;
  return verdict(channel, Math.abs(change) > series.limit, change);
}

function verdict(channel: number, alarm: boolean, estimate: number | undefined): ChannelAnswer {
  return alarm
    ? { channel, list: 'reverify', indication: 'drift_likely', estimate }
    : { channel, list: 'none', indication: 'within_limits', estimate };
}

interface Moments {
  readonly count: number;
  readonly own: number;
  readonly proxy: number;
  readonly ownSd: number;
  readonly proxySd: number;
}

function momentsOf(own: Float64Array, proxy: Float64Array, from: number, to: number): Moments {
  let [count, sumX, sumY, sumXX, sumYY] = [0, 0, 0, 0, 0];
  for (let k = Math.max(0, from); k < to; k += 1) {
    const [x, y] = [own[k] ?? Number.NaN, proxy[k] ?? Number.NaN];
    if (Number.isNaN(x + y)) continue;
    count += 1;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumYY += y * y;
  }
  const [meanX, meanY] = [sumX / count, sumY / count];
  return {
    count,
    own: meanX,
    proxy: meanY,
    ownSd: Math.sqrt(Math.max(0, sumXX / count - meanX * meanX)),
    proxySd: Math.sqrt(Math.max(0, sumYY / count - meanY * meanY)),
  };
}
