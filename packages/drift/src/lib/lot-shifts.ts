import { at } from '@verimeter/statistics';
import type { AreaPosterior, LotShifts } from './area-posterior.ts';
import { type FleetPrior, type LotEvidence, lotPrecision, priorOf } from './fleet-prior.ts';

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
  // the lots come last: the end of the factor is that of their precision, all other unknowns integrated out
  const whole = new Float64Array(n * n);
  for (let k = 0; k < n; k++)
    for (let j = 0; j <= k; j++) {
      let sum = 0;
      for (let c = 0; c <= j; c++)
        sum +=
          at(posterior.factor, (first + k) * posterior.size + first + c) *
          at(posterior.factor, (first + j) * posterior.size + first + c);
      whole[k * n + j] = sum;
      whole[j * n + k] = sum;
    }
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
