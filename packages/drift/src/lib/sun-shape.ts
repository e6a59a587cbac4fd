/** Share of all that passes a meter that flows back, from which on its shape is that of the sun. */
const SUN_SHARE = 0.98;

/** sd of a beta whose column is the sun's, for each block: beyond what can be judged. It marks such a meter. */
export const SUN_WANDER_SD = 0.05;

/**
 * A roof behind which nobody draws anything: all such meters, and whatever the loss has wrong by the hour of the day, have one
 * shape. Measured: healthy ones come out 3 to 8 % off, others with roofs 0.2 % (decision 0086).
 */
export function hasSunShape(energy: Float64Array): boolean {
  let back = 0;
  let all = 0;
  for (const value of energy) {
    back += Math.max(0, -value);
    all += Math.abs(value);
  }
  return all > 0 && back >= SUN_SHARE * all;
}
