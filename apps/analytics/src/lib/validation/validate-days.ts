import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Channel,
  type NewValue,
  type Pool,
  replaceEstimates,
  replaceExceptions,
  type StoredException,
} from '@verimeter/registry';
import {
  type ChannelFacts,
  createSeriesWorkspace,
  EARLIEST_TS_US,
  ESTIMATION_MODEL,
  estimateGaps,
  findProlongedEstimation,
  QUALITY,
  type SeriesColumns,
  type ValidationException,
  validateSeries,
} from '@verimeter/telemetry';
import { readChannelFacts } from './channel-facts.ts';
import { continued, readContinuable } from './continued-runs.ts';
import { addReading, createGrowingSeries } from './growing-series.ts';
import { type DatedRules, type RuledSpan, ruledSpans } from './rule-sets.ts';

const DAY_US = 86_400e6;
/** Channels that are validated together: of some weeks, and of years. */
const CHANNELS_OF_WEEKS = 100;
const CHANNELS_OF_YEARS = 5;
const SOME_WEEKS_US = 100 * DAY_US;

export interface ValidateOptions {
  /** Acts as verimeter_service. */
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly sets: readonly DatedRules[];
}

/** What was found of some channels. */
interface Findings {
  readonly exceptions: StoredException[];
  readonly values: NewValue[];
  /** Channels, and behind which instant of each the estimates are these. */
  readonly estimated: { readonly channelId: number; readonly fromUs: number }[];
}

/** One for all: series are validated one after the other. */
const work = createSeriesWorkspace();

/**
 * Validates readings of some channels after `fromUs` (00:00 UTC; -Infinity: from the first one on) up to `toUs`, each day by the rules in
 * force then, and makes exceptions and estimates those that come out. Returns how many rows that changed.
 */
export async function validateDays(
  options: ValidateOptions,
  channels: readonly Channel[],
  fromUs: number,
  toUs: number,
): Promise<number> {
  let changed = 0;
  for (const span of ruledSpans(options.sets, fromUs, toUs))
    // oxlint-disable-next-line no-await-in-loop -- what was found of the days before may go on
    changed += await validateSpan(options, channels, span);
  return changed;
}

async function validateSpan(
  options: ValidateOptions,
  channels: readonly Channel[],
  span: RuledSpan,
): Promise<number> {
  const { rules } = span.set;
  const windowUs = Math.max(EARLIEST_TS_US, span.fromUs - rules.history_days * DAY_US);
  const ids = channels.map(({ channelId }) => channelId);
  // with the reading before the window: what the first one in it adds to, and where a gap began
  const leads = await options.store.lastInstants(ids, windowUs);
  const starts = Map.groupBy(channels, ({ channelId }) =>
    Math.floor((leads.get(channelId) ?? windowUs) / DAY_US),
  );
  let changed = 0;
  for (const own of starts.values()) {
    const startUs = Math.min(...own.map(({ channelId }) => leads.get(channelId) ?? windowUs));
    const limit = span.toUs - startUs <= SOME_WEEKS_US ? CHANNELS_OF_WEEKS : CHANNELS_OF_YEARS;
    for (let first = 0; first < own.length; first += limit)
      // oxlint-disable-next-line no-await-in-loop -- the readings of some channels in memory at a time
      changed += await validateSome(options, own.slice(first, first + limit), span, {
        startUs,
        windowUs,
        leads,
      });
  }
  return changed;
}

async function validateSome(
  options: ValidateOptions,
  channels: readonly Channel[],
  span: RuledSpan,
  read: {
    readonly startUs: number;
    readonly windowUs: number;
    readonly leads: ReadonlyMap<number, number>;
  },
): Promise<number> {
  const { pool, store, tenant } = options;
  const { rules } = span.set;
  const ids = channels.map(({ channelId }) => channelId);
  const own = new Map(ids.map((id) => [id, read.leads.get(id) ?? read.windowUs]));
  const [facts, before] = await Promise.all([
    readChannelFacts(
      options,
      channels,
      { fromUs: read.startUs, toUs: span.toUs },
      rules.sum_check.enabled,
    ),
    readContinuable(pool, own, read.windowUs),
  ]);
  const findings: Findings = { exceptions: [], values: [], estimated: [] };
  const series = createGrowingSeries();
  let current: number | undefined;
  const handOn = (): void => {
    const known = current === undefined ? undefined : facts.get(current);
    if (current !== undefined && known !== undefined)
      validateChannel(findings, series, span, {
        channelId: current,
        facts: known,
        before: before.get(current) ?? [],
      });
    series.length = 0;
  };
  await store.series(ids, read.startUs, span.toUs, (channelId, tsUs, value) => {
    if (channelId !== current) handOn();
    current = channelId;
    // others of the group were read from an earlier instant on
    if (tsUs >= (own.get(channelId) ?? 0)) addReading(series, tsUs, value);
  });
  handOn();
  const { fromUs, toUs } = span;
  const changed = await replaceExceptions(
    pool,
    tenant,
    { channelIds: ids, fromUs, toUs },
    findings.exceptions,
  );
  const silent = ids.filter((id) => !findings.estimated.some(({ channelId }) => channelId === id));
  const estimated = await replaceEstimates(
    pool,
    tenant,
    {
      channels: [...findings.estimated, ...silent.map((channelId) => ({ channelId, fromUs }))],
      toUs,
      model: ESTIMATION_MODEL,
      code: QUALITY.estimated,
    },
    findings.values,
  );
  return changed + estimated;
}

function validateChannel(
  { exceptions, values, estimated }: Findings,
  series: SeriesColumns,
  { fromUs, toUs, set }: RuledSpan,
  of: {
    readonly channelId: number;
    readonly facts: ChannelFacts;
    readonly before: readonly StoredException[];
  },
): void {
  const { channelId, facts, before } = of;
  const rulesVersion = set.version;
  const put = (exception: ValidationException): void => {
    // what ends with the day before belongs to it; of a gap that reaches up to here it is not known yet
    const isOwn = exception.marks ? exception.toUs > fromUs : exception.toUs >= fromUs;
    if (isOwn)
      exceptions.push({ ...continued(exception, series, before), channelId, rulesVersion });
  };
  for (const exception of validateSeries(work, series, facts, set.rules, toUs)) put(exception);
  const { values: found, spans } = estimateGaps(work, facts, set.rules, fromUs);
  for (const exception of findProlongedEstimation(spans, set.rules)) put(exception);
  for (const { tsUs, value, method } of found)
    values.push({ channelId, tsUs, value, method, rulesVersion });
  // a gap may have begun before the days that are validated
  estimated.push({ channelId, fromUs: Math.min(fromUs, ...spans.map((span) => span.fromUs)) });
}
