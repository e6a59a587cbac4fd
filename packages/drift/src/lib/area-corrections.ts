import type { Candidate } from './area-gates.ts';
import type { AreaInput, AreaMember, FleetInput, MeterSeries } from './fleet-types.ts';
import { putBack, type StampShift } from './stamp-shifts.ts';
import type { UnmeteredPattern } from './unmetered-pattern.ts';

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
