/** Uniform in [0, 1). */
export type Uniform = () => number;

/** A generator that depends on its seed only: mulberry32 (T. Ettinger, public domain). For planning and resampling. */
export function seededRandom(seed: number): Uniform {
  let state = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) ^ 0x5bd1e995;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A shuffled copy (Fisher and Yates). */
export function shuffle<T>(items: readonly T[], random: Uniform): T[] {
  const out = [...items];
  for (let index = out.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    const a = out[index];
    const b = out[other];
    if (a !== undefined && b !== undefined) [out[index], out[other]] = [b, a];
  }
  return out;
}

/** Standard normal (Box and Muller). */
export function bellOf(random: Uniform): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
