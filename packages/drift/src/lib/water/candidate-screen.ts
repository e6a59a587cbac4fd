import { addProducts, at } from '@verimeter/statistics';
import type { FleetInput, MeterSeries } from '../fleet-types.ts';
import { netCounter } from '../grid-counter.ts';
import type { WhitenedDistrict } from './district-evidence.ts';
import { counterAt, phaseShift } from './read-phase.ts';
import type { WaterFleetInput } from './water-types.ts';

/** Meters that are looked at closely of all that might explain what a balance leaves over. */
export const LOOKED_AT = 24;
/**
 * Product of the volume with what is left over below which no meter passes the close look: 6.5 standard deviations with a gain of no more than 1.5 and two
 * standard deviations are an information of 3 squared at least, and their product this.
 */
const LEAST_PRODUCT = 19.5;
/** Meters whose volumes are in memory at a time. */
const METERS_AT_A_TIME = 256;
const LITRES = 1000;

/** A district whose balance asks who else may be in it. */
export interface AskingDistrict {
  readonly evidence: WhitenedDistrict;
  /** Grid of the district over that of the fleet, microseconds. */
  readonly phaseUs: number;
  readonly members: ReadonlySet<number>;
}

interface Asked extends AskingDistrict {
  /** What a litre in each step of the grid adds to the product with the residual. */
  readonly perLitre: Float64Array;
  readonly first: number;
  readonly last: number;
  readonly best: { meter: number; score: number }[];
}

/**
 * For each district the meters of the fleet that may explain what its balance leaves over, the most likely first. A whitened column times the residual is the
 * volume times the residual whitened backwards, so that all meters are compared with all districts by one product of two matrices.
 */
export function shortlists(
  input: WaterFleetInput,
  view: FleetInput,
  strangers: readonly number[],
  districts: readonly AskingDistrict[],
): number[][] {
  if (strangers.length <= LOOKED_AT)
    return districts.map(({ members }) => strangers.filter((meter) => !members.has(meter)));
  const asked = districts.map((district) => asking(district, view.grid.count));
  const volumes = Array.from({ length: METERS_AT_A_TIME }, () => noVolumes(view.grid.count));
  for (const [phaseUs, own] of Map.groupBy(asked, (district) => district.phaseUs))
    for (let next = 0; next < strangers.length; next += METERS_AT_A_TIME) {
      const meters = strangers.slice(next, next + METERS_AT_A_TIME);
      meters.forEach((meter, i) => {
        const series = view.meters[meter];
        const into = volumes[i] as Volumes;
        if (series !== undefined) fillVolumes(into, series, phaseShift(input, meter, phaseUs));
      });
      compare(own, meters, volumes.slice(0, meters.length));
    }
  return asked.map(({ best }) => best.map(({ meter }) => meter));
}

function asking(district: AskingDistrict, count: number): Asked {
  const { design, residual, transposed } = district.evidence;
  const { from, to, count: intervals } = design.intervals;
  const perLitre = new Float64Array(count);
  transposed(residual).forEach((value, t) => perLitre.fill(value, at(from, t) + 1, at(to, t) + 1));
  return { ...district, perLitre, first: at(from, 0), last: at(to, intervals - 1), best: [] };
}

/** Of one meter, by grid point. */
interface Volumes {
  /** Litres of the step that ends there; nothing where a reading is missing. */
  readonly litres: Float64Array;
  /** Sum up to there of half the squares of what the volume changes from step to step: leaks follow the rest. */
  readonly changes: Float64Array;
}

const noVolumes = (count: number): Volumes => ({
  litres: new Float64Array(count),
  changes: new Float64Array(count),
});

function fillVolumes({ litres, changes }: Volumes, series: MeterSeries, shift: number): void {
  const counter = counterAt(netCounter(series), shift);
  // a register that runs backwards says nothing, one that counts both ways may
  const least = series.exportRegister === undefined ? 0 : -Infinity;
  let sum = 0;
  let before = counter[0] as number;
  let last = 0;
  for (let k = 1; k < litres.length; k++) {
    const after = counter[k] as number;
    const volume = LITRES * (after - before);
    const flown = volume > least ? volume : 0;
    const change = flown - last;
    sum += 0.5 * change * change;
    litres[k] = flown;
    changes[k] = sum;
    last = flown;
    before = after;
  }
}

function compare(
  districts: readonly Asked[],
  meters: readonly number[],
  volumes: readonly Volumes[],
): void {
  const products = new Float64Array(districts.length * meters.length);
  const range = { from: 0, to: volumes[0]?.litres.length ?? 0 };
  addProducts(
    products,
    districts.map(({ perLitre }) => perLitre),
    volumes.map(({ litres }) => litres),
    range,
  );
  districts.forEach(({ members, first, last, best }, d) => {
    for (let m = 0; m < meters.length; m++) {
      const product = products[d * meters.length + m] as number;
      if (!(product > LEAST_PRODUCT)) continue;
      const { changes } = volumes[m] as Volumes;
      const score = product / Math.sqrt(at(changes, last) - at(changes, first));
      const meter = meters[m] as number;
      if (best.length === LOOKED_AT && !(score > (best.at(-1)?.score ?? 0))) continue;
      if (!Number.isFinite(score) || members.has(meter)) continue;
      const place = best.findIndex((known) => known.score < score);
      best.splice(place < 0 ? best.length : place, 0, { meter, score });
      if (best.length > LOOKED_AT) best.pop();
    }
  });
}
