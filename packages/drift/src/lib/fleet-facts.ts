import type { AreaMember, FleetInput } from './fleet-types.ts';
import { checkMeter, type MeterCheck } from './meter-checks.ts';

/** What is known of a tenant's meters before any area is looked at; by index of the meter. */
export interface FleetFacts {
  readonly checks: readonly MeterCheck[];
  /** Consumers of any area and meters in none: who may be unregistered in an area. */
  readonly strangers: readonly number[];
  /** The consumer membership that a meter has now, or had last. */
  readonly home: ReadonlyMap<number, AreaMember>;
  /** As-of of meters in no area: the latest of all areas. */
  readonly latest: number;
}

export function fleetFacts(input: FleetInput): FleetFacts {
  const latest = latestAsOf(input);
  const asOf = asOfOfMeters(input, latest);
  const supplies = new Set<number>();
  for (const area of input.areas)
    for (const member of area.members) if (member.role !== 'consumer') supplies.add(member.meter);
  return {
    checks: input.meters.map((meter, index) => checkMeter(input, meter, asOf.get(index) ?? latest)),
    strangers: [...input.meters.keys()].filter((index) => !supplies.has(index)),
    home: lastMemberships(input),
    latest,
  };
}

/** The latest as-of of all areas, which is that of meters in none. */
export function latestAsOf(input: Pick<FleetInput, 'areas'>): number {
  return Math.max(0, ...input.areas.map((area) => area.asOfUs));
}

/** Of each consumer the membership that ends last; of several the first. */
export function lastMemberships(input: FleetInput): Map<number, AreaMember> {
  const home = new Map<number, AreaMember>();
  for (const member of input.areas.flatMap((area) => area.members)) {
    if (member.role !== 'consumer') continue;
    const before = home.get(member.meter);
    if (before === undefined || member.toUs > before.toUs) home.set(member.meter, member);
  }
  return home;
}

/** As-of of a member is that of its area, of other meters the latest of all areas. */
function asOfOfMeters(input: FleetInput, latest: number): Map<number, number> {
  const asOf = new Map<number, number>();
  for (const area of input.areas)
    for (const member of area.members)
      asOf.set(member.meter, Math.max(asOf.get(member.meter) ?? 0, Math.min(area.asOfUs, latest)));
  return asOf;
}
