import { at, choleskyInPlace, solveLowerInPlace } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { type AreaDesign, buildDesign } from '../src/lib/area-design.ts';
import { type AreaEvidence, gatherEvidence } from '../src/lib/area-evidence.ts';
import { openPaths, pathsBeside } from '../src/lib/area-paths.ts';
import { type ActiveDrift, factorArea } from '../src/lib/area-posterior.ts';
import { expectClose, largest } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { sequence } from './sequence.ts';
import { INTERVALS, smallAreaInput, smallAreaIntervals } from './small-area.ts';
import { element } from './element.ts';

const PER_DAY = 96;
const DAYS = 5;
const expected = reference.area;

const design = buildDesign(smallAreaInput(), smallAreaIntervals(), {
  technicalLoss: 0.02,
  useVoltages: true,
  stoppedAt: new Map(),
});
const p = design.columns.length;

const product = (a: ArrayLike<number>, b: ArrayLike<number>, from = 0, to = a.length): number => {
  let sum = 0;
  for (let t = from; t < to; t++) sum += at(a, t) * at(b, t);
  return sum;
};

/** Sums over days of whitened series, formed here without the code under test. */
function evidenceOf(whiten: (series: Float64Array) => Float64Array): AreaEvidence {
  const { n } = design;
  const whitened = design.columns.map(whiten);
  const target = whiten(design.balance);
  const gram = new Float64Array(p * p);
  const blockRows = new Float64Array(DAYS * n * p);
  const blockMoments = new Float64Array(DAYS * p);
  for (let i = 0; i < p; i++)
    for (let j = 0; j < p; j++)
      gram[i * p + j] = product(element(whitened, i), element(whitened, j));
  for (let d = 0; d < DAYS; d++)
    for (let j = 0; j < p; j++) {
      const [from, to] = [d * PER_DAY, (d + 1) * PER_DAY];
      blockMoments[d * p + j] = product(element(whitened, j), target, from, to);
      for (let i = 0; i < n; i++)
        blockRows[(d * n + i) * p + j] = product(
          element(whitened, i),
          element(whitened, j),
          from,
          to,
        );
    }
  return {
    design,
    p,
    blocks: DAYS,
    daysPerBlock: 1,
    days: DAYS,
    gram,
    moment: Float64Array.from(whitened, (column) => product(column, target)),
    blockRows,
    blockMoments,
    noise: { rounding: 1e-6, base: 2e-5, exponent: 0 },
    filter: gatherEvidence(design, []).filter,
    whiten,
    residual: target,
    whitened,
    whitenedBalance: target,
  };
}

/** Whitening by the Cholesky factor of n = q(t) - q(t-1) + w(t) with the variances of make_reference.py. */
function choleskyWhitening(): (series: Float64Array) => Float64Array {
  const c = new Float64Array(INTERVALS * INTERVALS);
  for (let t = 0; t < INTERVALS; t++) {
    c[t * INTERVALS + t] = 2.2e-5;
    if (t > 0) c[t * INTERVALS + t - 1] = -1e-6;
  }
  choleskyInPlace(c, INTERVALS);
  return (series) => {
    const out = Float64Array.from(series);
    solveLowerInPlace(c, INTERVALS, out);
    return out;
  };
}

const step: ActiveDrift = {
  consumer: 3,
  profile: {
    kind: 'step',
    start: 2,
    weight: 1,
    shape: Float64Array.of(0, 0, 1, 1, 1),
    growth: new Float64Array(5),
  },
};
const healthy = Array.from({ length: 12 }, () => ({ mean: 0, sd: 0.004 }));

describe('the design of an area without voltages', () => {
  test('has the columns and priors of the model: errors, clocks, position, loss, wander, fixed load, supply', () => {
    expect(p).toBe(12 + 12 + 2 + 12 + 2 + 3 + 1 + 1);
    const probe = sequence(INTERVALS, 34);
    // sums of 480 products of order 0.1
    expectClose(
      design.columns.map((column) => product(column, probe)),
      expected.columns,
      1e-11,
    );
    expectClose(design.priorSd, expected.priorSd, 1e-15);
    expectClose(design.priorMean, expected.priorMean, 1e-15);
    expect(product(design.balance, probe)).toBeCloseTo(expected.balance, 11);
  });

  test('position terms follow the feeder where the archive knows it', () => {
    const intervals = smallAreaIntervals();
    const fed = buildDesign(
      smallAreaInput(),
      {
        ...intervals,
        consumers: intervals.consumers.map((consumer, i) => ({
          ...consumer,
          feeder: i < 5 ? 'F1' : 'F2',
        })),
      },
      { technicalLoss: 0.02, useVoltages: true, stoppedAt: new Map() },
    );
    const energies = intervals.consumers.map(({ energy }) => energy);
    const first = Float64Array.from({ length: INTERVALS }, (_, t) =>
      energies.slice(0, 5).reduce((sum, energy) => sum + at(energy, t), 0),
    );
    const mean = first.reduce((sum, value) => sum + value, 0) / INTERVALS;
    const position = element(fed.columns, 12 + 12 + 2 + 2);
    expectClose(
      position,
      first.map((value, t) => (at(element(energies, 2), t) * value) / mean),
      1e-12,
    );
  });

  test('with a loss that is known has no loss terms at all', () => {
    const known = buildDesign(smallAreaInput(), smallAreaIntervals(), {
      useVoltages: true,
      knownLoss: new Float64Array(INTERVALS).fill(0.01),
      stoppedAt: new Map(),
    });
    expect(known.columns).toHaveLength(12 + 12 + 2 + 1 + 1);
    const differences = known.balance.map(
      (value, t) => at(known.total, t) + value + 0.01 - at(smallAreaIntervals().supply, t),
    );
    expect(largest(differences)).toBeLessThan(1e-12);
  });

  test('data before a verification of its own has a coefficient of its own', () => {
    const intervals = smallAreaIntervals();
    const changed = buildDesign(
      smallAreaInput(),
      {
        ...intervals,
        consumers: intervals.consumers.map((consumer, i) =>
          i === 5 ? { ...consumer, countsFrom: 200 } : consumer,
        ),
      },
      { technicalLoss: 0.02, useVoltages: true, stoppedAt: new Map() },
    );
    expect(changed.columns).toHaveLength(p + 1);
    const own = element(changed.columns, 5);
    const before = element(changed.columns, p);
    expect(own.subarray(0, 200).every((value) => value === 0)).toBe(true);
    expect(before.subarray(200).every((value) => value === 0)).toBe(true);
    expectClose(
      own.map((value, t) => value + at(before, t)),
      element(design.columns, 5),
      0,
    );
  });
});

describe('the posterior of an area', () => {
  const evidence = evidenceOf(choleskyWhitening());
  const posterior = factorArea(evidence, healthy, [step]);
  const pathOf = pathsBeside(openPaths(evidence, healthy), [step]);

  test('is dense generalised least squares with normal priors: mean', () => {
    // The information matrix has a condition of some 1e9 (columns of very different size): 1e-16 x 1e9 of the largest
    // coefficient of its group, measured in prior sds.
    posterior.coefficients.forEach((value, j) => {
      const sd = at([...expected.priorSd, 0.05], j);
      expect(Math.abs(value - at(expected.coefficients, j)) / sd).toBeLessThan(1e-7);
    });
  });

  test('is dense generalised least squares with normal priors: standard deviations', () => {
    const { size, factor } = posterior;
    const deviations = Float64Array.from({ length: size }, (_, j) => {
      const unit = new Float64Array(size);
      unit[j] = 1;
      solveLowerInPlace(factor, size, unit);
      return Math.sqrt(product(unit, unit));
    });
    expectClose(
      deviations.map((value, j) => value / at(expected.deviations, j)),
      new Float64Array(size).fill(1),
      1e-7,
    );
  });

  test('the evidence of a path is what brute force marginalisation leaves, for a healthy meter and for the drifted one', () => {
    expect(expected.paths.map(({ consumer }) => consumer)).toEqual([7, 3]);
    for (const { consumer, information, moment } of expected.paths) {
      const path = pathOf(consumer);
      expect(path.blocks).toBe(DAYS);
      // differences of sums of order 1e5 that leave 1e3
      expectClose(path.information, information, 1e-8 * largest(information));
      expectClose(path.moment, moment, 1e-8 * largest(moment));
    }
  });

  test('splitting the whitened column by days, in place of whitening a split column, moves the evidence by less than 1 %', () => {
    for (const { consumer, information, moment } of expected.exactPaths) {
      const path = pathOf(consumer);
      expectClose(path.information, information, 0.01 * largest(information));
      expectClose(path.moment, moment, 0.01 * largest(moment));
    }
  });

  test('what is known from elsewhere counts like data', () => {
    const informed: AreaDesign = {
      ...design,
      informations: [{ at: 4, size: 2, matrix: Float64Array.of(5e5, 1e5, 1e5, 4e5) }],
    };
    const plain = gatherEvidence(design, []);
    const more = gatherEvidence(informed, []);
    const difference = (i: number, j: number): number =>
      at(more.gram, i * p + j) - product(element(more.whitened, i), element(more.whitened, j));
    expect(difference(4, 4)).toBeCloseTo(5e5, 3);
    expect(difference(4, 5)).toBeCloseTo(1e5, 3);
    expect(difference(5, 4)).toBeCloseTo(1e5, 3);
    expect(difference(5, 6)).toBeCloseTo(0, 3);
    expect(at(plain.gram, 4 * p + 4)).toBeCloseTo(
      product(element(plain.whitened, 4), element(plain.whitened, 4)),
      3,
    );
  });
});

const expectSame = (actual: Float64Array, wanted: Float64Array): void =>
  expectClose(actual, wanted, 1e-12 * largest(wanted));

const noiseOf = (found: AreaEvidence): number => found.noise.base + 2 * found.noise.rounding;

describe('gathering the evidence', () => {
  const evidence = gatherEvidence(design, []);

  test('forms the sums of the whitened columns, and blocks of whole days that add up to them', () => {
    const own = evidenceOf(evidence.whiten);
    expect([evidence.blocks, evidence.daysPerBlock, evidence.p]).toEqual([5, 1, p]);
    expectSame(evidence.gram, own.gram);
    expectSame(evidence.moment, own.moment);
    expectSame(evidence.blockRows, own.blockRows);
    expectSame(evidence.blockMoments, own.blockMoments);
  });

  test('leaves a residual of variance 1', () => {
    // 480 values, of which the columns take up a few dozen; the noise of this area is uniform, not normal
    const variance = product(evidence.residual, evidence.residual) / INTERVALS;
    expect(variance).toBeGreaterThan(0.8);
    expect(variance).toBeLessThan(1.2);
  });

  test('a drift that is known does not count as noise', () => {
    const planted = {
      ...design,
      balance: design.balance.map((value, t) =>
        t < 2 * PER_DAY ? value : value + 0.3 * at(element(design.columns, 11), t),
      ),
    };
    const blind = gatherEvidence(planted, []);
    const told = gatherEvidence(planted, [{ consumer: 11, shape: Float64Array.of(0, 0, 1, 1, 1) }]);
    expect(noiseOf(blind)).toBeGreaterThan(2 * noiseOf(evidence));
    expect(noiseOf(told)).toBeLessThan(1.2 * noiseOf(evidence));
  });
});
