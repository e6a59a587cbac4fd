import { normalCdf, studentCdf } from '@verimeter/statistics';
import type { Uniform } from '../seeded.ts';

/** A population of errors on the scale of the limit, drawn from, with its share beyond +-1. */
interface Population {
  draw(random: Uniform): number;
}

export interface LotScenario {
  readonly name: string;
  readonly text: string;
  /** A population with about this share beyond the limit. */
  population(share: number): Population;
}

export function normalDraw(random: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Value with `share(value)` = wanted, share rising between the ends. */
function solve(
  share: (x: number) => number,
  wanted: number,
  ends: readonly [number, number],
): number {
  let [low, high] = ends;
  for (let turn = 0; turn < 80; turn++) {
    const middle = (low + high) / 2;
    if (share(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const normalBeyond = (mean: number, sd: number): number =>
  normalCdf((-1 - mean) / sd) + normalCdf((mean - 1) / sd);

/** What t with 3 degrees of freedom is scaled by. */
const DEGREES = 3;

/** Student's t with 3 degrees of freedom. */
function studentDraw(random: Uniform): number {
  let square = 0;
  for (let k = 0; k < DEGREES; k++) square += normalDraw(random) ** 2;
  return normalDraw(random) / Math.sqrt(square / DEGREES);
}

export const LOT_SCENARIOS: readonly LotScenario[] = [
  {
    name: 'normal',
    text: 'one normal distribution around 0',
    population(share) {
      const sd = solve((x) => normalBeyond(0, x), share, [0.05, 5]);
      return { draw: (random) => sd * normalDraw(random) };
    },
  },
  {
    name: 'shifted',
    text: 'one normal distribution, its mean at -0.6 limits',
    population(share) {
      const sd = solve((x) => normalBeyond(-0.6, x), share, [0.02, 5]);
      return { draw: (random) => -0.6 + sd * normalDraw(random) };
    },
  },
  {
    name: 'drifted',
    text: 'healthy members with sd 0.25 limits, and drifted ones at 1.1 to 4 limits, three of four down',
    population(share) {
      return {
        draw(random) {
          if (random() >= share) return 0.25 * normalDraw(random);
          return (random() < 0.75 ? -1 : 1) * (1.1 + 2.9 * random() ** 2);
        },
      };
    },
  },
  {
    name: 'heavy tails',
    text: "Student's t with 3 degrees of freedom",
    population(share) {
      const scale = solve((x) => 2 * studentCdf(-1 / x, DEGREES), share, [0.02, 5]);
      return { draw: (random) => scale * studentDraw(random) };
    },
  },
  {
    name: 'two batches',
    text: 'two of three members around 0.1 limits with sd 0.2, the others with sd 0.25 where the share asks for',
    population(share) {
      const mean = solve((x) => normalBeyond(x, 0.25) / 3, share, [0, 3]);
      return {
        draw: (random) =>
          random() < 2 / 3 ? 0.1 + 0.2 * normalDraw(random) : -mean + 0.25 * normalDraw(random),
      };
    },
  },
];
