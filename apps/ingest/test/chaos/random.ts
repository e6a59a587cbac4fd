export type Random = () => number;

/** Numbers from 0 to 1 (Park and Miller, minimal standard generator). */
export function createRandom(seed: number): Random {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export const between = (random: Random, least: number, most: number): number =>
  least + random() * (most - least);

/** In the order of chance. */
export function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((one) => ({ one, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
}
