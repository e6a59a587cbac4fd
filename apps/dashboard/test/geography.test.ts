import { expect, test } from 'vitest';
import {
  clustersOf,
  fittingView,
  hullOf,
  onScreen,
  planeOf,
  scaleBar,
  zoomed,
} from '../src/lib/geography.ts';

const SIZE = { width: 800, height: 400 };

test('a kilometre is a kilometre on the plane, north and east', () => {
  const places = [
    { lat: 20.95, lon: 107.08 },
    { lat: 20.95 + 1 / 111.195, lon: 107.08 },
    { lat: 20.95, lon: 107.08 + 1 / (111.195 * Math.cos((20.9545 * Math.PI) / 180)) },
  ];
  const [a, north, east] = places.map(planeOf(places));
  expect(Math.hypot((north?.x ?? 0) - (a?.x ?? 0), (north?.y ?? 0) - (a?.y ?? 0))).toBeCloseTo(
    1000,
    0,
  );
  expect((east?.x ?? 0) - (a?.x ?? 0)).toBeCloseTo(1000, 0);
  expect(north?.y).toBeLessThan(a?.y ?? 0);
});

test('the fitting view has every point within its margin', () => {
  const points = [
    { x: -900, y: 120 },
    { x: 400, y: -60 },
    { x: 30, y: 700 },
  ];
  const view = fittingView(points, SIZE, 30);
  for (const point of points) {
    const { x, y } = onScreen(point, view, SIZE);
    expect(x).toBeGreaterThanOrEqual(30 - 1e-6);
    expect(x).toBeLessThanOrEqual(770 + 1e-6);
    expect(y).toBeGreaterThanOrEqual(30 - 1e-6);
    expect(y).toBeLessThanOrEqual(370 + 1e-6);
  }
  // One point alone is not magnified without end.
  expect(fittingView([{ x: 5, y: 5 }], SIZE).scale).toBeLessThanOrEqual(8);
});

test('what is under the pointer stays there when it is zoomed', () => {
  const view = { x: 10, y: -40, scale: 0.5 };
  const at = { x: 620, y: 90 };
  const next = zoomed(view, 2.5, at, SIZE);
  const under = (one: typeof view) => ({
    x: (at.x - 400) / one.scale + one.x,
    y: (at.y - 200) / one.scale + one.y,
  });
  expect(under(next).x).toBeCloseTo(under(view).x, 9);
  expect(under(next).y).toBeCloseTo(under(view).y, 9);
});

test('clusters have every point once, and the same ones when the map moves', () => {
  const points = Array.from({ length: 500 }, (_unused, n) => ({
    id: n,
    x: (n * 37) % 900,
    y: (n * 61) % 700,
  }));
  const sets = (view: { x: number; y: number; scale: number }) =>
    clustersOf(points, view, SIZE)
      .map((cluster) => cluster.points.map(({ id }) => id).join(','))
      .toSorted();
  const here = sets({ x: 0, y: 0, scale: 0.4 });
  expect(here.flatMap((ids) => ids.split(',')).length).toBe(500);
  expect(here.length).toBeLessThan(100);
  expect(sets({ x: 333, y: -71, scale: 0.4 })).toEqual(here);
});

test('a hull goes around all points and has no inner one', () => {
  const square = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 10 },
    { x: 0, y: 10 },
  ];
  const hull = hullOf([...square, { x: 5, y: 5 }, { x: 5, y: 0 }, { x: 2, y: 7 }]);
  expect(hull).toHaveLength(4);
  expect(hull).toEqual(expect.arrayContaining(square));
  expect(hullOf([{ x: 1, y: 1 }])).toEqual([{ x: 1, y: 1 }]);
});

test.each([
  [0.5, 200],
  [1, 100],
  [0.013, 5000],
  [7, 10],
])('at %d pixels a metre the scale bar says %d m', (scale, metres) => {
  const bar = scaleBar(scale, 120);
  expect(bar.metres).toBe(metres);
  expect(bar.width).toBeLessThanOrEqual(120);
  expect(bar.width).toBeCloseTo(metres * scale, 9);
});
