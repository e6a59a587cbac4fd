import {
  bootstrapped,
  countBy,
  type Measure,
  medianOf,
  rootMeanSquare,
  share,
  type Share,
} from '../measures.ts';
import { headOf } from '../record-head.ts';
import { poissonRate, type Rate } from './poisson-range.ts';
import { findSensorCell } from './sensor-cells.ts';
import type { ChannelVerdict, NetworkRecord } from './sensor-record.ts';

const DAYS_PER_YEAR = 365.25;
const DAYS_PER_MONTH = DAYS_PER_YEAR / 12;
/** Months after the onset within which the acceptance table wants a drift found. */
export const WITHIN_MONTHS = [3, 4, 6, 9, 12.5] as const;

export interface JudgeMetrics {
  readonly name: string;
  /** Drifted channels listed (`watch` or `reverify`) within so many months of the onset, in the order of `WITHIN_MONTHS`. */
  readonly within: readonly Share[];
  readonly reverifyWithin: readonly Share[];
  /** Months from the onset to the list; null where less than half was found. */
  readonly medianMonths: Measure;
  /** Per 10 years of channels of the quantity, and of devices with all their quantities. */
  readonly falseAlarms: Rate;
  readonly falseAlarmsOfDevices: Rate;
  readonly falseReverify: Rate;
  readonly falseInspections: Rate;
  readonly inspected: Share;
  readonly coverage: Readonly<Record<'healthy' | 'drifted', Share>>;
  /** Of e, or of the offset in its unit. */
  readonly rmse: Readonly<Record<'healthy' | 'drifted', number | null>>;
  /** Share of the looks at which nothing was said. */
  readonly abstained: number | null;
  readonly minimumDetectable: number | null;
  /** Over the drifted channels that were corrected: rms of indicated - actual, and of the own error, as shares of the limit. */
  readonly corrected: {
    readonly channels: number;
    readonly before: number | null;
    readonly after: number | null;
    readonly errorBefore: number | null;
    readonly errorAfter: number | null;
  };
  readonly lastIndications: Readonly<
    Record<'healthy' | 'drifted', Readonly<Record<string, number>>>
  >;
}

export interface SensorCellMetrics {
  readonly cell: string;
  readonly source: NetworkRecord['source'];
  readonly seeds: readonly number[];
  readonly model: string;
  readonly command: string;
  readonly networks: number;
  readonly sensors: number;
  readonly drifted: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly judges: readonly JudgeMetrics[];
  readonly secondsPerNetwork: number;
}

type Channel = NetworkRecord['channels'][number];

interface Judged {
  readonly channel: Channel;
  readonly verdict: ChannelVerdict;
  readonly record: NetworkRecord;
}

/** Everything that is said of one cell, from its records. */
export function sensorCellMetrics(records: readonly NetworkRecord[]): SensorCellMetrics {
  const { first, head } = headOf(records);
  const names = new Set(
    records.flatMap(({ channels }) => channels.flatMap(({ verdicts }) => Object.keys(verdicts))),
  );
  const channels = records.flatMap((record) => record.channels.filter(isScored(record)));
  return {
    ...head,
    source: first.source,
    networks: records.length,
    sensors: channels.length,
    drifted: channels.filter(({ onset }) => onset !== null).length,
    statuses: countBy(records.map(({ status }) => status)),
    judges: [...names].map((name) => judgeMetrics(name, records)),
    secondsPerNetwork:
      records.reduce((sum, { time }) => sum + time.analyze, 0) / 1000 / records.length,
  };
}

function isScored({ cell }: NetworkRecord): (channel: Channel) => boolean {
  const quantity = findSensorCell(cell)?.options.quantity;
  return (channel) => channel.quantity === quantity;
}

function judgeMetrics(name: string, records: readonly NetworkRecord[]): JudgeMetrics {
  const judgedIn = (record: NetworkRecord): Judged[] =>
    record.channels.flatMap((channel) => {
      const verdict = channel.verdicts[name];
      return verdict === undefined ? [] : [{ channel, verdict, record }];
    });
  const perNetwork = records.map((record) =>
    judgedIn(record).filter(({ channel }) => isScored(record)(channel)),
  );
  const rows = perNetwork.flat();
  const drifted = rows.filter(({ channel }) => channel.onset !== null);
  // The same real stations are healthy in all networks of a cell: they count once, in the one without a fault.
  const counted = records.filter(({ source, network }) => source === 'simulated' || network === 0);
  const all = counted.flatMap(judgedIn);
  const scored = all.filter(({ channel, record }) => isScored(record)(channel));
  const devices = new Map(all.map((row) => [`${row.record.network} ${row.channel.deviceId}`, row]));
  const deviceYears = [...devices.values()].reduce((sum, row) => sum + wholeYears(row), 0);
  return {
    name,
    within: withinMonths(drifted, ({ firstListed }) => firstListed),
    reverifyWithin: withinMonths(drifted, ({ firstReverify }) => firstReverify),
    medianMonths: bootstrapped(perNetwork, (networks) => medianMonths(networks.flat())),
    falseAlarms: rateOf(scored, ['watch', 'reverify']),
    falseAlarmsOfDevices: poissonRate(
      all.reduce((sum, row) => sum + falseListings(row, ['watch', 'reverify']), 0),
      deviceYears,
      10,
    ),
    falseReverify: rateOf(scored, ['reverify']),
    falseInspections: rateOf(scored, ['inspect']),
    inspected: share(
      drifted.filter(({ verdict }) => verdict.firstInspect !== null).length,
      drifted.length,
    ),
    coverage: { healthy: coverageOf(rows, false), drifted: coverageOf(rows, true) },
    rmse: { healthy: rmseOf(rows, false), drifted: rmseOf(rows, true) },
    abstained:
      rows.length === 0
        ? null
        : rows.reduce((sum, { verdict, record }) => sum + verdict.abstained / record.looks, 0) /
          rows.length,
    minimumDetectable: medianOf(
      rows.flatMap(({ verdict }) =>
        verdict.minimumDetectable === null ? [] : [verdict.minimumDetectable],
      ),
    ),
    corrected: correctedOf(drifted),
    lastIndications: {
      healthy: indicationsOf(rows, false),
      drifted: indicationsOf(rows, true),
    },
  };
}

function withinMonths(
  drifted: readonly Judged[],
  dayOf: (verdict: ChannelVerdict) => number | null,
): Share[] {
  return WITHIN_MONTHS.map((months) =>
    share(
      drifted.filter(({ channel, verdict }) => {
        const day = dayOf(verdict);
        return day !== null && day - (channel.onset ?? 0) <= months * DAYS_PER_MONTH;
      }).length,
      drifted.length,
    ),
  );
}

function medianMonths(rows: readonly Judged[]): number | null {
  const months = rows
    .filter(({ channel }) => channel.onset !== null)
    .map(({ channel, verdict }) =>
      verdict.firstListed === null
        ? Infinity
        : (verdict.firstListed - (channel.onset ?? 0)) / DAYS_PER_MONTH,
    )
    .toSorted((a, b) => a - b);
  const middle = months[Math.floor(months.length / 2)];
  return middle === undefined || !Number.isFinite(middle) ? null : middle;
}

/** Last day on which the channel was healthy within its limit. */
const lastHealthy = ({ channel, record }: Judged): number =>
  Math.min(record.lastLook, channel.onset ?? Infinity, channel.beyondLimit ?? Infinity);

const healthyYears = (row: Judged): number =>
  Math.max(0, lastHealthy(row) - row.record.firstLook) / DAYS_PER_YEAR;

const wholeYears = ({ record }: Judged): number =>
  (record.lastLook - record.firstLook) / DAYS_PER_YEAR;

function falseListings(row: Judged, lists: readonly string[]): number {
  const until = lastHealthy(row);
  const before = row.channel.onset === null && row.channel.beyondLimit === null ? Infinity : until;
  return row.verdict.listings.filter(({ day, list }) => day < before && lists.includes(list))
    .length;
}

function rateOf(rows: readonly Judged[], lists: readonly string[]): Rate {
  return poissonRate(
    rows.reduce((sum, row) => sum + falseListings(row, lists), 0),
    rows.reduce((sum, row) => sum + healthyYears(row), 0),
    10,
  );
}

interface Snapshot {
  readonly truth: number;
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Snapshots of healthy channels, or of drifted ones after their onset. */
function snapshotsOf(rows: readonly Judged[], drifted: boolean): Snapshot[] {
  return rows.flatMap(({ channel, verdict }) =>
    verdict.snapshots.filter(
      ({ day }) => (channel.onset !== null && day > channel.onset) === drifted,
    ),
  );
}

function coverageOf(rows: readonly Judged[], drifted: boolean): Share {
  const told = snapshotsOf(rows, drifted).flatMap(({ truth, low, high }) =>
    low === null || high === null ? [] : [low <= truth && truth <= high],
  );
  return share(told.filter(Boolean).length, told.length);
}

function rmseOf(rows: readonly Judged[], drifted: boolean): number | null {
  return rootMeanSquare(
    snapshotsOf(rows, drifted).flatMap(({ truth, estimate }) =>
      estimate === null ? [] : [estimate - truth],
    ),
  );
}

function correctedOf(drifted: readonly Judged[]): JudgeMetrics['corrected'] {
  const scores = drifted.flatMap(({ verdict: { corrected } }) =>
    corrected === undefined || corrected.before === corrected.after ? [] : [corrected],
  );
  return {
    channels: scores.length,
    before: rootMeanSquare(scores.map(({ before }) => before)),
    after: rootMeanSquare(scores.map(({ after }) => after)),
    errorBefore: rootMeanSquare(scores.map(({ errorBefore }) => errorBefore)),
    errorAfter: rootMeanSquare(scores.map(({ errorAfter }) => errorAfter)),
  };
}

function indicationsOf(rows: readonly Judged[], drifted: boolean): Record<string, number> {
  return countBy(
    rows
      .filter(({ channel }) => (channel.onset !== null) === drifted)
      .map(({ verdict }) => verdict.lastIndication),
  );
}
