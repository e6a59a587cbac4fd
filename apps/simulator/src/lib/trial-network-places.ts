import type { AirPlace } from './air-field.ts';
import { randomStream, STREAM } from './random.ts';
import type { TrialNetworkOptions } from './trial-network-options.ts';

/** Near Thủ Dầu Một. */
const CENTRE = { latitude: 10.98, longitude: 106.652 };
const KM_PER_DEGREE = 111.2;

/** Sensors on a shaken triangular lattice, from the middle outwards; then the references; then where sensors are moved to. */
export function networkPlaces(
  keys: readonly number[],
  options: TrialNetworkOptions,
  moves: readonly { readonly sensor: number }[],
): AirPlace[] {
  const spacing = options.spacing ?? 1.5;
  const lattice = latticePoints(options.sensors);
  const sensors = lattice.map(([east, north], index) => {
    const random = randomStream(...keys, STREAM.airSite, 1000 + index);
    return {
      east: spacing * (east + random.uniform(-0.25, 0.25)),
      north: spacing * (north + random.uniform(-0.25, 0.25)),
      height: random.uniform(2, 45),
    };
  });
  const references = Array.from({ length: options.references ?? 0 }, (_, index) => {
    const random = randomStream(...keys, STREAM.airSite, 2000 + index);
    const side = index === 0 ? 1 : -1;
    return {
      east: spacing * side * random.uniform(0.3, 0.7),
      north: spacing * side * random.uniform(0.3, 0.7),
      height: 10,
    };
  });
  const moved = moves.map(({ sensor }, index): AirPlace => {
    const random = randomStream(...keys, STREAM.airSite, 3000 + index);
    const from = sensors[sensor] ?? { east: 0, north: 0 };
    return {
      east: from.east + spacing * random.uniform(0.2, 0.5),
      north: from.north - spacing * random.uniform(0.2, 0.5),
      height: random.uniform(2, 45),
    };
  });
  return [...sensors, ...references, ...moved];
}

export function positionOf({ east, north }: AirPlace): { latitude: number; longitude: number } {
  return {
    latitude: CENTRE.latitude + north / KM_PER_DEGREE,
    longitude:
      CENTRE.longitude + east / (KM_PER_DEGREE * Math.cos((CENTRE.latitude * Math.PI) / 180)),
  };
}

/** Points of a triangular lattice of step one, the nearest to its middle first. */
function latticePoints(count: number): (readonly [east: number, north: number])[] {
  const reach = Math.ceil(Math.sqrt(count)) + 2;
  const points: (readonly [number, number])[] = [];
  for (let row = -reach; row <= reach; row += 1)
    for (let column = -reach; column <= reach; column += 1)
      points.push([column + 0.5 * row, (Math.sqrt(3) / 2) * row]);
  return points
    .toSorted((a, b) => Math.hypot(...a) - Math.hypot(...b) || a[1] - b[1] || a[0] - b[0])
    .slice(0, count);
}
