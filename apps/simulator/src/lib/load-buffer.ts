import { STEPS_PER_HOUR, STEPS_PER_INTERVAL, ZONE_HOURS } from './calendar.ts';

/** Steps before the origin, one interval: a meter whose clock is ahead reads the first register before 00:00. */
export const LEAD_STEPS = STEPS_PER_INTERVAL;
/** Steps after the last grid point, for the meters whose clock is behind. */
export const TAIL_STEPS = 1;

/** W and var of every port over time: port p, step s at `p * steps + s`. */
export interface LoadBuffer {
  readonly steps: number;
  readonly active: Float32Array;
  readonly reactive: Float32Array;
}

export function createLoadBuffer(ports: number, steps: number): LoadBuffer {
  return {
    steps,
    active: new Float32Array(ports * steps),
    reactive: new Float32Array(ports * steps),
  };
}

/** One customer's day being written: hours are local, counted from local midnight, and may run past 24. */
export interface DayLoad {
  /** Adds `watts` for a time; a step that is covered partly gets the share. `tanPhi` = reactive over active. */
  add(appliance: number, startHour: number, hours: number, watts: number, tanPhi: number): void;
}

/** Appliances of a three-phase customer are spread over its ports in their order of installation. */
export function dayLoad(
  buffer: LoadBuffer,
  firstPort: number,
  ports: number,
  day: number,
): DayLoad {
  const { active, reactive, steps } = buffer;
  const midnight = (24 * day - ZONE_HOURS) * STEPS_PER_HOUR + LEAD_STEPS;
  return {
    add(appliance, startHour, hours, watts, tanPhi) {
      const from = Math.max(0, midnight + Math.max(0, startHour) * STEPS_PER_HOUR);
      const to = Math.min(steps, midnight + (startHour + hours) * STEPS_PER_HOUR);
      const row = (firstPort + (appliance % ports)) * steps;
      for (let step = Math.floor(from); step < to; step += 1) {
        const share = (Math.min(step + 1, to) - Math.max(step, from)) * watts;
        active[row + step] = (active[row + step] ?? 0) + share;
        reactive[row + step] = (reactive[row + step] ?? 0) + share * tanPhi;
      }
    },
  };
}
