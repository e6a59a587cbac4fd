import { randomStream, STREAM } from './random.ts';

/** km east and north of the middle of the network, m above sea level. */
export interface AirPlace {
  readonly east: number;
  readonly north: number;
  readonly height: number;
}

export interface FieldScale {
  /** km over which the correlation falls to 1/e. */
  readonly length: number;
  /** h over which it does. */
  readonly hours: number;
  readonly sd: number;
}

/**
 * A random field over places and hours: Gaussian, correlation exp(-distance / length) * exp(-lag / hours). One series per
 * place; a place keeps its series when further places are appended, or further hours.
 */
export function correlatedField(
  keys: readonly number[],
  places: readonly AirPlace[],
  scale: FieldScale,
  hours: number,
): Float64Array[] {
  const factor = choleskyOf(places, scale.length);
  const random = places.map((_, index) => randomStream(...keys, STREAM.airField, index));
  const keep = Math.exp(-1 / scale.hours);
  const fresh = Math.sqrt(1 - keep * keep);
  const out = places.map(() => new Float64Array(hours));
  const state = new Float64Array(places.length);
  const drawn = new Float64Array(places.length);
  for (let k = -1; k < hours; k += 1) {
    random.forEach((stream, index) => {
      drawn[index] = stream.normal();
    });
    for (let row = 0; row < places.length; row += 1) {
      let sum = 0;
      for (let column = 0; column <= row; column += 1)
        sum += (factor[row]?.[column] ?? 0) * (drawn[column] ?? 0);
      const value = k < 0 ? sum : keep * (state[row] ?? 0) + fresh * sum;
      state[row] = value;
      const series = out[row];
      if (k >= 0 && series !== undefined) series[k] = scale.sd * value;
    }
  }
  return out;
}

function choleskyOf(places: readonly AirPlace[], length: number): number[][] {
  const rows: number[][] = [];
  places.forEach((place, i) => {
    const row: number[] = [];
    for (let j = 0; j <= i; j += 1) {
      const other = places[j] ?? place;
      const distance = Math.hypot(place.east - other.east, place.north - other.north);
      // The nugget keeps two devices at one place apart from a singular matrix.
      let sum = i === j ? 1 : (1 - 1e-6) * Math.exp(-distance / length);
      const against = i === j ? row : (rows[j] ?? []);
      for (let k = 0; k < j; k += 1) sum -= (row[k] ?? 0) * (against[k] ?? 0);
      row.push(i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / (rows[j]?.[j] ?? 1));
    }
    rows.push(row);
  });
  return rows;
}
