import { summarizeDays } from './day-statistics.ts';
import { findZeroRuns } from './rules/consecutive-zero.ts';
import { findDuplicates } from './rules/duplicate.ts';
import { findGaps } from './rules/gap.ts';
import { findIdentical } from './rules/identical.ts';
import { checkIntervalSize } from './rules/interval-size.ts';
import { findMultipliers } from './rules/multiplier.ts';
import { findFalls } from './rules/negative.ts';
import { checkRange, valueTest } from './rules/range.ts';
import { checkRating } from './rules/rating.ts';
import { handOnEvents } from './rules/register-events.ts';
import { findReverseFlow } from './rules/reverse-flow.ts';
import type { RuleContext } from './rules/rule-context.ts';
import { findSpikes } from './rules/spike.ts';
import { checkSums } from './rules/sum-check.ts';
import { checkUnit } from './rules/unit.ts';
import { compareUsage } from './rules/usage.ts';
import type { SeriesWorkspace } from './series-workspace.ts';
import { takeSeries } from './take-series.ts';
import type { ValidationRules } from './validation-rules.ts';
import type { ChannelFacts, SeriesColumns, ValidationException } from './validation-types.ts';

/** Registers of what is used. The others (export, reverse flow, reactive energy) stand still for months and are none the worse. */
const CONSUMPTION: ReadonlySet<string> = new Set([
  'active_energy_import',
  'water_volume',
  'heat_energy',
]);

/**
 * Holds the readings of one channel up to `untilUs` against the rules. What is said of a day depends on its readings, those of the
 * days looked back and the one before them: so a day comes out the same with whatever is read besides. Nothing is
 * allocated but for what is found. By rule, each in the order of time.
 */
export function validateSeries(
  work: SeriesWorkspace,
  series: SeriesColumns,
  facts: ChannelFacts,
  rules: ValidationRules,
  untilUs: number,
): ValidationException[] {
  const found: ValidationException[] = [];
  const isRegister = facts.kind === 'register';
  const isBad = checkRange(series, facts, rules, untilUs, found);
  const test = isBad ? valueTest(facts, rules) : undefined;
  const isValue = test === undefined ? undefined : (value: number) => test(value) === undefined;
  if (!takeSeries(work, series, facts, untilUs, isValue)) return found;
  summarizeDays(work, rules.history_days, isRegister);
  const context: RuleContext = { work, facts, rules, found };
  if (rules.gap.enabled) findGaps(context);
  if (rules.duplicate.enabled) findDuplicates(context);
  if (rules.interval_size.enabled) checkIntervalSize(context);
  if (rules.unit.enabled) checkUnit(context);
  if (rules.spike.enabled) findSpikes(context);
  if (rules.identical.enabled) findIdentical(context);
  if (!isRegister) return found;
  if (rules.register_event.enabled) handOnEvents(facts, rules, untilUs, found);
  if (rules.negative.enabled) findFalls(context);
  if (rules.reverse_flow.enabled) findReverseFlow(context);
  if (rules.rating.enabled) checkRating(context);
  if (CONSUMPTION.has(facts.quantity)) {
    if (rules.consecutive_zero.enabled) findZeroRuns(context);
    compareUsage(context);
  }
  if (rules.multiplier.enabled) findMultipliers(context);
  if (rules.sum_check.enabled) checkSums(context);
  return found;
}
