import {
  type ChannelFacts,
  createSeriesWorkspace,
  estimateGaps,
  findProlongedEstimation,
  type JudgedRegisterEvent,
  type SeriesColumns,
  type ValidationException,
  type ValidationRules,
  validateSeries,
  watchRegister,
} from '@verimeter/telemetry';

const work = createSeriesWorkspace();

/** All that the rules say of a series, with the events that its register shows. */
export function validateChannel(
  series: SeriesColumns,
  facts: ChannelFacts,
  rules: ValidationRules,
): ValidationException[] {
  const known =
    facts.kind === 'register' && facts.events === undefined
      ? { ...facts, events: eventsOf(series) }
      : facts;
  const untilUs = series.tsUs[series.length - 1] ?? 0;
  const found = validateSeries(work, series, known, rules, untilUs);
  const { spans } = estimateGaps(work, known, rules, -Infinity);
  return [...found, ...findProlongedEstimation(spans, rules)];
}

function eventsOf({ length, tsUs, value }: SeriesColumns): JudgedRegisterEvent[] {
  const watch = watchRegister();
  const events: JudgedRegisterEvent[] = [];
  for (let k = 0; k < length; k++) {
    const event = watch.take(tsUs[k] ?? 0, value[k] ?? 0);
    if (event !== undefined) events.push({ ...event, state: 'open' });
  }
  const last = watch.unsettled();
  if (last !== undefined) events.push({ ...last, state: 'open' });
  return events;
}
