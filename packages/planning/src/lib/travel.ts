import type { Candidate, Place, TravelSettings } from './candidate.ts';

const EARTH_KM = 6371.0088;
const RADIAN = Math.PI / 180;

/** Minutes between devices by their place in the list, and from the depot. Symmetric; to itself nothing. */
export interface Travel {
  between(left: number, right: number): number;
  fromDepot(index: number): number;
}

/** Where candidates are, and who is near whom. */
export interface Places {
  /** -1: unknown. */
  readonly street: Int32Array;
  readonly group: Int32Array;
  readonly located: Uint8Array;
  /** Unit vectors from the centre of the earth. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** An address without what tells the house: numbers of it and of the flat in front, and case and spaces. */
export function streetOf(address: string): string {
  return address
    .normalize('NFC')
    .toLowerCase()
    .replace(
      /^\s*(?:(?:số(?:\s+nhà)?|no\.?|nhà|căn(?:\s+hộ)?)\s+)?(?:[\p{L}]{0,2}\d[\p{L}\d/.-]*)[\s,]+/u,
      '',
    )
    .replaceAll(/\s+/g, ' ')
    .trim();
}

export function placesOf(candidates: readonly Candidate[]): Places {
  const n = candidates.length;
  const places: Places = {
    street: new Int32Array(n),
    group: new Int32Array(n),
    located: new Uint8Array(n),
    x: new Float64Array(n),
    y: new Float64Array(n),
    z: new Float64Array(n),
  };
  const streets = new Map<string, number>();
  const groups = new Map<string, number>();
  for (const [i, { address, groupId, lat, lon }] of candidates.entries()) {
    // The same street name in another area is another street.
    const street = address === undefined ? '' : streetOf(address);
    places.street[i] = street === '' ? -1 : numbered(streets, `${groupId ?? ''}|${street}`);
    places.group[i] = groupId === undefined ? -1 : numbered(groups, groupId);
    if (lat === undefined || lon === undefined) continue;
    places.located[i] = 1;
    [places.x[i], places.y[i], places.z[i]] = unitVector({ lat, lon });
  }
  return places;
}

function numbered(names: Map<string, number>, name: string): number {
  let number = names.get(name);
  if (number === undefined) names.set(name, (number = names.size));
  return number;
}

function unitVector({ lat, lon }: Place): [x: number, y: number, z: number] {
  const cosine = Math.cos(lat * RADIAN);
  return [cosine * Math.cos(lon * RADIAN), cosine * Math.sin(lon * RADIAN), Math.sin(lat * RADIAN)];
}

const at = (array: Float64Array | Int32Array, index: number): number => array[index] ?? Number.NaN;

/** Great-circle distance of two unit vectors, by the chord: exact for metres too. */
function kilometres(dx: number, dy: number, dz: number): number {
  const chord = Math.sqrt(dx * dx + dy * dy + dz * dz);
  return 2 * EARTH_KM * Math.asin(Math.min(1, chord / 2));
}

export function travelOf(places: Places, settings: TravelSettings, depot?: Place): Travel {
  const { x, y, z, street, group, located } = places;
  const { stopMinutes, sameStreetMinutes, sameGroupMinutes, farMinutes } = settings;
  const perKilometre = (60 * settings.detour) / settings.speedKmh;
  const start = depot === undefined ? undefined : unitVector(depot);
  return {
    between(i, j) {
      if (i === j) return 0;
      if (located[i] === 1 && located[j] === 1)
        return (
          stopMinutes +
          perKilometre * kilometres(at(x, i) - at(x, j), at(y, i) - at(y, j), at(z, i) - at(z, j))
        );
      if (at(street, i) >= 0 && street[i] === street[j]) return sameStreetMinutes;
      return at(group, i) >= 0 && group[i] === group[j] ? sameGroupMinutes : farMinutes;
    },
    fromDepot(i) {
      if (start === undefined || located[i] !== 1) return farMinutes;
      return (
        stopMinutes +
        perKilometre * kilometres(at(x, i) - start[0], at(y, i) - start[1], at(z, i) - start[2])
      );
    },
  };
}
