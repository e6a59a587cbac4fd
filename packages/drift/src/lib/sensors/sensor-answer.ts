import { formatTimestamp } from '@verimeter/telemetry';
import { at } from '@verimeter/statistics';
import { minimumDetectable } from '../health-decision.ts';
import type { DeviceResult, EvidenceItem, HistoryPoint } from '../fleet-types.ts';
import type { Calendar } from './calendar.ts';
import type { DriftPath } from './drift-paths.ts';
import type { JudgedStretch, QuantityVerdict } from './judge-quantity.ts';
import { LEAST_CORRELATION, LEAST_NEIGHBOURS, REFERENCE_KM } from './neighbours.ts';
import type { QuantityNetwork } from './quantity-network.ts';
import { BASELINE_DAYS, type EstimatedSensor } from './sensor-decision.ts';
import { forecastSensor } from './sensor-forecast.ts';
import { errorInterval, INTERVAL_DRIFTS } from './sensor-interval.ts';
import {
  dataDeviation,
  likeliestFactor,
  momentsAt,
  overLimit,
  type Part,
  posteriorAt,
  type Posterior,
} from './sensor-posterior.ts';
import type { SensorSeries } from './sensor-types.ts';

const DAY_US = 86_400 * 1e6;
/** A drift is told in the evidence from this probability on. */
const TOLD_FROM = 0.5;
/** The first weeks of a stretch have no history: nothing is known yet. */
const LEAST_HISTORY_WEEKS = 4;

export interface AnsweredSensor {
  readonly estimated: EstimatedSensor;
  readonly posterior: Posterior;
}

/** What is said of one quantity of a sensor from its last stretch. */
export function answerSensor(
  network: QuantityNetwork,
  judged: JudgedStretch,
  verdict: Pick<QuantityVerdict, 'onsetsPerYear'>,
  asOfUs: number,
): AnsweredSensor {
  const series = network.series[judged.stretch.series] as SensorSeries;
  const { evidence, compared } = judged;
  const { neighbourhood } = compared;
  const last = evidence.weeks - 1;
  const posterior = posteriorAt(evidence, last, verdict.onsetsPerYear);
  const { mean, sd } = momentsAt(evidence, last, verdict.onsetsPerYear);
  const dataSd = dataDeviation(evidence, last);
  const resolvable =
    neighbourhood.correlated >= LEAST_NEIGHBOURS || neighbourhood.nearReferences > 0;
  const forecast = forecastSensor(evidence, posterior.parts, series.limit);
  const ratio = network.comparison === 'ratio';
  const [low = mean, high = mean] = errorInterval(posterior.parts);
  const exitUs = (days: number | undefined): number | undefined =>
    days === undefined ? undefined : asOfUs + days * DAY_US;
  const exitMedianUs = exitUs(forecast.exitMedianDays);
  const exitEarliestUs = exitUs(forecast.exitEarliestDays);
  const exitLatestUs = exitUs(forecast.exitLatestDays);
  const result: DeviceResult = {
    deviceId: series.deviceId,
    quantity: series.quantity,
    groupId: network.groupId,
    groupStatus: 'ok',
    asOfUs,
    indication: 'within_limits',
    recommendation: 'none',
    ...(ratio
      ? { errorEstimate: mean, standardError: sd, intervalLow: low, intervalHigh: high }
      : { offsetEstimate: mean, offsetStandardError: sd }),
    probabilityOverLimit: overLimit(posterior.parts, series.limit),
    probabilityOverInServiceLimit: overLimit(posterior.parts, series.inServiceLimit),
    probabilityDrifted: posterior.probabilityDrifted,
    driftPerYear: forecast.perYear,
    driftPerYearSe: forecast.perYearSd,
    ...(exitMedianUs === undefined ? {} : { exitMedianUs }),
    ...(exitEarliestUs === undefined ? {} : { exitEarliestUs }),
    ...(exitLatestUs === undefined ? {} : { exitLatestUs }),
    minimumDetectable: minimumDetectable(dataSd, series.limit),
    evidenceDays: compared.days.count,
    evidence: evidenceItems(network, judged, { posterior, dataSd, resolvable, mean }),
    history: ratio ? historyOf(network.calendar, judged, verdict.onsetsPerYear) : [],
  };
  return { estimated: { result, limit: series.limit, dataSd, resolvable }, posterior };
}

function evidenceItems(
  network: QuantityNetwork,
  { compared, evidence, stretch, fromWeek, wander }: JudgedStretch,
  said: {
    readonly posterior: Posterior;
    readonly dataSd: number;
    readonly resolvable: boolean;
    readonly mean: number;
  },
): EvidenceItem[] {
  const { neighbourhood, days } = compared;
  const ratio = network.comparison === 'ratio';
  const kind = ratio ? '' : '_offset';
  const items: EvidenceItem[] = [];
  const references = neighbourhood.neighbours.filter(
    ({ stretch: k }) => network.stretches[k]?.reference === true,
  ).length;
  if (neighbourhood.samePlace)
    items.push({
      code: `sensor_beside_reference${kind}`,
      values: { references, data_sd: said.dataSd },
    });
  else if (said.resolvable)
    items.push({
      code: `sensor_compared${kind}`,
      values: {
        neighbours: neighbourhood.neighbours.length - references,
        references,
        data_sd: said.dataSd,
      },
    });
  else
    items.push({
      code: 'sensor_few_neighbours',
      values: {
        neighbours: neighbourhood.correlated,
        least: LEAST_NEIGHBOURS,
        correlation: LEAST_CORRELATION,
        km: REFERENCE_KM,
      },
    });
  items.push({
    code: `sensor_wander${kind}`,
    values: { short: wander.short, walk: wander.walk },
  });
  if (stretch.verified && stretch.fromUs > network.calendar.startUs)
    items.push({ code: 'sensor_restarted', values: { at: formatTimestamp(stretch.fromUs) } });
  if (days.count < BASELINE_DAYS)
    items.push({
      code: 'sensor_short_baseline',
      values: { days: days.count, least: BASELINE_DAYS },
    });
  if (said.posterior.probabilityDrifted >= TOLD_FROM) {
    const told = likeliestPath(said.posterior.parts, evidence.paths);
    if (told !== undefined)
      items.push({
        code: `sensor_${told.path.kind}${kind}`,
        values: {
          size: told.size * (told.path.of === 'offset' ? evidence.levelNow : 1),
          at: formatTimestamp(at(network.calendar.endsUs, fromWeek + told.path.onset) - 7 * DAY_US),
        },
      });
  }
  return items;
}

/** The kind and time of drift with most weight, over all sizes and wanders, and its mean size. */
function likeliestPath(
  parts: readonly Part[],
  paths: readonly DriftPath[],
): { readonly path: DriftPath; readonly size: number } | undefined {
  const sums = new Map<number, { weight: number; size: number }>();
  for (const { path, weight, size } of parts) {
    if (path < 0) continue;
    const sum = sums.get(path) ?? { weight: 0, size: 0 };
    sum.weight += weight;
    sum.size += weight * size;
    sums.set(path, sum);
  }
  let best: { path: DriftPath; size: number; weight: number } | undefined;
  for (const [index, { weight, size }] of sums) {
    const path = paths[index];
    if (path !== undefined && (best === undefined || weight > best.weight))
      best = { path, size: size / weight, weight };
  }
  return best;
}

/** What would have been said at the end of each week, with the wander that is known now. */
function historyOf(
  calendar: Calendar,
  { evidence, fromWeek, compared }: JudgedStretch,
  onsetsPerYear: number,
): HistoryPoint[] {
  const points: HistoryPoint[] = [];
  if (compared.rows.length === 0) return points;
  const factor = likeliestFactor(evidence);
  for (let week = LEAST_HISTORY_WEEKS; week < evidence.weeks; week++) {
    const { mean } = momentsAt(evidence, week, onsetsPerYear, factor);
    const wide = momentsAt(evidence, week, INTERVAL_DRIFTS * onsetsPerYear, factor);
    points.push({
      asOfUs: at(calendar.endsUs, fromWeek + week),
      errorEstimate: mean,
      intervalLow: Math.min(mean, wide.mean - 1.96 * wide.sd),
      intervalHigh: Math.max(mean, wide.mean + 1.96 * wide.sd),
    });
  }
  return points;
}
