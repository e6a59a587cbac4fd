import { at, mean, solveCholeskyInPlace } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { sumBlocks } from '../src/lib/area-evidence.ts';
import { factorArea } from '../src/lib/area-posterior.ts';
import { filterInto, leakFilter } from '../src/lib/water/leak-filter.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/water.json' with { type: 'json' };
import { bellSequence, sequence } from './sequence.ts';

const HOMES = 6;
const HOURS = 240;

/** The district of reference/make_water.py. */
function smallDistrict() {
  const size = sequence(HOMES * HOURS, 41);
  const burst = sequence(HOMES * HOURS, 42);
  const flows = Array.from({ length: HOMES }, (_, i) =>
    Float64Array.from({ length: HOURS }, (__, t) => {
      const k = i * HOURS + t;
      return (8 + 3 * i) * (1 + 0.8 * at(size, k)) + (at(burst, k) > 0.6 ? 40 : 0);
    }),
  );
  const squares = Float64Array.from({ length: HOURS }, (_, t) =>
    flows.reduce((sum, flow) => sum + at(flow, t) ** 2, 0),
  );
  const usual = mean(squares);
  const white = squares.map((value) => 25 + (20 * value) / usual);
  const gain = Float64Array.from(
    { length: HOURS },
    (_, t) => 1 + 0.1 * Math.sin((2 * Math.PI * t) / 24),
  );
  const walk = bellSequence(HOURS, 43);
  const noise = bellSequence(HOURS, 44);
  let level = 50;
  const balance = Float64Array.from({ length: HOURS }, (_, t) => {
    level += at(walk, t);
    const missed = at(flows[2] ?? new Float64Array(), t) * (1 / 0.9 - 1);
    return missed + at(gain, t) * level + Math.sqrt(at(white, t)) * at(noise, t);
  });
  const total = Float64Array.from({ length: HOURS }, (_, t) =>
    flows.reduce((sum, flow) => sum + at(flow, t), 0),
  );
  return {
    columns: [...flows.map((flow) => flow.map((value) => -value)), total],
    balance,
    gain,
    white,
  };
}

test('the posterior of a district is that of dense generalised least squares', () => {
  const { columns, balance, gain, white } = smallDistrict();
  const filter = leakFilter({
    gain,
    white,
    walk: Float64Array.from({ length: HOURS }, (_, t) => (t === 0 ? 0 : 1)),
    rounding: 8,
    broken: Uint8Array.from({ length: HOURS }, (_, t) => (t === 0 || t === 120 ? 1 : 0)),
    start: 1e6,
  });
  const whiten = (series: Float64Array): Float64Array => {
    const out = new Float64Array(HOURS);
    filterInto(out, filter, series);
    return out;
  };
  const intervals = {
    count: HOURS,
    day: Int32Array.from({ length: HOURS }, (_, t) => Math.floor(t / 24)),
  };
  const sums = sumBlocks(
    { n: HOMES, informations: [], intervals },
    { whitened: columns.map(whiten), target: whiten(balance) },
    { blocks: 5, daysPerBlock: 2 },
  );
  const { size, factor, coefficients } = factorArea(
    {
      design: {
        n: HOMES,
        lossSeen: true,
        lossShare: 0,
        position: undefined,
        priorSd: Float64Array.of(0, 0, 0, 0, 0, 0, 0.006),
        priorMean: new Float64Array(HOMES + 1),
        betaBiasSd: new Float64Array(HOMES),
        betaWanderSd: new Float64Array(HOMES),
      },
      p: HOMES + 1,
      blocks: 5,
      daysPerBlock: 2,
      days: 10,
      ...sums,
    },
    Array.from({ length: HOMES }, (_, i) => ({ mean: -0.002, sd: i === 2 ? 0.2 : 0.012 })),
    [],
  );
  expectClose(coefficients, reference.mean, 1e-9);
  const sd = Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size);
    unit[i] = 1;
    solveCholeskyInPlace(factor, size, unit);
    return Math.sqrt(at(unit, i));
  });
  expectClose(sd, reference.sd, 1e-9);
  // e = -10 % is beta = -11.1 %
  expect(Math.abs(at(coefficients, 2) + 1 / 9)).toBeLessThan(2 * (sd[2] ?? 0));
});
