export { type AppOptions, buildApp } from './lib/app.ts';
export { readingAt, versionsAt } from './lib/value-history.ts';
export {
  type ApiOptions,
  type RunningApi,
  SchemaNotCurrentError,
  startApi,
} from './lib/start-api.ts';
export {
  capacitiesIn,
  makePreparedPlan,
  type MadePlanRows,
  preparePlan,
  todayIn,
} from './lib/plans/make-plan.ts';
export { toItem, toNext, toPlan } from './lib/plans/plan-shapes.ts';
export { toCustomerRequest } from './lib/customer-request-item.ts';
export {
  makeEvidencePack,
  printEvidencePack,
  storedEvidencePack,
} from './lib/evidence-pack/make.ts';
export { makeReport } from './lib/report/make-report.ts';
