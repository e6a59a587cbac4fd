import type { Places } from './travel.ts';

/** Cells of unit vectors: about 250 m, and 4 km. */
const FINE = 250 / 6_371_009;
const COARSE = 4000 / 6_371_009;

/** Which candidates are near which, in buckets. */
export interface Neighbours {
  /** Devices near this one, itself included: of its street or, with coordinates, within some 250 to 500 m. */
  near(index: number): Iterable<number>;
  /** Devices within some 4 to 8 km; undefined where they were given before, for a device nearby, or nothing is known of where it is. */
  around(index: number): Iterable<number> | undefined;
  /** What a visit opens: devices at one place. */
  readonly places: readonly (readonly number[])[];
}

type Buckets = Map<string, number[]>;

function put(buckets: Buckets, key: string, index: number): void {
  const bucket = buckets.get(key);
  if (bucket === undefined) buckets.set(key, [index]);
  else bucket.push(index);
}

export function neighboursOf(where: Places, indices: readonly number[]): Neighbours {
  const fine: Buckets = new Map();
  const coarse: Buckets = new Map();
  const streets: Buckets = new Map();
  const groups: Buckets = new Map();
  const cell = (index: number, size: number): [number, number, number] => [
    Math.floor((where.x[index] ?? 0) / size),
    Math.floor((where.y[index] ?? 0) / size),
    Math.floor((where.z[index] ?? 0) / size),
  ];
  for (const index of indices) {
    if (where.located[index] === 1) {
      put(fine, cell(index, FINE).join(), index);
      put(coarse, cell(index, COARSE).join(), index);
    } else if ((where.group[index] ?? -1) >= 0) put(groups, String(where.group[index]), index);
    if ((where.street[index] ?? -1) >= 0) put(streets, String(where.street[index]), index);
  }
  const opened = new Set<string>();
  return {
    *near(index) {
      if (where.located[index] === 1) yield* cellsAround(fine, cell(index, FINE));
      else yield* streets.get(String(where.street[index])) ?? [];
    },
    around(index) {
      const key =
        where.located[index] === 1
          ? cell(index, COARSE).join()
          : (where.group[index] ?? -1) >= 0
            ? `group ${String(where.group[index])}`
            : undefined;
      if (key === undefined || opened.has(key)) return undefined;
      opened.add(key);
      return where.located[index] === 1
        ? cellsAround(coarse, cell(index, COARSE))
        : groups.get(String(where.group[index]));
    },
    places: [...fine.values(), ...streets.values(), ...groups.values()].filter(
      ({ length }) => length > 1,
    ),
  };
}

function* cellsAround(
  buckets: Buckets,
  [x, y, z]: readonly [number, number, number],
): Generator<number> {
  for (let dx = -1; dx <= 1; dx += 1)
    for (let dy = -1; dy <= 1; dy += 1)
      for (let dz = -1; dz <= 1; dz += 1) yield* buckets.get(`${x + dx},${y + dy},${z + dz}`) ?? [];
}
