import { at } from '@verimeter/statistics';
import { compareText } from '../compare-text.ts';
import type { AreaResult, DeviceResult, EvidenceItem } from '../fleet-types.ts';
import { tenantLists } from '../tenant-lists.ts';
import { type Calendar, calendarOf } from './calendar.ts';
import { fewMedian } from './few-median.ts';
import { dryValues, SWELLING } from './humidity-growth.ts';
import { orRefused, type Refused } from '../or-refused.ts';
import { judgeOrRefuse, type NetworkVerdict } from './judge-or-refuse.ts';
import type { JudgedQuantity, QuantityVerdict } from './judge-quantity.ts';
import { atMeanTemperature } from './pressure-height.ts';
import { openQuantity, type QuantityNetwork } from './quantity-network.ts';
import { answerSensor } from './sensor-answer.ts';
import { correctStretch } from './sensor-corrections.ts';
import {
  concludeSensors,
  listedSensors,
  type SaidOfSensor,
  type SensorAnswers,
} from './conclude-sensors.ts';
import { frozenRuns } from './sensor-faults.ts';
import { posteriorAt } from './sensor-posterior.ts';
import { singleCorrections } from './single-corrections.ts';
import type {
  SensorCorrection,
  SensorFleetInput,
  SensorFleetResult,
  SensorNetworkInput,
  SensorSeries,
} from './sensor-types.ts';

const DAY_US = 86_400 * 1e6;
/** Days of comparison below which nothing is estimated. */
const LEAST_DAYS = 14;
/** A sensor without data for so long has no error at as-of. */
const SILENT_DAYS = 30;
/** A dead element is told while it is dead, or was until so many days ago. */
const FROZEN_SINCE_DAYS = 2;

/** An element whose noise has grown so many times is broken, whatever its mean says. */
const NOISY = 2.2;

/** One series with what its own values say, before any comparison. */
interface Prepared {
  readonly network: SensorNetworkInput;
  readonly calendar: Calendar;
  readonly series: SensorSeries;
  readonly values: Float64Array;
  readonly lastUs: number;
  readonly frozen: { readonly value: number; readonly hours: number } | undefined;
}

/** The answer for every quantity of every sensor of a tenant that has no other devices. Deterministic; no clock. */
export function analyzeSensorFleet(input: SensorFleetInput): SensorFleetResult {
  const answers = answerSensors(input);
  return concludeSensors(answers, tenantLists(listedSensors(answers)));
}

/** What is said of the sensors of a tenant before its lists are known. */
export function answerSensors(input: SensorFleetInput): SensorAnswers {
  const prepared = input.networks.flatMap((network) => prepare(network, input.zoneMinutes));
  const said: SaidOfSensor[] = [];
  const corrections: SensorCorrection[] = [];
  for (const quantity of new Set(prepared.map(({ series }) => series.quantity))) {
    const own = prepared.filter(({ series }) => series.quantity === quantity);
    const networks = input.networks
      .map((network) => own.filter((one) => one.network === network))
      .filter((members) => members.length > 0);
    const opened = networks.map((members) => orRefused(() => open(members, prepared)));
    const verdicts = judgeOrRefuse(
      opened.flatMap((one) => ('refused' in one ? [] : [one.network])),
    );
    const answered = new Set<string>();
    networks.forEach((members, n) => {
      const answers = answerNetwork(members, opened[n] as Opened | Refused, verdicts);
      corrections.push(...answers.corrections);
      members.forEach((member, s) => {
        const { deviceId } = member.series;
        // of two networks that list a sensor the first one answers
        if (!isInForce(member) || answered.has(deviceId)) return;
        answered.add(deviceId);
        said.push(answers.said[s] as SaidOfSensor);
      });
    });
  }
  return {
    said,
    networks: input.networks.map((network) => networkResult(network)),
    corrections: singleCorrections(corrections).toSorted(
      (a, b) => compareText(keyOf(a), keyOf(b)) || a.fromUs - b.fromUs,
    ),
  };
}

/** Who is no member at as-of is answered where it is one: what it was here counts for its neighbours and for corrections. */
function isInForce({ series, network: { asOfUs } }: Prepared): boolean {
  return series.fromUs <= asOfUs && asOfUs < series.toUs;
}

function prepare(network: SensorNetworkInput, zoneMinutes: number): Prepared[] {
  const calendar = calendarOf(network, zoneMinutes);
  const { startUs, stepUs, points } = calendar;
  return network.series.map((series): Prepared => {
    const values = new Float64Array(points).fill(NaN);
    let last = -1;
    for (let k = 0; k < points; k++) {
      const endUs = startUs + k * stepUs;
      if (endUs - stepUs < series.fromUs || endUs > series.toUs) continue;
      const value = series.values[k] as number;
      if (!Number.isFinite(value)) continue;
      values[k] = value;
      last = k;
    }
    const runs = frozenRuns(values, calendar, series.quantity);
    const dead = runs.findLast(
      ({ to }) => last >= 0 && (last + 1 - to) * stepUs <= FROZEN_SINCE_DAYS * DAY_US,
    );
    for (const { from, to } of runs) values.fill(NaN, from, to);
    return {
      network,
      calendar,
      series,
      values,
      lastUs: last < 0 ? -Infinity : startUs + last * stepUs,
      frozen:
        dead === undefined
          ? undefined
          : { value: dead.value, hours: ((dead.to - dead.from) * stepUs) / 3600e6 },
    };
  });
}

/** Particle counts without what damp air adds to them. */
function dried(members: readonly Prepared[], all: readonly Prepared[]): readonly Prepared[] {
  const [first] = members;
  if (first === undefined || !SWELLING.has(first.series.quantity)) return members;
  const damp = all.filter(
    ({ network, series }) => network === first.network && series.quantity === 'humidity',
  );
  if (damp.length === 0) return members;
  const common = commonCourse(damp);
  const dry = dryValues(
    members.map(({ series, values }) => {
      const own = damp.find((one) => one.series.deviceId === series.deviceId);
      return {
        reference: series.role === 'reference',
        values,
        humidity: common.map((value, k) => {
          const beside = own === undefined ? NaN : at(own.values, k);
          return Number.isFinite(beside) ? beside : value;
        }),
      };
    }),
  );
  return members.map((member, m) => ({ ...member, values: dry[m] ?? member.values }));
}

/** Pressures without what warm and cold air make of heights. */
function levelledInHeight(
  members: readonly Prepared[],
  all: readonly Prepared[],
): readonly Prepared[] {
  const [first] = members;
  if (first?.series.quantity !== 'pressure') return members;
  const thermometers = all.filter(
    ({ network, series }) => network === first.network && series.quantity === 'temperature',
  );
  if (thermometers.length === 0) return members;
  const celsius = commonCourse(thermometers);
  const same = atMeanTemperature(
    members.map(({ values }) => values),
    celsius,
  );
  return members.map((member, m) => ({ ...member, values: same[m] ?? member.values }));
}

/** Median of all sensors at each grid point. */
function commonCourse(members: readonly Prepared[]): Float64Array {
  const points = members[0]?.calendar.points ?? 0;
  return Float64Array.from({ length: points }, (_, k) =>
    fewMedian(members.map(({ values }) => at(values, k))),
  );
}

/** One quantity of one network, without what humidity and temperature do to its values. */
interface Opened {
  readonly members: readonly Prepared[];
  readonly network: QuantityNetwork;
}

function open(raw: readonly Prepared[], all: readonly Prepared[]): Opened {
  const members = levelledInHeight(dried(raw, all), all);
  const { network, calendar } = members[0] as Prepared;
  return {
    members,
    network: openQuantity(
      network.groupId,
      members.map(({ series }) => series),
      members.map(({ values }) => values),
      calendar,
    ),
  };
}

interface NetworkAnswers {
  readonly corrections: readonly SensorCorrection[];
  /** By member. */
  readonly said: readonly SaidOfSensor[];
}

function answerNetwork(
  raw: readonly Prepared[],
  opened: Opened | Refused,
  verdicts: ReadonlyMap<QuantityNetwork, NetworkVerdict>,
): NetworkAnswers {
  const answers = orRefused((): NetworkAnswers | Refused => {
    if ('refused' in opened) return opened;
    const found = verdicts.get(opened.network) as NetworkVerdict;
    if ('refused' in found) return found;
    const { judged, verdict } = found;
    return {
      corrections: correctionsOf(judged, verdict),
      said: opened.members.map((member, index) => answerMember(judged, { member, index }, verdict)),
    };
  });
  if (!('refused' in answers)) return answers;
  const evidence = [{ code: 'not_estimable', values: { reason: answers.refused } }];
  return {
    corrections: [],
    said: raw.map(
      (member) =>
        withoutComparison(member, 0) ?? fixedAnswer(member, 0, 'not_resolvable', 'none', evidence),
    ),
  };
}

function answerMember(
  judged: JudgedQuantity,
  { member, index }: { readonly member: Prepared; readonly index: number },
  verdict: QuantityVerdict,
): SaidOfSensor {
  const { network, lastUs } = member;
  const last = judged.stretches.findLast(({ stretch }) => stretch.series === index);
  const days = last?.compared.days.count ?? 0;
  const known = withoutComparison(member, days);
  if (known !== undefined) return known;
  const said = (
    indication: DeviceResult['indication'],
    recommendation: DeviceResult['recommendation'],
    evidence: readonly EvidenceItem[] = [],
  ): SaidOfSensor => fixedAnswer(member, days, indication, recommendation, evidence);
  if (judged.network.series.length < 2) return said('no_reference', 'none');
  const silentDays = Math.floor((network.asOfUs - lastUs) / DAY_US);
  if (silentDays >= SILENT_DAYS)
    return said('insufficient_data', 'none', [
      { code: 'sensor_silent', values: { days: Number.isFinite(silentDays) ? silentDays : 0 } },
    ]);
  if (last === undefined || days < LEAST_DAYS)
    return said(
      last !== undefined &&
        last.compared.neighbourhood.neighbours.length === 0 &&
        lastingDays(member) >= LEAST_DAYS
        ? 'not_resolvable'
        : 'insufficient_data',
      'none',
      [{ code: 'sensor_short_baseline', values: { days, least: LEAST_DAYS } }],
    );
  const noise = noiseBeside(judged, last.compared.days.restless);
  if (noise >= NOISY)
    return said('tamper_or_fault', 'inspect', [{ code: 'sensor_noisy', values: { times: noise } }]);
  return { estimated: answerSensor(judged.network, last, verdict, network.asOfUs).estimated };
}

/** What needs no neighbours to be said. */
function withoutComparison(member: Prepared, days: number): SaidOfSensor | undefined {
  const { series, frozen } = member;
  if (series.role === 'reference') return fixedAnswer(member, days, 'no_reference', 'none', []);
  if (frozen === undefined) return undefined;
  return fixedAnswer(member, days, 'tamper_or_fault', 'inspect', [
    { code: 'sensor_frozen', values: { ...frozen } },
  ]);
}

function fixedAnswer(
  { series, network }: Prepared,
  evidenceDays: number,
  indication: DeviceResult['indication'],
  recommendation: DeviceResult['recommendation'],
  evidence: readonly EvidenceItem[],
): SaidOfSensor {
  return {
    fixed: {
      deviceId: series.deviceId,
      quantity: series.quantity,
      groupId: network.groupId,
      groupStatus: 'ok',
      asOfUs: network.asOfUs,
      indication,
      recommendation,
      evidenceDays,
      evidence,
      history: [],
    },
  };
}

/** How much more restless a sensor has become than the others of its network have meanwhile; 0 where it is not known. */
function noiseBeside({ stretches }: JudgedQuantity, own: number): number {
  const usual = fewMedian(stretches.map(({ compared }) => compared.days.restless));
  return usual > 0 && Number.isFinite(own) ? own / Math.max(1, usual) : 0;
}

/** Days with values, compared or not. */
function lastingDays({ values, calendar }: Prepared): number {
  const seen = new Set<number>();
  values.forEach((value, k) => {
    if (Number.isFinite(value)) seen.add(at(calendar.dayOf, k));
  });
  return seen.size;
}

function correctionsOf(judged: JudgedQuantity, verdict: QuantityVerdict): SensorCorrection[] {
  return judged.stretches.flatMap((one) => {
    if (one.stretch.reference || one.compared.days.count < LEAST_DAYS) return [];
    const posterior = posteriorAt(one.evidence, one.evidence.weeks - 1, verdict.onsetsPerYear);
    return correctStretch(judged.network, one, posterior);
  });
}

function networkResult({ groupId, asOfUs }: SensorNetworkInput): AreaResult {
  return { groupId, asOfUs, status: 'ok', candidates: [], evidence: [] };
}

function keyOf({ deviceId, quantity = '' }: { deviceId: string; quantity?: string }): string {
  return `${deviceId} ${quantity}`;
}
