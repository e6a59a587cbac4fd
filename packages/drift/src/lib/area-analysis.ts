import { at } from '@verimeter/statistics';
import type { GroupStatus } from '@verimeter/telemetry';
import { buildDesign } from './area-design.ts';
import { type AreaEvidence, gatherEvidence } from './area-evidence.ts';
import {
  type Candidate,
  completenessGate,
  findCandidates,
  findMisfiled,
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

/** Each round takes one misfiled meter out or one unregistered consumer in. */
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
  /** Listed meters whose energy is not in the supply. */
  readonly misfiled: readonly { readonly meter: number; readonly beta: number }[];
  /** Meters that explain what the balance leaves over. */
  readonly candidates: readonly Candidate[];
  readonly clockFaults: ReadonlyMap<number, number>;
  readonly items: readonly EvidenceItem[];
  readonly tooShort: boolean;
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
  };
}

export function prepareArea(
  input: FleetInput,
  area: AreaInput,
  context: {
    readonly checks: readonly MeterCheck[];
    /** Consumers of any area and meters in none: who may be unregistered here. */
    readonly strangers: readonly number[];
  },
): PreparedArea {
  const excluded = new Set<number>();
  const misfiled: { meter: number; beta: number }[] = [];
  const joined: Candidate[] = [];
  const items: EvidenceItem[] = [];
  const refuse = (status: GroupStatus, tooShort = false): PreparedArea => ({
    ...refusedArea(area, status, items),
    misfiled,
    candidates: joined,
    tooShort,
  });
  const members = new Set(area.members.map((member) => member.meter));
  const strangers = context.strangers.filter((meter) => !members.has(meter));

  for (let round = 0; round < MAX_ROUNDS; round++) {
    const intervals = formIntervals(
      input,
      area,
      excluded,
      joined.map((candidate) => candidate.meter),
    );
    // Every round: a meter that joins may have holes of its own, and one that is taken out may leave too few.
    items.length = 0;
    items.push({ code: 'completeness', values: { share: intervals.completeness } });
    const gate = completenessGate(intervals);
    if (gate !== undefined) return refuse(gate);
    if (intervals.count < MIN_INTERVALS || intervals.consumers.length < 2)
      return refuse('incomplete', true);
    const resolution = resolutionGate(input, intervals);
    if (resolution !== undefined) return refuse(resolution);
    const design = buildDesign(input, intervals, {
      technicalLoss: area.technicalLoss,
      useVoltages: true,
      knownLoss: area.knownLoss && sumOfSteps(area.knownLoss, intervals),
      stoppedAt: stopsOf(intervals, context.checks),
    });
    const evidence = gatherEvidence(design, []);
    const model = wideModel(design, evidence.gram, evidence.moment);
    const flat = flatBetas(evidence, model);
    const out = findMisfiled(flat);
    if (out !== undefined) {
      const meter = intervals.consumers[out]?.meter ?? -1;
      const known = joined.findIndex((candidate) => candidate.meter === meter);
      if (known >= 0) joined.splice(known, 1);
      else {
        misfiled.push({ meter, beta: at(flat.estimate, out) });
        excluded.add(meter);
      }
      continue;
    }
    const taken = new Set(joined.map((candidate) => candidate.meter));
    const candidates = findCandidates(
      input,
      evidence,
      model,
      strangers.filter((meter) => !taken.has(meter)),
    );
    const first = candidates[0];
    if (first !== undefined && joined.length < 3) {
      joined.push(first);
      continue;
    }
    const ratio = lossRatio(intervals, design.total, design.unmeasured);
    items.push({ code: 'loss', values: { share: ratio } });
    const loss = lossGate(ratio, design.voltage !== undefined);
    if (loss !== undefined) return refuse(loss);
    const clocks = flatClocks(evidence, model);
    const clockFaults = new Map<number, number>();
    intervals.consumers.forEach((consumer, i) => {
      const seconds = at(clocks.estimate, i) * design.stepSeconds;
      const sd = at(clocks.sd, i) * design.stepSeconds;
      if (Math.abs(seconds) - 2 * sd > CLOCK_FAULT_S && Math.abs(seconds) > 6 * sd)
        clockFaults.set(consumer.meter, seconds);
    });
    if (clockFaults.size > MAX_CLOCK_FAULTS * intervals.consumers.length) return refuse('clock');
    if (joined.length > 1) return refuse('unregistered_consumer');
    return {
      area,
      status:
        joined.length > 0 ? 'unregistered_consumer' : misfiled.length > 0 ? 'archive_error' : 'ok',
      evidence,
      misfiled,
      candidates: joined,
      clockFaults,
      items,
      tooShort: false,
    };
  }
  return refuse('archive_error');
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
