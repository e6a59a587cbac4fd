import type { StampShift, UnmeteredLoad } from '@verimeter/simulator';
import { type Uniform, shuffle } from './seeded.ts';

/** What is wrong in some areas of a fleet, beyond the drift of single meters and an archive that was always wrong. */
export type TroubleKind =
  | 'shifted-interval'
  | 'shifted-hours'
  | 'summer-time'
  | 'shifted-supply'
  | 'shifted-many'
  | 'switched'
  | 'moved'
  | 'silent-consumer'
  | UnmeteredLoad['kind'];

/** One area with something wrong in it. */
export interface AreaTrouble {
  readonly kind: TroubleKind;
  /** Number of the area; of customers that change their transformer: the one that lists them all along. */
  readonly area: number;
  /** The area that feeds them from `day` on. */
  readonly toArea?: number;
  readonly day?: number;
  /** Positions of the customers that it is about. */
  readonly meters: readonly number[];
  readonly stamps: ReadonlyMap<number, StampShift>;
  readonly unmetered: readonly UnmeteredLoad[];
}

/** Zones that a head-end is left in: of the device, of UTC, of the vendor; hours. */
const ZONE_SHIFTS = [-7, -5, -2, -1, 1, 2, 5, 7, 8, -8] as const;
/** Days between which customers change their transformer or clocks the season. */
const CHANGE_DAYS = [8, 22] as const;
const BLOCK = [5, 15] as const;
/** Share of the meters that a wrong batch of stamps takes in. */
const MANY = [0.3, 0.6] as const;
const UNMETERED_WATTS = 1000;

/** Every other area (every third pair for customers that move) has the trouble; loads without meters are everywhere. */
export function drawTroubles(
  kind: TroubleKind | undefined,
  size: { readonly areas: number; readonly meters: number; readonly days: number },
  random: Uniform,
): AreaTrouble[] {
  if (kind === undefined) return [];
  const everywhere = kind === 'street-light' || kind === 'telecom' || kind === 'theft';
  const step = everywhere ? 1 : kind === 'switched' || kind === 'moved' ? 3 : 2;
  const troubles: AreaTrouble[] = [];
  for (let area = 0; area < size.areas; area += step) {
    if (step === 3 && area + 1 >= size.areas) break;
    troubles.push(drawTrouble(kind, area, size, random));
  }
  return troubles;
}

function drawTrouble(
  kind: TroubleKind,
  area: number,
  size: { readonly meters: number; readonly days: number },
  random: Uniform,
): AreaTrouble {
  const some = (count: number): number[] =>
    shuffle([...Array(size.meters).keys()], random).slice(0, count);
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random();
  const sign = random() < 0.5 ? -1 : 1;
  const zone = 4 * (ZONE_SHIFTS[Math.floor(ZONE_SHIFTS.length * random())] ?? 1);
  // at any quarter of an hour; the last third of a longer window stays after it
  const day = Math.round(96 * between(CHANGE_DAYS)) / 96;
  const one = some(1);
  const trouble: AreaTrouble = { kind, area, meters: one, stamps: new Map(), unmetered: [] };
  const shift = (meters: readonly number[], stamp: StampShift): AreaTrouble => ({
    ...trouble,
    meters,
    stamps: new Map(meters.map((meter) => [meter, stamp])),
  });
  switch (kind) {
    case 'shifted-interval':
      return shift(one, { intervals: sign });
    case 'shifted-hours':
      return shift(one, { intervals: zone });
    case 'summer-time':
      return { ...shift(one, { intervals: 4 * sign, sinceDay: Math.floor(day) - 5 / 24 }), day };
    case 'shifted-supply':
      return shift([-1], { intervals: random() < 0.5 ? sign : zone });
    case 'shifted-many':
      return shift(some(Math.round(between(MANY) * size.meters)), {
        intervals: random() < 0.5 ? sign : zone,
      });
    case 'switched':
      return { ...trouble, meters: some(Math.round(between(BLOCK))), toArea: area + 1, day };
    case 'moved':
      return { ...trouble, toArea: area + 1, day };
    case 'silent-consumer':
      return trouble;
    case 'street-light':
    case 'telecom':
    case 'theft':
      return { ...trouble, meters: [], unmetered: [{ kind, watts: UNMETERED_WATTS }] };
    default:
      return kind satisfies never;
  }
}
