/** Step of the hydraulic model. Draws inside keep their own flow where a meter sees them. */
const WATER_STEP_S = 300;
const WATER_STEPS_PER_HOUR = 3600 / WATER_STEP_S;
/** Hours before the first and after the last grid point: for clocks that are wrong. */
const LEAD_HOURS = 1;

/** Steps of a window of whole hours, with an hour to spare on both sides. */
export interface WaterSteps {
  readonly hours: number;
  readonly steps: number;
  readonly fromS: number;
  readonly stepS: number;
}

export const waterSteps = (hours: number): WaterSteps => ({
  hours,
  steps: (hours + 2 * LEAD_HOURS) * WATER_STEPS_PER_HOUR,
  fromS: -LEAD_HOURS * 3600,
  stepS: WATER_STEP_S,
});
