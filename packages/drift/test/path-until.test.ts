import { expect, test } from 'vitest';
import { pathUntil } from '../src/lib/path-until.ts';

/** Information of four blocks that share an unknown constant: diag(4, 9, 16, 25) - v v' / 60 with v = (4, 9, 16, 25). */
const diagonal = [4, 9, 16, 25];
const information = Float64Array.from({ length: 16 }, (_, k) => {
  const [i, j] = [Math.floor(k / 4), k % 4];
  const own = diagonal[i] ?? 0;
  return (i === j ? own : 0) - (own * (diagonal[j] ?? 0)) / 60;
});
const path = { blocks: 4, information, moment: Float64Array.of(0.1, 0.5, -0.4, 0.3) };

test('leaves the later blocks open: the leading part of the inverse, inverted', () => {
  const cut = pathUntil(path, 2);
  // numpy: A = Q + diag(0, 0, 1, 1); I = inv(inv(A)[:2, :2]); I.ravel(), I @ (inv(A) @ u)[:2]
  const wanted = [3.234549193635675, -1.722264314319731, -1.722264314319731, 5.124905292780604];
  expect([...cut.information]).toEqual(wanted.map((x) => expect.closeTo(x, 12)));
  expect([...cut.moment]).toEqual(
    [0.08315835047083014, 0.4621062885593679].map((x) => expect.closeTo(x, 12)),
  );
});

test('the whole path is itself', () => {
  expect(pathUntil(path, 4)).toBe(path);
});
