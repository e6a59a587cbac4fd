import { findQuantity } from '@verimeter/telemetry';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { type PointTime, arrivalTime, epochTime } from '../../foreign/times.ts';
import { printable } from '../../json.ts';
import type { Birth, BirthRow, BornMetric } from './births.ts';
import { type Metric, eachMetric, integerOf } from './payload.ts';

/** What a birth or data message says beside its readings. */
export interface MetricsRead {
  readonly rows: readonly BirthRow[];
  readonly bdSeq: number | undefined;
  /** Whether a metric of it is a reading. */
  readonly hasReadings: boolean;
  /** Of its values. */
  readonly device: DeviceFindings | undefined;
  /** Something of it cannot be understood without the birth of node or device. */
  readonly needsBirth: boolean;
}

export interface MetricsContext {
  /** Device as the dialect names it. */
  readonly id: string;
  readonly isBirth: boolean;
  readonly birth: Birth | undefined;
  /** Of the payload, ms since 1970. */
  readonly timestamp: number | undefined;
}

const NO_READING = /^(?:(?:Node Control|Device Control|Properties)\/|bdSeq$)/;
/** Integer fields say by the type of the metric whether they have a sign. */
const LAST_INTEGER_FIELD = 11;
const UNTYPED = Symbol('untyped');

/** Reads all metrics; a bad one does not lose the others. */
export function readMetrics(findings: MessageFindings, context: MetricsContext): MetricsRead {
  const { receivedAtUs, payload } = findings.message;
  const { isBirth, birth } = context;
  const payloadTime = timeOf(context.timestamp, receivedAtUs, 'gateway');
  const rows: BirthRow[] = [];
  let bdSeq: number | undefined;
  let hasReadings = false;
  let device: DeviceFindings | undefined;
  let needsBirth = false;
  eachMetric(payload, (metric, index) => {
    if (metric === undefined) {
      findings.reject('malformed', `metrics[${index}]`, 'the metric is no Sparkplug B metric');
      return;
    }
    if (metric.name === 'bdSeq') bdSeq = wholeNumber(metric.value);
    if (isBirth && metric.name !== undefined && !NO_READING.test(metric.name))
      rows.push(rowOf(metric.name, metric));
    const born = bornMetric(metric, isBirth ? undefined : birth);
    if (born === 'unknown') {
      needsBirth = true;
      const problem = `alias ${metric.alias} is of no birth that is known; the node is asked for a rebirth`;
      if (holdsValue(metric)) findings.reject('unknown_quantity', `metrics[${index}]`, problem);
      return;
    }
    if (born === undefined || NO_READING.test(born.name) || !isReading(metric)) return;
    const { names } = findings.settings;
    const meaning = Object.hasOwn(names, born.name) ? names[born.name] : undefined;
    const quantity = meaning?.quantity ?? born.name;
    if (findQuantity(quantity) === undefined) {
      findings.ignore(born.name);
      return;
    }
    hasReadings = true;
    const value = valueOf(metric, born.datatype);
    if (value === undefined) return;
    if (value === UNTYPED) {
      needsBirth = true;
      const problem = 'no type in the metric and no birth that is known; a rebirth is asked for';
      findings.reject('wrong_type', printable(born.name), problem);
      return;
    }
    const time =
      metric.timestamp === undefined
        ? payloadTime
        : timeOf(metric.timestamp, receivedAtUs, 'device');
    const unit = meaning?.unit ?? born.unit ?? '';
    device = findings.device(context.id);
    device?.point(quantity, value, unit, time, born.name);
  });
  return { rows, bdSeq, hasReadings, device, needsBirth };
}

/** What is kept as JSON in the database cannot hold NUL. */
const clean = (text: string): string => text.replaceAll('\0', '\u{fffd}');

function rowOf(name: string, { alias, datatype, unit }: Metric): BirthRow {
  return [clean(name), alias ?? null, datatype ?? 0, unit === undefined ? null : clean(unit)];
}

/** Name, type and unit of a metric, by itself and by its birth; undefined: it has no name and no alias. */
function bornMetric(metric: Metric, birth: Birth | undefined): BornMetric | 'unknown' | undefined {
  const { name, alias, datatype, unit } = metric;
  const known =
    name === undefined
      ? alias === undefined
        ? undefined
        : birth?.byAlias.get(alias)
      : birth?.byName.get(name);
  const own = name ?? known?.name;
  if (own === undefined) return alias === undefined ? undefined : 'unknown';
  return { name: own, datatype: datatype ?? known?.datatype ?? 0, unit: unit ?? known?.unit };
}

const holdsValue = ({ isNull, value, isTransient }: Metric): boolean =>
  !isNull && value !== undefined && !isTransient;

/** SP-05, SP-09: null, without a value, transient, or of many values. */
const isReading = (metric: Metric): boolean => holdsValue(metric) && metric.value !== null;

/** Undefined: the sender has no value (not a number, infinite); {@link UNTYPED}: an integer whose sign nobody told. */
function valueOf(
  { value, valueField }: Metric,
  datatype: number,
): number | boolean | string | null | undefined | typeof UNTYPED {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (valueField > LAST_INTEGER_FIELD) return Number.isFinite(value) ? Number(value) : undefined;
    if (datatype === 0) return UNTYPED;
    return integerOf(value, datatype);
  }
  return value;
}

function wholeNumber(value: Metric['value']): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

function timeOf(
  ms: number | undefined,
  receivedAtUs: number,
  stamper: 'device' | 'gateway',
): PointTime {
  // Milliseconds whatever the number: what a clock counts from its start is no time of this century.
  return ms !== undefined && ms < 1e11
    ? arrivalTime(receivedAtUs, String(ms))
    : epochTime(ms, receivedAtUs, stamper);
}
