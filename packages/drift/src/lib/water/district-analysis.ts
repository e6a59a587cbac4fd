import { at, dot, solveCholeskyInPlace, solveLowerRowsInPlace } from '@verimeter/statistics';
import type { GroupStatus } from '@verimeter/telemetry';
import { energyAtLag, netCounter } from '../grid-counter.ts';
import type { EvidenceItem, FleetInput } from '../fleet-types.ts';
import { wideModel } from '../wide-model.ts';
import {
  type DistrictEvidence,
  gatherDistrict,
  WIDE_SD,
  type WhitenedDistrict,
  withoutSeries,
} from './district-evidence.ts';
import { type DistrictIntervals, formDistrict, lossShare } from './district-intervals.ts';
import type { Unaccounted } from './flow-exchange.ts';
import { findOffsets } from './read-offsets.ts';
import { checkReads, mostLeftOut } from './read-gate.ts';
import { counterAt, phaseShift } from './read-phase.ts';
import type { DistrictInput, WaterFleetInput } from './water-types.ts';

const MIN_COMPLETENESS = 0.6;
const MIN_INTERVALS = 240;
/** Unaccounted water over supply. A third is common, beyond two thirds a network is an open question. */
const LOSS_RANGE = [-0.03, 0.6] as const;
/** Supply step over mean volume of an interval. Rounding telescopes: half of it costs little. */
const MAX_SUPPLY_QUANTUM = 0.5;
/** Homes behind one sum meter beyond which no window tells one of them (drift-estimation.md 3.4). */
const MOST_HOMES = 100;
/** Homes that one sum meter tells well. */
const WELL_TOLD = 40;
/** A coefficient within this of 1, known this well, is a meter whose water is not in the supply. */
const MISFILED_TOLERANCE = 0.15;
const MISFILED_MAX_SD = 0.12;
const MISFILED_LEAST_Z = 6;
/** Beyond this the readings of a district have no common instant: typical offset, hours; share of clearly late meters. */
const MOST_OFFSET = 0.05;
const MOST_LATE = 0.2;
/** Of a meter elsewhere whose water the supply feeds. */
const CANDIDATE_TOLERANCE = 0.25;
/** Of one that is read at another minute: what flows evenly for hours is smoothed between its readings, and its gain is up to 1.33. */
const OTHER_MINUTE_TOLERANCE = 0.5;
const CANDIDATE_LEAST_Z = 6.5;
/**
 * Where all homes together have such an error and the leak makes up for it by doing what no leak does (standard deviations), the one was taken for the
 * other. Each alone may be: a lot that is wrong, homes that are not read.
 */
const MOST_COMMON = 0.08;
const MOST_STRAIN = 5;
const MAX_ROUNDS = 6;
const MAX_JOINED = 2;

interface MisfiledMeter {
  readonly meter: number;
  readonly beta: number;
}

interface WaterCandidate {
  readonly meter: number;
  readonly correlation: number;
}

/** A district after its gates: with evidence where e may be published. */
export interface PreparedDistrict {
  readonly district: DistrictInput;
  readonly status: GroupStatus;
  readonly evidence: DistrictEvidence | undefined;
  readonly misfiled: readonly MisfiledMeter[];
  readonly candidates: readonly WaterCandidate[];
  /** By meter: minutes that it is read later than it says. */
  readonly clockFaults: ReadonlyMap<number, number>;
  /** Members that never read, or not with the others. */
  readonly leftOut: readonly number[];
  readonly items: readonly EvidenceItem[];
  readonly tooShort: boolean;
  /** What the balance of all members leaves over; undefined where there is none. */
  readonly unaccounted?: Unaccounted | undefined;
}

/**
 * The gates of a district, on its own grid. It stops once to ask with its balance for the meters elsewhere that may explain what is left over, and is answered
 * with those that are worth a close look.
 */
export function* prepareDistrict(
  input: WaterFleetInput,
  view: FleetInput,
  district: DistrictInput,
): Generator<WhitenedDistrict, PreparedDistrict, readonly number[]> {
  const reads = checkReads(input, district);
  const items: EvidenceItem[] = [];
  const misfiled: MisfiledMeter[] = [];
  const joined: WaterCandidate[] = [];
  const clockFaults = new Map<number, number>();
  let unaccounted: Unaccounted | undefined;
  const end = (
    status: GroupStatus,
    evidence?: WhitenedDistrict,
    tooShort = false,
  ): PreparedDistrict => ({
    district,
    status,
    evidence: evidence && withoutSeries(evidence),
    misfiled,
    candidates: joined,
    clockFaults,
    leftOut: reads.leftOut,
    items,
    tooShort,
    unaccounted,
  });
  if (reads.refusal !== undefined) {
    items.push(reads.refusal);
    return end('not_synchronous');
  }
  const homes = district.members.filter(
    ({ role, toUs }) => role === 'consumer' && toUs > district.asOfUs,
  ).length;
  if (reads.leftOut.length > mostLeftOut(homes)) {
    items.push({ code: 'many_left_out', values: { meters: reads.leftOut.length, of: homes } });
    return end('incomplete');
  }
  if (homes > MOST_HOMES) {
    const sums = Math.ceil(homes / WELL_TOLD);
    items.push({ code: 'too_many_homes', values: { homes, most: MOST_HOMES, sum_meters: sums } });
    return end('too_large');
  }
  for (const meter of reads.leftOut)
    items.push({ code: 'left_out', values: { device_id: view.meters[meter]?.deviceId ?? '' } });
  let strangers: readonly number[] | undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const formed = formDistrict(input, view, district, {
      excluded: new Set([...reads.leftOut, ...misfiled.map(({ meter }) => meter)]),
      joined: joined.map(({ meter }) => meter),
    });
    const { intervals } = formed;
    if (round === 0) {
      items.push({ code: 'completeness', values: { share: intervals.completeness } });
      unaccounted = unaccountedOf(formed, view.grid.count);
    }
    if (intervals.supplyMeters.length === 0 || intervals.completeness < MIN_COMPLETENESS)
      return end('incomplete');
    if (intervals.count < MIN_INTERVALS || intervals.consumers.length < 2)
      return end('incomplete', undefined, true);
    if (formed.supplyQuantum > MAX_SUPPLY_QUANTUM * meanOf(formed.supply)) {
      items.push({
        code: 'supply_steps',
        values: { litres: formed.supplyQuantum, mean_litres: meanOf(formed.supply) },
      });
      return end('supply_resolution');
    }
    const late = intervals.consumers.flatMap(({ meter }, i) => (clockFaults.has(meter) ? [i] : []));
    const evidence = gatherDistrict(formed, {
      supplyLimit: supplyLimitOf(view, formed),
      late,
      unread: reads.leftOut.length / (reads.leftOut.length + intervals.consumers.length),
    });
    if (round === 0) {
      const offsets = findOffsets(evidence);
      const meters = offsets.late.length;
      if (
        offsets.typicalOfOthers > MOST_OFFSET ||
        meters > MOST_LATE * intervals.consumers.length
      ) {
        items.push({
          code: 'reads_apart',
          values: { minutes: 60 * offsets.typical, meters, of: intervals.consumers.length },
        });
        return end('not_synchronous');
      }
      for (const i of offsets.late)
        clockFaults.set(intervals.consumers[i]?.meter ?? -1, 60 * at(offsets.offset, i));
      if (meters > 0) continue;
    }
    const flat = flatDistrict(evidence);
    const out = findMisfiled(flat);
    if (out !== undefined && misfiled.length < 3) {
      const meter = intervals.consumers[out]?.meter ?? -1;
      if (joined.some((known) => known.meter === meter)) break;
      misfiled.push({ meter, beta: at(flat.estimate, out) });
      continue;
    }
    strangers ??= yield evidence;
    const known = new Set(joined.map(({ meter }) => meter));
    const shiftOf = (meter: number): number => phaseShift(input, meter, district.phaseUs ?? 0);
    const found = findFed(
      view,
      evidence,
      strangers.filter((meter) => !known.has(meter)),
      shiftOf,
    );
    if (found !== undefined && joined.length < MAX_JOINED) {
      joined.push(found);
      if (shiftOf(found.meter) === 0) continue;
      // what it counted between the instants of this district is not known: it is named, and joins no balance
      items.push(otherMinute(input, found.meter, district));
      return end('unregistered_consumer');
    }
    const share = lossShare(formed);
    items.push({ code: 'water_loss', values: { share } });
    if (!(share >= LOSS_RANGE[0] && share <= LOSS_RANGE[1])) return end('loss_out_of_range');
    if (joined.length > 1) return end('unregistered_consumer');
    if (!(evidence.leakStrain <= MOST_STRAIN || Math.abs(evidence.commonBeta) <= MOST_COMMON)) {
      const { leakStrain, commonBeta } = evidence;
      const error = commonBeta / (1 - commonBeta);
      items.push({ code: 'leak_not_told', values: { deviations: leakStrain, error } });
      return end('incomplete');
    }
    const status: GroupStatus =
      joined.length > 0 ? 'unregistered_consumer' : misfiled.length > 0 ? 'archive_error' : 'ok';
    return end(status, evidence);
  }
  return end('archive_error');
}

/** Litres per hour that are supplied and not counted, by grid step. */
function unaccountedOf(
  { intervals, supply, total }: DistrictIntervals,
  count: number,
): Unaccounted {
  const out = new Float32Array(count).fill(Number.NaN);
  const { from, to, hours } = intervals;
  for (let t = 0; t < intervals.count; t++)
    out.fill((at(supply, t) - at(total, t)) / at(hours, t), at(from, t) + 1, at(to, t) + 1);
  return out;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, values.length);
}

/** Limit of the supply meters' class; of several the largest. */
function supplyLimitOf(view: FleetInput, { intervals }: DistrictIntervals): number {
  return Math.max(...intervals.supplyMeters.map((meter) => view.meters[meter]?.limit ?? 0.05));
}

interface Flat {
  readonly estimate: Float64Array;
  readonly sd: Float64Array;
}

/** Coefficient of each consumer without its own prior, everything else with a wide one. */
function flatDistrict({ design, gram, moment, p }: DistrictEvidence): Flat {
  const { n } = design;
  const { factor, coefficients } = wideModel(design, gram, moment, WIDE_SD);
  const units = new Float64Array(n * p);
  for (let i = 0; i < n; i++) units[i * p + i] = 1;
  solveLowerRowsInPlace(factor, p, units, n);
  const estimate = new Float64Array(n);
  const sd = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let variance = 0;
    for (let j = 0; j < p; j++) variance += (units[i * p + j] as number) ** 2;
    const information = Math.max(1 / variance - 1 / (WIDE_SD * WIDE_SD), 1e-9);
    estimate[i] = at(coefficients, i) / variance / information;
    sd[i] = 1 / Math.sqrt(information);
  }
  return { estimate, sd };
}

/** The consumer whose water is most clearly not in the supply. */
function findMisfiled({ estimate, sd }: Flat): number | undefined {
  let found: number | undefined;
  let best = MISFILED_LEAST_Z;
  for (let i = 0; i < estimate.length; i++) {
    const own = at(sd, i);
    if (own > MISFILED_MAX_SD || Math.abs(at(estimate, i) - 1) > MISFILED_TOLERANCE + 2 * own)
      continue;
    if (at(estimate, i) / own > best) {
      best = at(estimate, i) / own;
      found = i;
    }
  }
  return found;
}

function otherMinute(
  { meters }: WaterFleetInput,
  meter: number,
  { phaseUs = 0 }: DistrictInput,
): EvidenceItem {
  const minutes = ((meters[meter]?.phaseUs ?? 0) - phaseUs) / 60e6;
  return {
    code: 'candidate_other_minute',
    values: { device_id: meters[meter]?.deviceId ?? '', minutes },
  };
}

/** The meter outside the district whose water explains most clearly what the balance leaves over. */
function findFed(
  view: FleetInput,
  { design, whitened, residual, gram, moment, p, whiten }: WhitenedDistrict,
  strangers: readonly number[],
  shiftOf: (meter: number) => number,
): WaterCandidate | undefined {
  const { factor } = wideModel(design, gram, moment, WIDE_SD);
  const rest = dot(residual, residual);
  const products = new Float64Array(p);
  let found: WaterCandidate | undefined;
  let best = CANDIDATE_LEAST_Z;
  for (const meter of strangers) {
    const series = view.meters[meter];
    if (series === undefined) continue;
    const volume = energyAtLag(counterAt(netCounter(series), shiftOf(meter)), design.intervals, 0);
    const both = series.exportRegister !== undefined;
    let known = 0;
    for (let t = 0; t < volume.length; t++) {
      // a register that runs backwards says nothing, one that counts both ways may
      if (Number.isFinite(volume[t]) && (both || (volume[t] as number) >= 0)) {
        known++;
        volume[t] = 1000 * (volume[t] as number);
      } else volume[t] = 0;
    }
    if (known < 0.7 * volume.length) continue;
    const column = whiten(volume);
    const cross = dot(column, residual);
    if (!(cross > 0)) continue;
    for (let j = 0; j < p; j++) products[j] = dot(whitened[j] as Float64Array, column);
    const solved = products.slice();
    solveCholeskyInPlace(factor, p, solved);
    const information = dot(column, column) - dot(products, solved);
    if (!(information > 0)) continue;
    const gain = cross / information;
    const sd = 1 / Math.sqrt(information);
    const score = gain / sd;
    const tolerance = shiftOf(meter) === 0 ? CANDIDATE_TOLERANCE : OTHER_MINUTE_TOLERANCE;
    if (Math.abs(gain - 1) > tolerance + 2 * sd || score <= best) continue;
    best = score;
    found = { meter, correlation: Math.min(1, cross / Math.sqrt(information * rest)) };
  }
  return found;
}
