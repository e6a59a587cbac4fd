import { at } from '@verimeter/statistics';
import type { GroupStatus } from '@verimeter/telemetry';
import { buildDesign } from './area-design.ts';
import { type AreaEvidence, gatherEvidence } from './area-evidence.ts';
import {
  addShifts,
  correctedArea,
  type Corrections,
  correctSwitching,
  joinCandidate,
  type Joined,
  type Misfiled,
  noCorrections,
  wasPutRight,
  wholeShift,
} from './area-corrections.ts';
import {
  completenessGate,
  findCandidates,
  findDeparture,
  findMisfiled,
  type FlatBeta,
  flatBetas,
  flatClocks,
  lossGate,
  lossRatio,
  resolutionGate,
} from './area-gates.ts';
import { type AreaIntervals, formIntervals, sumOfSteps } from './area-intervals.ts';
import { wideModel } from './wide-model.ts';
import type { AreaInput, EvidenceItem, FleetInput } from './fleet-types.ts';
import type { MeterCheck } from './meter-checks.ts';
import {
  clocksOffItem,
  mixedStampsItem,
  patternItem,
  restartItem,
  shiftItem,
  topologyItems,
} from './gate-evidence.ts';
import { roughBalance } from './rough-balance.ts';
import { findStampShifts, type StampShift } from './stamp-shifts.ts';
import { wrongStamps } from './supply-stamps.ts';
import { findSwitching } from './switching.ts';
import { findUnmeteredPattern, withPattern } from './unmetered-pattern.ts';

/** Each round takes a misfiled meter out, an unregistered consumer in, or puts times right. */
const MAX_ROUNDS = 8;
/** A clock this far off is a fault of the device, not a nuisance (drift-estimation.md 10). */
const CLOCK_FAULT_S = 120;
/** Share of members with a clock fault beyond which the area itself is refused. */
const MAX_CLOCK_FAULTS = 0.2;
const MIN_INTERVALS = 400;

/** An area after its gates: with evidence where e may be published. */
export interface PreparedArea {
  readonly area: AreaInput;
  readonly status: GroupStatus;
  /** Present where the members may be estimated. */
  readonly evidence: AreaEvidence | undefined;
  readonly misfiled: readonly Misfiled[];
  /** Meters that explain what the balance leaves over. */
  readonly candidates: readonly Joined[];
  /** By meter: what is wrong with its time. */
  readonly clockFaults: ReadonlyMap<number, EvidenceItem>;
  readonly items: readonly EvidenceItem[];
  readonly tooShort: boolean;
  /** Whether stamps, a change within the window, or a load without meter were put right. */
  readonly putRight: boolean;
  /** Instant before which nothing counts: the network was another one. */
  readonly sinceUs?: number;
}

/** An area nothing is published of. */
export function refusedArea(
  area: AreaInput,
  status: GroupStatus,
  items: readonly EvidenceItem[],
): PreparedArea {
  return {
    area,
    status,
    evidence: undefined,
    misfiled: [],
    candidates: [],
    clockFaults: new Map(),
    items,
    tooShort: false,
    putRight: false,
  };
}

interface Context {
  readonly checks: readonly MeterCheck[];
  /** Consumers of any area and meters in none: who may be unregistered here. */
  readonly strangers: readonly number[];
  readonly watch?: BalanceWatch;
}

/** Is told what meters outside the area are compared with, each time before they are. */
export interface BalanceWatch {
  /** `unaccounted`: kW.h per interval. */
  readonly balance: (intervals: AreaIntervals, unaccounted: Float64Array) => void;
  readonly evidence: (evidence: AreaEvidence) => void;
}

export function prepareArea(input: FleetInput, area: AreaInput, context: Context): PreparedArea {
  const corrections = noCorrections();
  const members = new Set(area.members.map(({ meter }) => meter));
  const strangers = context.strangers.filter((meter) => !members.has(meter));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const prepared = prepareOnce(input, area, { ...context, strangers }, corrections);
    if (prepared !== undefined) return prepared;
  }
  return refused(area, corrections, 'archive_error', []);
}

function refused(
  area: AreaInput,
  { misfiled, joined }: Corrections,
  status: GroupStatus,
  items: readonly EvidenceItem[],
): PreparedArea {
  return { ...refusedArea(area, status, items), misfiled, candidates: joined };
}

/** One look at the balance as it is with the corrections so far; undefined: one was added, look again. */
function prepareOnce(
  input: FleetInput,
  area: AreaInput,
  { checks, strangers, watch }: Context,
  corrections: Corrections,
): PreparedArea | undefined {
  const { shifts, misfiled, joined, restart } = corrections;
  const corrected = correctedArea(input, area, corrections);
  const seen = corrected.input;
  const intervals = formIntervals(seen, corrected.area, new Set(), []);
  const items: EvidenceItem[] = [
    { code: 'completeness', values: { share: intervals.completeness } },
  ];
  if (restart !== undefined) items.push(restartItem(input, restart));
  const refuse = (status: GroupStatus): PreparedArea => refused(area, corrections, status, items);

  const gate = completenessGate(intervals);
  if (gate !== undefined) return refuse(gate);
  if (intervals.count < MIN_INTERVALS || intervals.consumers.length < 2)
    return { ...refuse('incomplete'), tooShort: true };
  const resolution = resolutionGate(seen, intervals);
  if (resolution !== undefined) return refuse(resolution);
  const isClock = (count: number): boolean => count > MAX_CLOCK_FAULTS * intervals.consumers.length;

  const stamps = wrongStamps(seen, intervals);
  if (stamps !== undefined) {
    if (stamps.meters.length === 0 || isClock(stamps.meters.length + shifts.size)) {
      items.push(mixedStampsItem(seen, stamps));
      return refuse('clock');
    }
    if (
      addShifts(
        corrections,
        stamps.meters.map((meter) => wholeShift(meter, stamps.steps)),
      )
    )
      return undefined;
  }
  const stoppedAt = stopsOf(intervals, checks);
  const dated = [...misfiled, ...joined].some(({ since }) => since !== undefined);
  if (!dated && restart === undefined) {
    const unaccounted = unaccountedEnergy(intervals, stoppedAt);
    watch?.balance(intervals, unaccounted);
    const switching = findSwitching(
      seen,
      intervals,
      unaccounted,
      strangers.filter((meter) => !joined.some((known) => known.meter === meter)),
    );
    if (switching !== undefined) {
      if (correctSwitching(input, corrections, switching, intervals)) return undefined;
      items.push(...topologyItems(input, switching));
      return {
        ...refuse('topology_changed'),
        candidates: switching.arrived.map((arrival) => ({ ...arrival, gain: 1 })),
      };
    }
  }

  const plain = buildDesign(seen, intervals, {
    technicalLoss: area.technicalLoss,
    useVoltages: true,
    knownLoss: area.knownLoss && sumOfSteps(area.knownLoss, intervals),
    stoppedAt,
  });
  const { startUs } = input.grid;
  const { pattern } = corrections;
  const design = pattern === undefined ? plain : withPattern(plain, pattern, startUs);
  const evidence = gatherEvidence(design, []);
  const model = wideModel(design, evidence.gram, evidence.moment);
  if (addShifts(corrections, findStampShifts(seen, evidence, model))) {
    if (!isClock(shifts.size)) return undefined;
    items.push(clocksOffItem(shifts.size, intervals.consumers.length));
    return refuse('clock');
  }
  const flat = flatBetas(evidence, model);
  const out = findMisfiled(flat);
  if (out !== undefined) {
    const meter = intervals.consumers[out]?.meter ?? -1;
    const known = joined.findIndex((candidate) => candidate.meter === meter);
    if (known >= 0) joined.splice(known, 1);
    else misfiled.push({ meter, beta: at(flat.estimate, out) });
    return undefined;
  }
  const departure = findDeparture(evidence, model);
  if (departure !== undefined) {
    const { meter } = intervals.consumers[departure.consumer] ?? { meter: -1 };
    if (!joined.some((known) => known.meter === meter)) {
      const t = intervals.day.findIndex((day) => day >= departure.block * evidence.daysPerBlock);
      misfiled.push({ meter, beta: departure.beta, since: at(intervals.from, t) });
      return undefined;
    }
  }
  watch?.evidence(evidence);
  const [first] = findCandidates(
    seen,
    evidence,
    model,
    strangers.filter((meter) => !joined.some((known) => known.meter === meter)),
  );
  if (first !== undefined && joined.length < 3) {
    joinCandidate(corrections, first, intervals);
    return undefined;
  }
  if (pattern === undefined) {
    const found = findUnmeteredPattern(evidence, model, startUs);
    if (found !== undefined) {
      corrections.pattern = found;
      return undefined;
    }
  } else items.push(patternItem(pattern));
  const ratio = lossRatio(intervals, design.total, design.unmeasured);
  items.push({ code: 'loss', values: { share: ratio } });
  const loss = lossGate(ratio, design.voltage !== undefined);
  if (loss !== undefined) return refuse(loss);
  const rough = roughBalance(evidence);
  if (rough !== undefined) {
    items.push({ code: 'unmetered_load', values: { ...rough } });
    // Who explains only a part of it is not the one.
    return { ...refuse('unregistered_consumer'), candidates: [] };
  }
  const clockFaults = faultyClocks(seen, evidence, flatClocks(evidence, model), shifts);
  if (isClock(clockFaults.size)) {
    items.push(clocksOffItem(clockFaults.size, intervals.consumers.length));
    return refuse('clock');
  }
  if (joined.length > 1) return refuse('unregistered_consumer');
  return {
    area,
    status: statusOf(corrections),
    evidence,
    misfiled,
    candidates: joined,
    clockFaults,
    items,
    tooShort: false,
    putRight: wasPutRight(corrections),
    ...(restart === undefined ? {} : { sinceUs: input.grid.startUs + restart * input.grid.stepUs }),
  };
}

function statusOf({ restart, joined, misfiled }: Corrections): GroupStatus {
  if (restart !== undefined) return 'topology_changed';
  if (joined.length > 0) return 'unregistered_consumer';
  return misfiled.length > 0 ? 'archive_error' : 'ok';
}

/** Supply less consumers, less what stopped meters drew on average before, kW.h per interval. */
function unaccountedEnergy(
  { supply, consumers, hours, count }: AreaIntervals,
  stoppedAt: ReadonlyMap<number, number>,
): Float64Array {
  const rest = Float64Array.from(supply);
  consumers.forEach(({ energy }, i) => {
    const stop = stoppedAt.get(i) ?? count;
    let before = 0;
    let duration = 0;
    for (let t = 0; t < stop; t++) {
      before += energy[t] as number;
      duration += hours[t] as number;
    }
    const power = duration > 0 ? before / duration : 0;
    for (let t = 0; t < count; t++)
      rest[t] =
        (rest[t] as number) - (t < stop ? (energy[t] as number) : power * (hours[t] as number));
  });
  return rest;
}

/** Meters whose time is minutes off, and those whose stamps were put back. */
function faultyClocks(
  input: FleetInput,
  { design }: AreaEvidence,
  clocks: FlatBeta,
  shifts: ReadonlyMap<number, StampShift>,
): Map<number, EvidenceItem> {
  const faults = new Map<number, EvidenceItem>();
  design.intervals.consumers.forEach(({ meter }, i) => {
    const seconds = at(clocks.estimate, i) * design.stepSeconds;
    const sd = at(clocks.sd, i) * design.stepSeconds;
    const shift = shifts.get(meter);
    if (shift !== undefined) faults.set(meter, shiftItem(input, shift));
    else if (Math.abs(seconds) - 2 * sd > CLOCK_FAULT_S && Math.abs(seconds) > 6 * sd)
      faults.set(meter, { code: 'clock_offset', values: { seconds } });
  });
  return faults;
}

/** First interval after the stop, by consumer. */
function stopsOf(intervals: AreaIntervals, checks: readonly MeterCheck[]): Map<number, number> {
  const stops = new Map<number, number>();
  intervals.consumers.forEach((consumer, i) => {
    const stoppedAt = checks[consumer.meter]?.stoppedAt;
    if (stoppedAt === undefined || stoppedAt >= consumer.memberTo) return;
    const first = intervals.from.findIndex((from) => from >= stoppedAt);
    if (first >= 0) stops.set(i, first);
  });
  return stops;
}
