import { at } from '@verimeter/statistics';
import type { Candidate } from './area-gates.ts';
import type { AreaIntervals } from './area-intervals.ts';
import type { AreaInput, AreaMember, FleetInput, MeterSeries } from './fleet-types.ts';
import { putBack, type StampShift } from './stamp-shifts.ts';
import type { Switching } from './switching.ts';
import type { UnmeteredPattern } from './unmetered-pattern.ts';

/** What must remain behind a change of the network for the members to be judged: `reverify` needs as much. */
const RESTART_DAYS = 28;
const DAY_US = 86_400e6;

/** Grid points inside which the readings of a meter do not count. */
interface Hole {
  readonly meter: number;
  readonly from: number;
  readonly to: number;
}

/** A listed meter whose energy is not in the supply: at all, or from a grid point on. */
export interface Misfiled {
  readonly meter: number;
  readonly beta: number;
  readonly since?: number;
}

/** A meter in no list of the area whose energy is in the supply: all along, or from or until a grid point. */
export interface Joined extends Omit<Candidate, 'span'> {
  readonly since?: number;
  readonly until?: number;
}

/** What the gates of an area have found wrong with its archive and its times; the balance is formed without it. */
export interface Corrections {
  readonly shifts: Map<number, StampShift>;
  readonly misfiled: Misfiled[];
  readonly joined: Joined[];
  readonly holes: Hole[];
  /** Grid point before which the network was another one. */
  restart?: number;
  /** A load without meter that keeps to hours of the day. */
  pattern?: UnmeteredPattern;
}

export function noCorrections(): Corrections {
  return { shifts: new Map(), misfiled: [], joined: [], holes: [] };
}

/** Whether more than the list of members was corrected. */
export function wasPutRight({ shifts, holes, restart, pattern }: Corrections): boolean {
  return shifts.size > 0 || holes.length > 0 || restart !== undefined || pattern !== undefined;
}

/** The fleet and the area as they should have been: what `formIntervals` is given. */
export function correctedArea(
  input: FleetInput,
  area: AreaInput,
  corrections: Corrections,
): { readonly input: FleetInput; readonly area: AreaInput } {
  const { shifts, misfiled, joined, restart } = corrections;
  const { startUs, stepUs } = input.grid;
  const until = new Map(misfiled.map(({ meter, since }) => [meter, since]));
  const members = area.members.flatMap((member): AreaMember[] => {
    if (!until.has(member.meter)) return [member];
    const since = until.get(member.meter);
    if (since === undefined) return [];
    return [{ ...member, toUs: Math.min(member.toUs, startUs + since * stepUs) }];
  });
  const guests = joined.map(({ meter, since, until: end }): AreaMember => ({
    meter,
    role: 'consumer',
    fromUs: since === undefined ? -Infinity : startUs + since * stepUs,
    toUs: end === undefined ? Infinity : startUs + end * stepUs,
  }));
  const supplies = area.members.filter(({ role }) => role !== 'consumer');
  return {
    input: withHoles(putBack(input, [...shifts.values()]), [
      ...corrections.holes,
      // A window begins with the first reading of the supply.
      ...(restart === undefined
        ? []
        : supplies.map(({ meter }) => ({ meter, from: -1, to: restart }))),
    ]),
    area: { ...area, members: [...members, ...guests] },
  };
}

function withHoles(input: FleetInput, holes: readonly Hole[]): FleetInput {
  if (holes.length === 0) return input;
  return {
    ...input,
    meters: input.meters.map((meter, index): MeterSeries => {
      const own = holes.filter((hole) => hole.meter === index);
      if (own.length === 0) return meter;
      const importRegister = Float64Array.from(meter.importRegister);
      for (const { from, to } of own) importRegister.fill(NaN, from + 1, to);
      return { ...meter, importRegister };
    }),
  };
}

export const wholeShift = (meter: number, steps: number): StampShift => ({
  meter,
  steps,
  from: -Infinity,
  to: Infinity,
  unsure: 0,
});

/** Whether any of them was new. */
export function addShifts({ shifts }: Corrections, found: readonly StampShift[]): boolean {
  const before = shifts.size;
  for (const shift of found) if (!shifts.has(shift.meter)) shifts.set(shift.meter, shift);
  return shifts.size > before;
}

/**
 * One customer who moved counts until then, or from then on. Several are another network: the window begins anew behind the change,
 * where enough of it remains and the supply's own list can be put right. False: nothing can be done.
 */
export function correctSwitching(
  input: FleetInput,
  corrections: Corrections,
  switching: Switching,
  intervals: AreaIntervals,
): boolean {
  const { left, arrived, earliest, latest } = switching;
  const { misfiled, joined, holes } = corrections;
  const moved = [...left, ...arrived.map(({ meter }) => meter)];
  const [meter] = moved;
  if (moved.length === 1 && meter !== undefined) {
    // Between the two points the interval of the balance is one, and belongs to neither side.
    const since = latest - earliest > 1 ? Math.floor((earliest + latest) / 2) : switching.at;
    holes.push({ meter, from: earliest, to: latest });
    for (const one of left) misfiled.push({ meter: one, beta: 1, since });
    for (const one of arrived) joined.push({ ...one, gain: 1, since });
    return true;
  }
  const days = ((intervals.windowTo - latest) * input.grid.stepUs) / DAY_US;
  if (days < RESTART_DAYS || arrived.length > 1 || moved.length === 0) return false;
  for (const one of left) misfiled.push({ meter: one, beta: 1 });
  for (const one of arrived) joined.push({ ...one, gain: 1 });
  corrections.restart = latest;
  return true;
}

/** A candidate for a part of the window is a member for that part; around the change its readings do not count. */
export function joinCandidate(
  { joined, holes }: Corrections,
  { span, ...candidate }: Candidate,
  intervals: AreaIntervals,
): void {
  if (span === undefined) {
    joined.push(candidate);
    return;
  }
  const { first, last, unsure } = span;
  const pointAt = (t: number): number =>
    at(intervals.from, Math.max(0, Math.min(intervals.count - 1, t)));
  const change = first > 0 ? first : last + 1;
  const hole = { from: pointAt(change - unsure), to: pointAt(change + unsure) };
  holes.push({ meter: candidate.meter, ...hole });
  joined.push({
    ...candidate,
    ...(first > 0 ? { since: pointAt(change) } : { until: pointAt(change) }),
  });
}
