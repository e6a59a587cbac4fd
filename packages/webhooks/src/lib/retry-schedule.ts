const S = 1000;
const MIN = 60 * S;
const H = 60 * MIN;

/** Pauses after the first attempt, the second and so on: a little over three days in all, then the message is given up. */
const PAUSES_MS = [
  5 * S,
  30 * S,
  2 * MIN,
  10 * MIN,
  30 * MIN,
  H,
  2 * H,
  4 * H,
  8 * H,
  12 * H,
  12 * H,
  12 * H,
  12 * H,
  12 * H,
];

/**
 * How long after that many attempts the next one comes; undefined: none does. A tenth is up to chance, so that what a receiver missed
 * while it was away does not come at once.
 *
 * @param random 0 inclusive to 1 exclusive
 */
export function nextPauseMs(attempts: number, random: number): number | undefined {
  const pause = PAUSES_MS[attempts - 1];
  return pause === undefined ? undefined : Math.round(pause * (1 + random / 10));
}
