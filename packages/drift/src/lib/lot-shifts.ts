import { at, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaPosterior, LotShifts } from './area-posterior.ts';
import {
  type FleetPrior,
  inverse,
  type LotEvidence,
  lotPrecision,
  priorOf,
} from './fleet-prior.ts';

/** Lots of the consumers that are judged, sorted by name. */
export interface AreaLots {
  readonly names: readonly string[];
  readonly shifts: LotShifts;
}

/** `lots`: lot of each consumer, undefined where it teaches nothing of its lot. */
export function areaLots(lots: readonly (string | undefined)[], fleet: FleetPrior): AreaLots {
  const members = new Map<string, number[]>();
  lots.forEach((lot, i) => {
    if (lot === undefined) return;
    const list = members.get(lot);
    if (list === undefined) members.set(lot, [i]);
    else list.push(i);
  });
  const names = [...members.keys()].toSorted();
  return {
    names,
    shifts: {
      members: names.map((name) => members.get(name) ?? []),
      precision: lotPrecision(fleet, names),
    },
  };
}

/** What the area itself says of the means of its lots: its posterior less what was known before. */
export function lotEvidence(
  posterior: AreaPosterior,
  { names, shifts }: AreaLots,
  fleet: FleetPrior,
  area: string,
): LotEvidence {
  const n = names.length;
  const first = posterior.size - n;
  const covariance = new Float64Array(n * n);
  const unit = new Float64Array(posterior.size);
  for (let k = 0; k < n; k++) {
    unit.fill(0);
    unit[first + k] = 1;
    solveCholeskyInPlace(posterior.factor, posterior.size, unit);
    for (let j = 0; j < n; j++) covariance[k * n + j] = at(unit, first + j);
  }
  const whole = inverse(covariance, n);
  const information = whole.map((value, k) => value - at(shifts.precision, k));
  const moment = new Float64Array(n);
  for (let k = 0; k < n; k++)
    for (let j = 0; j < n; j++)
      moment[k] =
        at(moment, k) +
        at(whole, k * n + j) * at(posterior.coefficients, first + j) +
        at(information, k * n + j) * priorOf(fleet, names[j] ?? '').lotMean;
  return {
    area,
    lots: names,
    lossSeen: posterior.evidence.design.lossSeen,
    lossShare: posterior.evidence.design.lossShare,
    information,
    moment,
  };
}
