export {
  type Candidate,
  type LegalDue,
  type Place,
  type PlanSettings,
  type PointSettings,
  type Policy,
  type Tariffs,
  type Team,
  type TravelSettings,
  DEFAULT_SETTINGS,
  POLICIES,
} from './lib/candidate.ts';
export { expectedAbsoluteError, foldedMean, meanBeyond } from './lib/expected-error.ts';
export { type Plan, type PlanInput, type TeamSummary, makePlan } from './lib/make-plan.ts';
export { firstDayOf, isPeriod, lastDayOf, laterPeriod, workingDays } from './lib/period.ts';
export type {
  PlannedDevice,
  PlannedVisit,
  Reason,
  Terms,
  WaitingDevice,
} from './lib/plan-types.ts';
export {
  type SimulatedMonth,
  type Simulation,
  type SimulationInput,
  simulateDueDates,
} from './lib/simulate-due-dates.ts';
export { streetOf } from './lib/travel.ts';
