import { type TrialDistrict, trialSupply } from './trial-district.ts';
import type { TrialDistrictOptions } from './trial-district-options.ts';

/** A valve on the boundary of two districts that stands open for a while. */
export interface ValveOpening {
  readonly sinceDay: number;
  /** Until the end: Infinity. */
  readonly untilDay: number;
  /** Share of what the second district draws that comes through it. */
  readonly share: number;
}

/** A district with the options that it was built from. */
export interface BuiltDistrict {
  readonly options: TrialDistrictOptions;
  readonly district: TrialDistrict;
}

/**
 * The first of two districts feeds a part of the second one while the valve between them is open: the one supply counts what the other one does not. What
 * it changes of the pressures is left out.
 */
export function openValve(
  first: BuiltDistrict,
  second: BuiltDistrict,
  { sinceDay, untilDay, share }: ValveOpening,
): [TrialDistrict, TrialDistrict] {
  const { steps, supply } = second.district.flow;
  const perDay = 86_400 / steps.stepS;
  const passing = supply.map((volume, step) =>
    step >= sinceDay * perDay && step < untilDay * perDay ? share * volume : 0,
  );
  return [withFlow(first, passing, 1), withFlow(second, passing, -1)];
}

function withFlow(
  { options, district }: BuiltDistrict,
  passing: Float64Array,
  sign: 1 | -1,
): TrialDistrict {
  const flow = {
    ...district.flow,
    supply: district.flow.supply.map((volume, step) => volume + sign * (passing[step] ?? 0)),
  };
  const { meter, error } = trialSupply(options, flow);
  return {
    ...district,
    flow,
    truth: { ...district.truth, supplyError: error },
    meters: district.meters.map((known) =>
      known.deviceId === meter.deviceId ? { ...known, ...meter } : known,
    ),
  };
}
