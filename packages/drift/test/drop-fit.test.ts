import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import {
  type DropFit,
  type DropRows,
  fitDrops,
  fittedDrops,
  restOfDrop,
} from '../src/lib/drop-fit.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { sequence } from './sequence.ts';
import { element } from './element.ts';

const ROWS = 200;
const TRAINING = 150;
const PHASE = [2, 0, 1, 0];
const RESISTANCE = [
  [0.4, 0.1, 0.05, 0.1],
  [0.1, 0.3, 0.02, 0.2],
  [0.05, 0.02, 0.5, 0.03],
  [0.1, 0.2, 0.03, 0.35],
];
const buses = [0, 1, 2].map((k) => sequence(ROWS, 51 + k).map((u) => 230 + 2 * u));
const currents = [0, 1, 2, 3].map((j) => sequence(ROWS, 61 + j).map((u) => 6 + 5 * u));
const channels = PHASE.map((phase, c) => {
  const noise = sequence(ROWS, 71 + c);
  return Float64Array.from({ length: ROWS }, (_, t) => {
    let volts = at(element(buses, phase), t) + 0.3 * (c - 1) + 0.05 * at(noise, t);
    currents.forEach((current, j) => {
      volts -= at(element(RESISTANCE, c), j) * at(current, t);
    });
    return volts;
  });
});
const data: DropRows = { rows: ROWS, training: TRAINING, buses, channels };

const fitted = (phase?: Int8Array): DropFit => {
  const fit = fitDrops(data, currents, phase);
  if (fit === undefined) throw new Error('the currents are independent');
  return fit;
};

// A ridge of 1e-3 on sums of squares of some 5000, and of 150 for the constant of up to 0.6 V: 4e-6 V, which the currents take up.
const SLOPES = 1e-5;

test('each channel takes the bus phase whose drop the currents explain best', () => {
  expect([...fitted().phase]).toEqual(PHASE);
  expect(reference.drop.phase).toEqual(PHASE);
});

test('slopes, residual and what the other rows leave are those of numpy lstsq on the training rows', () => {
  const fit = fitted();
  expectClose(fit.slopes, reference.drop.slopes, SLOPES);
  // the ridge counts as 1e-3 b^2 in 150 squares of 0.03 V: 0.0001 V
  expectClose(fit.residual, reference.drop.residual, 1e-4);
  // ten amperes times the slopes' tolerance
  fittedDrops(fit, [...channels.keys()]).forEach((drop, c) =>
    expectClose(
      restOfDrop(data, fit, c, drop).subarray(TRAINING),
      reference.drop.rest[c] ?? [],
      1e-4,
    ),
  );
});

test('a phase that is given is kept, whatever it costs', () => {
  const fit = fitted(Int8Array.of(0, 0, 1, 0));
  expect([...fit.phase]).toEqual([0, 0, 1, 0]);
  expect(at(fit.residual, 0)).toBeGreaterThan(10 * at(fitted().residual, 0));
  expect(at(fit.residual, 1)).toBeCloseTo(at(fitted().residual, 1), 12);
});

test('a static error of a voltage input costs no slope', () => {
  const shifted = channels.map((channel) => channel.map((volts) => volts * 1.004 - 0.6));
  const fit = fitDrops({ ...data, channels: shifted }, currents);
  // the gain scales the slopes themselves by 0.4 %, its share of the bus level goes to the nuisance column
  expectClose(
    fit?.slopes ?? [],
    reference.drop.slopes.map((slope) => slope * 1.004),
    3e-3,
  );
});

test('a meter that draws nothing has slope zero, and the others stay', () => {
  const fit = fitDrops(data, [...currents, new Float64Array(ROWS)]);
  const wide = fit?.slopes ?? new Float64Array();
  for (let c = 0; c < 4; c++) {
    expect(at(wide, c * 5 + 4)).toBe(0);
    for (let j = 0; j < 4; j++)
      expect(at(wide, c * 5 + j)).toBeCloseTo(at(fitted().slopes, c * 4 + j), 12);
  }
});
