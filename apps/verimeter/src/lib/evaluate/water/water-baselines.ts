import type { WaterFleetInput } from '@verimeter/drift';
import { fitRidge, quantile } from '@verimeter/statistics';
import { orNull } from '../fleet-record.ts';

/** What the usual ways say of each home, by device: they ask no gate, and are for comparison only. */
export interface BaselineColumns {
  readonly leastSquares: ReadonlyMap<string, number>;
  readonly leastSquaresSe: ReadonlyMap<string, number>;
  readonly cohort: ReadonlyMap<string, number>;
}

export function waterBaselines(fleet: WaterFleetInput): BaselineColumns {
  const leastSquares = new Map<string, number>();
  const leastSquaresSe = new Map<string, number>();
  for (const district of fleet.districts) {
    const fit = balanceLeastSquares(fleet, district);
    for (const { deviceId, error, standardError } of fit) {
      leastSquares.set(deviceId, error);
      leastSquaresSe.set(deviceId, standardError);
    }
  }
  return { leastSquares, leastSquaresSe, cohort: cohortRatios(fleet) };
}

/** m3 of each interval between neighbouring grid points; NaN where one of its ends is missing. */
const intervals = (register: Float64Array): Float64Array =>
  register.subarray(1).map((value, k) => value - (register[k] ?? Number.NaN));

/**
 * Ordinary least squares on the balance of a district: Q - sum r = - sum beta_i r_i + c, a constant leak, hours of equal weight
 * (drift-estimation.md 2.2 for water). beta = e / (1 + e).
 */
function balanceLeastSquares(
  { meters }: WaterFleetInput,
  district: WaterFleetInput['districts'][number],
): { deviceId: string; error: number; standardError: number }[] {
  const volumes = (role: string): { deviceId: string; volume: Float64Array }[] =>
    district.members.flatMap((member) => {
      const meter = meters[member.meter];
      if (meter === undefined || member.role !== role) return [];
      return [{ deviceId: meter.deviceId, volume: intervals(meter.register) }];
    });
  const [supply] = volumes('supply');
  const homes = volumes('consumer').filter(({ volume }) => volume.some((value) => value > 0));
  if (supply === undefined || homes.length === 0) return [];
  const complete: number[] = [];
  supply.volume.forEach((value, k) => {
    if (!Number.isNaN(value) && homes.every(({ volume }) => !Number.isNaN(volume[k] ?? Number.NaN)))
      complete.push(k);
  });
  if (complete.length < 2 * homes.length) return [];
  const pick = (volume: Float64Array): Float64Array =>
    Float64Array.from(complete, (k) => volume[k] ?? 0);
  const columns = homes.map(({ volume }) => pick(volume));
  const balance = pick(supply.volume);
  for (const column of columns)
    column.forEach((value, k) => {
      balance[k] = (balance[k] ?? 0) - value;
    });
  const design = [
    ...columns.map((column) => column.map((value) => -value)),
    new Float64Array(balance.length).fill(1),
  ];
  const precision = new Float64Array(design.length);
  const fit = fitRidge(design, balance, { precision, variance: 1 });
  if (fit === undefined) return [];
  let squares = 0;
  balance.forEach((value, k) => {
    const fitted = design.reduce(
      (sum, column, i) => sum + (column[k] ?? 0) * (fit.coefficients[i] ?? 0),
      0,
    );
    squares += (value - fitted) ** 2;
  });
  const sd = Math.sqrt(squares / Math.max(1, balance.length - design.length));
  return homes.map(({ deviceId }, i) => {
    const beta = fit.coefficients[i] ?? 0;
    return {
      deviceId,
      error: beta < 1 ? beta / (1 - beta) : Infinity,
      standardError: sd * (fit.deviations[i] ?? 0),
    };
  });
}

/** Volume of the second half over that of the first, over the median of all homes of the fleet, minus 1. */
function cohortRatios({ meters, districts }: WaterFleetInput): Map<string, number> {
  const ratios = districts.flatMap(({ members }) =>
    members.flatMap(({ meter, role }) => {
      const own = meters[meter];
      const ratio = own === undefined || role !== 'consumer' ? undefined : halves(own.register);
      return own === undefined || ratio === undefined ? [] : [{ deviceId: own.deviceId, ratio }];
    }),
  );
  if (ratios.length === 0) return new Map();
  const median = quantile(
    ratios.map(({ ratio }) => ratio),
    0.5,
  );
  return new Map(ratios.map(({ deviceId, ratio }) => [deviceId, ratio / median - 1]));
}

function halves(register: Float64Array): number | undefined {
  const read = [...register.entries()].filter(([, value]) => !Number.isNaN(value));
  const [first, last] = [read[0], read.at(-1)];
  const middle = read.find(([k]) => k >= register.length / 2);
  if (first === undefined || last === undefined || middle === undefined) return undefined;
  const before = (middle[1] - first[1]) / (middle[0] - first[0]);
  const after = (last[1] - middle[1]) / (last[0] - middle[0]);
  return before > 0 && last[0] > middle[0] ? after / before : undefined;
}

export const columnOf = (
  ids: readonly string[],
  values: ReadonlyMap<string, number>,
): (number | null)[] => ids.map((id) => orNull(values.get(id)));
