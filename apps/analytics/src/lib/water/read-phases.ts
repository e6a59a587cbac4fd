import type { DistrictInput } from '@verimeter/drift';
import { commonMinute, isReadAt, type ReadMinutes } from './read-minutes.ts';

const MINUTES = 60;
const MINUTE_US = 60e6;

/** At which minute of the hour the meters of a tenant are read. */
export interface ReadPhases {
  /** Of most meters: that of the grid. */
  readonly minute: number;
  /** How much later than the grid each district is read, microseconds. */
  readonly districts: readonly number[];
  /** The same of each meter. */
  readonly meters: readonly number[];
}

/**
 * Each district by the minute at which most of its members are read, meters in none by their own. Districts that share a meter have one minute: it has one
 * series.
 *
 * @param minutes by meter; undefined: not read
 */
export function readPhases(
  districts: readonly DistrictInput[],
  minutes: readonly (ReadMinutes | undefined)[],
): ReadPhases {
  const read = (meters: Iterable<number>): ReadMinutes[] =>
    [...meters].flatMap((meter) => minutes[meter] ?? []);
  const usual = commonMinute(read(minutes.keys()), undefined) ?? 0;
  const later = (minute: number | undefined): number =>
    (((minute ?? usual) - usual + MINUTES) % MINUTES) * MINUTE_US;
  const alone = (own: ReadMinutes | undefined): number =>
    own === undefined || isReadAt(own, usual) ? 0 : later(commonMinute([own], usual));
  const ofDistricts = districts.map(() => 0);
  const ofMeters: (number | undefined)[] = minutes.map(() => undefined);
  for (const connected of withCommonMeters(districts)) {
    const members = new Set(connected.flatMap((index) => membersNow(districts[index])));
    const phase = later(commonMinute(read(members), usual));
    for (const index of connected) ofDistricts[index] = phase;
    for (const meter of members) ofMeters[meter] = phase;
  }
  return {
    minute: usual,
    districts: ofDistricts,
    meters: ofMeters.map((phase, meter) => phase ?? alone(minutes[meter])),
  };
}

function membersNow(district: DistrictInput | undefined): number[] {
  if (district === undefined) return [];
  const { members, asOfUs } = district;
  return members.flatMap(({ meter, fromUs, toUs }) =>
    fromUs <= asOfUs && asOfUs < toUs ? [meter] : [],
  );
}

/** Districts in sets that share no meter. */
function withCommonMeters(districts: readonly DistrictInput[]): number[][] {
  const setOf = districts.map((_, index) => [index]);
  const districtOf = new Map<number, number>();
  districts.forEach((district, index) => {
    for (const meter of membersNow(district)) {
      const other = districtOf.get(meter);
      districtOf.set(meter, index);
      const own = setOf[index] ?? [];
      const joined = other === undefined ? own : (setOf[other] ?? own);
      if (joined === own) continue;
      joined.push(...own);
      for (const member of own) setOf[member] = joined;
    }
  });
  return [...new Set(setOf)];
}
