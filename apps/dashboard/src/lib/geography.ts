export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Metres east and south of the middle of a map. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
}

/** Metres of a degree of latitude, of a sphere of 6,371 km. */
const METRES_PER_DEGREE = (Math.PI * 6_371_000) / 180;

/**
 * A plane that touches the earth in the middle of the places: right to a metre in a city, and still without folds for a country.
 */
export function planeOf(places: readonly Place[]): (place: Place) => PlanePoint {
  let [south, north, west, east] = [90, -90, 180, -180];
  for (const { lat, lon } of places) {
    south = Math.min(south, lat);
    north = Math.max(north, lat);
    west = Math.min(west, lon);
    east = Math.max(east, lon);
  }
  const middle = { lat: (south + north) / 2, lon: (west + east) / 2 };
  const narrow = Math.cos((middle.lat * Math.PI) / 180);
  return ({ lat, lon }) => ({
    x: (lon - middle.lon) * narrow * METRES_PER_DEGREE,
    y: (middle.lat - lat) * METRES_PER_DEGREE,
  });
}

/** What of the plane is shown: the middle in metres, and pixels per metre. */
export interface MapView {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** At most so many pixels per metre: beyond that there is nothing to see between two meters. */
const MOST_SCALE = 8;
const LEAST_SCALE = 1e-5;

const within = (scale: number): number => Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale));

/** The view that has all points in it, with a margin. */
export function fittingView(points: readonly PlanePoint[], size: Size, margin = 36): MapView {
  if (points.length === 0) return { x: 0, y: 0, scale: 1 };
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const scale = Math.min(
    (size.width - 2 * margin) / Math.max(right - left, 50),
    (size.height - 2 * margin) / Math.max(bottom - top, 50),
  );
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale: within(scale) };
}

export const onScreen = (point: PlanePoint, view: MapView, size: Size): PlanePoint => ({
  x: (point.x - view.x) * view.scale + size.width / 2,
  y: (point.y - view.y) * view.scale + size.height / 2,
});

/** Nearer (factor above 1) or farther, with what is under `at` staying there. */
export function zoomed(view: MapView, factor: number, at: PlanePoint, size: Size): MapView {
  const scale = within(view.scale * factor);
  const dx = at.x - size.width / 2;
  const dy = at.y - size.height / 2;
  return {
    x: view.x + dx / view.scale - dx / scale,
    y: view.y + dy / view.scale - dy / scale,
    scale,
  };
}

export interface Cluster<Point> {
  /** Pixels: the mean of its points. */
  readonly x: number;
  readonly y: number;
  readonly points: readonly Point[];
}

/** Points by cells of a grid of pixels that is fixed to the plane, so that moving the map moves no point to another cluster. */
export function clustersOf<Point extends PlanePoint>(
  points: readonly Point[],
  view: MapView,
  size: Size,
  cell = 56,
): Cluster<Point>[] {
  const metres = cell / view.scale;
  const cells = new Map<string, Point[]>();
  for (const point of points) {
    const key = `${Math.floor(point.x / metres)} ${Math.floor(point.y / metres)}`;
    const found = cells.get(key);
    if (found === undefined) cells.set(key, [point]);
    else found.push(point);
  }
  return [...cells.values()].map((members) => {
    const mean = {
      x: members.reduce((sum, { x }) => sum + x, 0) / members.length,
      y: members.reduce((sum, { y }) => sum + y, 0) / members.length,
    };
    return { ...onScreen(mean, view, size), points: members };
  });
}

const turn = (a: PlanePoint, b: PlanePoint, c: PlanePoint): number =>
  (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

/** The convex hull, in order around it (monotone chain). */
export function hullOf(points: readonly PlanePoint[]): PlanePoint[] {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  if (sorted.length < 3) return sorted;
  const half = (from: readonly PlanePoint[]): PlanePoint[] => {
    const chain: PlanePoint[] = [];
    for (const point of from) {
      for (;;) {
        const [before, last] = chain.slice(-2);
        if (before === undefined || last === undefined || turn(before, last, point) > 0) break;
        chain.pop();
      }
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}

/** A round length that is at most `pixels` wide on screen: 1, 2 or 5 times a power of ten metres. */
export function scaleBar(
  scale: number,
  pixels: number,
): { readonly metres: number; readonly width: number } {
  const most = pixels / scale;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((digit) => digit * power).find((length) => length <= most) ?? power;
  return { metres, width: metres * scale };
}
