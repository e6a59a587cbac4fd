import type { LotContrast, LotTrend } from '@verimeter/drift';
import type { RelativeDrift } from '@verimeter/registry';

/** Meters of a lot from which it is stated, as for water. */
export const LEAST_METERS = 10;
/** One-sided 5 % false, 90 % found. */
const MDD_FACTOR = 1.645 + 1.28;

/** Of a lot that nothing may be claimed of. */
export const NO_CONTRAST: RelativeDrift = {
  relativeDriftPerYear: null,
  relativeDriftPerYearSe: null,
  relativeDriftPerThousandCubicMetres: null,
  relativeDriftPerThousandCubicMetresSe: null,
  relativeHomes: null,
  relativeMinimumDetectable: null,
  relativePosteriorPerYear: null,
  relativePosteriorPerYearSe: null,
  relativePosteriorPerThousandCubicMetres: null,
  relativePosteriorPerThousandCubicMetresSe: null,
};

/** By lot, from its own homes alone, since what lots of its type do is no evidence against it; and beside it with what these do. */
export function waterContrasts(lots: readonly LotTrend[]): Map<string, RelativeDrift> {
  return new Map(
    lots.flatMap(({ lot, homes, perYear, perThousandCubicMetres, minimumDetectable }) =>
      perYear === undefined || perThousandCubicMetres === undefined
        ? []
        : [
            [
              lot,
              {
                relativeDriftPerYear: perYear.estimate,
                relativeDriftPerYearSe: perYear.se,
                relativeDriftPerThousandCubicMetres: perThousandCubicMetres.estimate,
                relativeDriftPerThousandCubicMetresSe: perThousandCubicMetres.se,
                relativeHomes: homes,
                relativeMinimumDetectable: minimumDetectable ?? null,
                relativePosteriorPerYear: perYear.posteriorMean,
                relativePosteriorPerYearSe: perYear.posteriorSd,
                relativePosteriorPerThousandCubicMetres: perThousandCubicMetres.posteriorMean,
                relativePosteriorPerThousandCubicMetresSe: perThousandCubicMetres.posteriorSd,
              },
            ] as const,
          ],
    ),
  );
}

/** By lot; `years` between the windows. */
export function perYearContrasts(
  contrasts: readonly LotContrast[],
  years: number,
): Map<string, RelativeDrift> {
  return new Map(
    contrasts.flatMap(({ lot, meters, drift, se }) =>
      meters < LEAST_METERS
        ? []
        : [
            [
              lot,
              {
                ...NO_CONTRAST,
                relativeDriftPerYear: drift / years,
                relativeDriftPerYearSe: se / years,
                relativeHomes: meters,
                relativeMinimumDetectable: (MDD_FACTOR * se) / years,
              },
            ] as const,
          ],
    ),
  );
}
