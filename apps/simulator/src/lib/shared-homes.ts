import { type Customer, type Home, isAway } from './customer.ts';
import { randomStream, STREAM } from './random.ts';
import type { Spot } from './tables.ts';

/** A household with an electricity meter of the city, and where that stands. */
export interface Household {
  readonly customer: Customer;
  readonly spot: Spot;
  /** Its electricity meter counts what it uses. */
  readonly isCounted: boolean;
}

/** Who lives in a home with a water meter, as far as the electricity of the city knows them. */
export interface Residents {
  readonly people: number;
  readonly wakeHour: number;
  /** Whether they are away on a local day of the city. */
  readonly isAway: (day: number) => boolean;
  readonly spot: Spot;
  readonly isCounted: boolean;
}

/** Share of the homes of a district whose electricity is metered in the city. */
const SHARED = 0.6;

/**
 * Gives homes of a water district the people, and the address, of households that have an electricity meter. The loads are what they would be
 * without a water meter: the home's water follows them.
 */
export function residentsOf(
  seed: number,
  homes: number,
  households: readonly Household[],
): Map<number, Residents> {
  const random = randomStream(seed, STREAM.sharedHome);
  const free = households.filter(({ customer }) => customer.premises.kind === 'home');
  const empty = Array.from({ length: homes }, (_, home) => home);
  const pairs = new Map<number, Residents>();
  while (pairs.size < Math.round(SHARED * homes)) {
    const [household] = free.splice(random.integer(0, Math.max(0, free.length - 1)), 1);
    const [home] = empty.splice(random.integer(0, empty.length - 1), 1);
    if (household === undefined || home === undefined) break;
    const { customer, spot, isCounted } = household;
    if (customer.premises.kind === 'home')
      pairs.set(home, residentsIn(seed, customer, customer.premises, { spot, isCounted }));
  }
  return pairs;
}

const residentsIn = (
  seed: number,
  customer: Customer,
  { people, wakeHour }: Home,
  where: Pick<Household, 'spot' | 'isCounted'>,
): Residents => ({
  people,
  wakeHour,
  isAway: (day) => isAway(seed, customer, day),
  ...where,
});
